"""The one place that joins adapters to the engine: settings in, engine out."""

from emograph.assembly.engine import load, load_crowd_of, load_graph_engine, use_threads
from emograph.assembly.knowledge import open_knowledge
from emograph.assembly.lvlm import load_lvlm, lvlm_name, named_words
from emograph.assembly.perception import (
    concept_vectors,
    load_detectors,
    load_encoder,
    load_vocabulary,
)
from emograph.assembly.profiles import (
    CALIBRATION,
    GATE,
    LVLM_FITTED,
    LVLM_WEIGHTS,
    STUDENT_WEIGHTS,
    WEIGHTS,
    profile_folder,
)
from emograph.assembly.student import load_grid_eyes

__all__ = [
    "CALIBRATION",
    "GATE",
    "LVLM_FITTED",
    "LVLM_WEIGHTS",
    "STUDENT_WEIGHTS",
    "WEIGHTS",
    "concept_vectors",
    "load",
    "load_crowd_of",
    "load_detectors",
    "load_encoder",
    "load_graph_engine",
    "load_grid_eyes",
    "load_lvlm",
    "load_vocabulary",
    "lvlm_name",
    "named_words",
    "open_knowledge",
    "profile_folder",
    "use_threads",
]
