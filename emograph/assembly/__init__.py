"""The one place that joins adapters to the engine: settings in, engine out."""

from emograph.assembly.engine import load, load_crowd_of, load_graph_engine, use_threads
from emograph.assembly.knowledge import open_knowledge
from emograph.assembly.lvlm import load_lvlm, named_words
from emograph.assembly.perception import (
    concept_vectors,
    load_detectors,
    load_encoder,
    load_vocabulary,
)
from emograph.assembly.profiles import LVLM_FITTED, LVLM_WEIGHTS, WEIGHTS, profile_folder

__all__ = [
    "LVLM_FITTED",
    "LVLM_WEIGHTS",
    "WEIGHTS",
    "concept_vectors",
    "load",
    "load_crowd_of",
    "load_detectors",
    "load_encoder",
    "load_graph_engine",
    "load_lvlm",
    "load_vocabulary",
    "named_words",
    "open_knowledge",
    "profile_folder",
    "use_threads",
]
