"""Builds an engine from settings."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Any

import numpy as np

from emograph.assembly.knowledge import open_knowledge
from emograph.assembly.lvlm import load_onlooker, versions_of
from emograph.assembly.perception import (
    embedded_encoder,
    is_embedded,
    load_detectors,
    load_encoder,
    load_vocabulary,
)
from emograph.assembly.profiles import CALIBRATION, profile_folder
from emograph.assembly.student import load_gates, load_pupil
from emograph.config import Settings, load_settings
from emograph.engine.alignment import Aligner
from emograph.engine.cues import Evidence
from emograph.engine.engine import Engine
from emograph.engine.evaluation.temperature import Calibration, load_calibrations
from emograph.engine.perception.perception import Perception
from emograph.engine.perception.weights import HeadWeights
from emograph.engine.reasoning.crowd import load_crowd
from emograph.engine.reasoning.matrix import compile_matrix
from emograph.engine.reasoning.reasoner import Reasoner, balance_on
from emograph.version import __version__

_UNFITTED = (
    "The weights of this profile were fitted on another encoder, so scene attributes, disasters "
    "and captions were not read and the answer is not calibrated."
)


def load(**settings: Any) -> Engine:
    """Build an engine; settings that are not given come from the environment and emograph.toml.

    Fetches weights that are missing. Raises EmographError where a setting is wrong.
    """
    return _load(load_settings(**settings))


def load_graph_engine(settings: Settings, **changes: Any) -> Engine:
    """The engine of these settings with the graph's vote and the detectors' cues alone."""
    return load(**{**settings.model_dump(), "lvlm": None, "student": None, **changes})


# An engine holds half a gigabyte or more, and each store of a program may want one of its own.
@lru_cache(maxsize=4)
def _load(settings: Settings) -> Engine:
    use_threads(settings.threads)
    graph = open_knowledge(settings, observations=False)
    encoder = load_encoder(settings, graph)
    seen = load_vocabulary(settings, graph, encoder)
    profile = profile_folder(settings)
    notes: tuple[str, ...]
    if is_embedded(settings):
        reader, vocabulary, notes = encoder, seen, ()
        calibrations = load_calibrations(profile / CALIBRATION)
    else:
        # Words are compared by the embedded encoder, whichever sees: the graph was learned with it,
        # and CLIP finds all texts alike.
        reader = embedded_encoder(settings, graph)
        vocabulary = load_vocabulary(settings, graph, reader)
        notes, calibrations = (_UNFITTED,), {}
    weights = HeadWeights.load(profile / "heads.safetensors", reader.name)
    onlooker, remarks = load_onlooker(settings, vocabulary)
    pupil, said = load_pupil(settings)

    def reasoner_for(scheme: str) -> Reasoner:
        matrix = compile_matrix(graph, vocabulary, graph.scheme(scheme))
        balance = balance_on(matrix, load_crowd_of(settings))
        fitted = calibrations.get(scheme, Calibration())
        prior = np.array(fitted.offsets) if fitted.offsets else None
        return Reasoner(matrix, balance, fitted.temperature, prior)

    return Engine(
        graph,
        Perception(encoder, load_detectors(settings, encoder, seen, weights)),
        Aligner(vocabulary, reader.encode_texts),
        reasoner_for,
        scheme=settings.scheme,
        versions={
            "emograph": __version__,
            "graph": graph.version,
            "encoder": encoder.name,
            **(versions_of(onlooker.model) if onlooker else {}),
            **({"student": pupil.student.name} if pupil else {}),
        },
        notes=(*remarks, *said, *notes),
        max_pixels=settings.max_pixels,
        onlooker=onlooker,
        pupil=pupil,
        gates=load_gates(settings, onlooker.model.name if onlooker else None),
    )


def load_crowd_of(settings: Settings) -> list[list[Evidence]]:
    """The crowd that the profile's reasoners are balanced on; empty for other encoders than its."""
    from emograph.adapters.models.embedded import NAME

    if not is_embedded(settings):
        return []
    return load_crowd(profile_folder(settings) / "crowd.safetensors", NAME)


def use_threads(threads: int) -> None:
    """Let the models use so many threads."""
    # Threads that spin while they wait make two busy cores thirty times slower than one.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import torch

    torch.set_num_threads(threads)
