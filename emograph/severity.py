"""Joins MEDIC to the evaluation: what the disaster pack adds, by `emograph eval medic`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emograph.adapters.datasets import open_dataset
from emograph.assembly import load_detectors, load_graph_engine, load_vocabulary
from emograph.config import Settings
from emograph.encoding import encode_paths
from emograph.engine.cues import Evidence
from emograph.engine.engine import Engine
from emograph.engine.evaluation.conditions import graph_vote
from emograph.engine.evaluation.dataset import LabelledImages
from emograph.engine.evaluation.folds import N_FOLDS, stratified_folds
from emograph.engine.evaluation.results import Report, Setting
from emograph.engine.evaluation.severity import LABELLING, evaluate_severity
from emograph.engine.perception.detector import Encoding
from emograph.engine.perception.perception import Perception
from emograph.engine.perception.weights import HeadWeights
from emograph.errors import DatasetError, EmographError
from emograph.evaluating import Progress, evidence_of
from emograph.fitting import DISASTERS, HeadData, digests, fitted_on
from emograph.version import __version__

MEDIC = "medic"
_LEAST = 25
_Part = tuple[NDArray[np.intp], HeadWeights | None]


def evaluate_medic(
    settings: Settings, root: Path, condition: str, progress: Progress
) -> list[Report]:
    """The graph without and with the disaster pack, on photographs graded by damage.

    Images that the profile's heads were fitted on are read by heads that have not seen them: the
    heads are fitted anew for each of five folds. That needs the other sets they are fitted on
    beside `root`. Other images are read by the heads of the profile as they are.
    """
    if condition not in ("graph", "all"):
        raise EmographError(
            f"MEDIC has no emotion labels, so there is no condition {condition!r}.",
            "Use graph or all; both stand for the graph without and with the disaster pack.",
        )
    images = open_dataset(MEDIC, root)
    if len(images) < _LEAST:
        raise DatasetError(
            f"{root} has {len(images)} labelled images, too few for an interval.",
            f"Give at least {_LEAST}.",
        )
    others = tuple(pack for pack in settings.packs if pack != DISASTERS)
    engines = [
        load_graph_engine(settings, packs=packs, store="memory")
        for packs in (others, (*others, DISASTERS))
    ]
    encoder = engines[0].perception.encoder
    encoding = encode_paths(encoder, images.paths, settings.cache, progress)
    parts = list(_parts(settings, images, root))
    names = ("graph", f"graph with {DISASTERS}")
    votes = [
        replace(
            graph_vote(
                engine.reasoner("mikels"),
                _evidence(settings, engine, images, encoding, parts, progress),
            ),
            condition=name,
        )
        for name, engine in zip(names, engines, strict=True)
    ]
    seen = sum(len(rows) for rows, weights in parts if weights is not None)
    about: dict[str, Setting] = {
        "emograph": __version__,
        "encoder": encoder.name,
        "graph": engines[0].graph.version,
        f"graph with {DISASTERS}": engines[1].graph.version,
        "negative affect": "minus the expected valence over Mikels' emotions",
        "heads": f"out of fold for {seen} images, the profile's for {len(images) - seen}",
    }
    return evaluate_severity(images, votes, about)


def _parts(settings: Settings, images: LabelledImages, root: Path) -> Iterator[_Part]:
    """The rows of images, each part with the heads that have not seen it; None: the profile's."""
    fitted = fitted_on(settings, images.paths)
    if not fitted.all():
        yield np.flatnonzero(~fitted), None
    if not fitted.any():
        return
    data = HeadData.open(settings, root.resolve().parent)
    of_data = np.array(digests(data.sets[MEDIC].paths))
    rows = np.flatnonzero(fitted)
    fold = stratified_folds(images.labels[LABELLING].codes[rows])
    for number in range(N_FOLDS):
        test = rows[fold == number]
        held_out = np.isin(of_data, digests([images.paths[row] for row in test]))
        yield test, data.fit(held_out)


def _evidence(
    settings: Settings,
    engine: Engine,
    images: LabelledImages,
    encoding: Encoding,
    parts: list[_Part],
    progress: Progress,
) -> list[tuple[Evidence, ...]]:
    encoder = engine.perception.encoder
    vocabulary = load_vocabulary(settings, engine.graph, encoder)
    evidence: dict[int, tuple[Evidence, ...]] = {}
    for rows, weights in parts:
        perception = engine.perception
        if weights is not None:
            detectors = load_detectors(settings, encoder, vocabulary, weights)
            perception = Perception(encoder, detectors)
        part = Encoding(encoding.features[rows], encoding.vectors[rows])
        paths = [images.paths[row] for row in rows]
        found = evidence_of(engine, paths, part, progress, perception)
        evidence.update(zip(rows.tolist(), found, strict=True))
    return [evidence[row] for row in range(len(images))]
