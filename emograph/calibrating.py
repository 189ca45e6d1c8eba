"""Fits what turns a vision-language model's likelihoods into probabilities, on unseen images."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from emograph.assembly import (
    LVLM_FITTED,
    load_graph_engine,
    load_lvlm,
    named_words,
    profile_folder,
)
from emograph.config import Settings
from emograph.engine.evaluation.conditions import LogOdds
from emograph.engine.evaluation.dataset import LabelledImages
from emograph.engine.evaluation.temperature import fit_calibration
from emograph.engine.images import Photo, open_photo
from emograph.engine.lvlm.fitted import Confidence, FittedLvlm, Softening
from emograph.engine.lvlm.model import VisionLanguageModel
from emograph.engine.lvlm.sight import CueReader
from emograph.engine.perception.detector import Encoding
from emograph.engine.perception.photometry import PhotometryDetector
from emograph.engine.training.heads import mentions
from emograph.engine.training.ridge import fit_platt
from emograph.evaluating import Progress
from emograph.examining import SPACES, Answers, ask, ballot_of, truth_of, unseen
from emograph.teaching import Lessons

# What the embedded model was taught to name; it cannot read, and has no words of its own.
_KINDS = ("scene", "object", "action", "facial_expression", "light")
_VOTING = ("emotion6", "fi")
_CORRECTIONS = np.linspace(0.0, 1.0, 11)
_FEWEST = 15

Judge = Callable[[str, str, int, Photo], bool | None]
"""Whether a label of a kind is right of an image, by its row; None where nobody knows."""


def calibrate_lvlm(settings: Settings, lessons: Lessons, progress: Progress) -> FittedLvlm:
    """Fit the softening of votes and the confidence of cues, for a model.

    They are fitted on images that were not trained on, and written beside the profile's weights.
    """
    model = load_lvlm(settings)
    engine = load_graph_engine(settings, packs=(), store="memory")
    softened: dict[str, Softening] = {}
    for name in _VOTING:
        images = lessons.sets[name].where(unseen(lessons.sets[name], settings))
        ballots = {space: ballot_of(space, engine.graph, images) for space in SPACES[name]}
        told = ask(model, images.paths, list(ballots.values()), progress)
        for (space, ballot), answers in zip(ballots.items(), told, strict=True):
            softened[space] = fit_softening(answers, truth_of(space, images, ballot.labels))
    words = named_words(engine.reasoner("mikels").matrix.vocabulary)
    outdoors, described = (
        lessons.sets[name].where(unseen(lessons.sets[name], settings))
        for name in ("outdoorsent", "oasis")
    )
    judged = [(outdoors, _outdoors(outdoors)), (described, _described(described))]
    fitted = FittedLvlm(
        model.name,
        _KINDS,
        softened,
        _confidences(model, CueReader(words, _KINDS), judged, progress),
    )
    fitted.save(profile_folder(settings) / LVLM_FITTED)
    return fitted


def fit_softening(told: Answers, truth: LogOdds) -> Softening:
    """The correction, temperature and offsets with which answers come nearest to the truth (n, k).

    Answers that are missing (NaN) are left out.
    """
    known = ~np.isnan(told.seen).any(axis=1)
    seen, truth = told.seen[known], truth[known]

    def fitted(correction: float) -> Softening:
        log_odds = Softening(correction=correction).log_odds(seen, told.blind)
        fit = fit_calibration(log_odds, truth)
        return Softening(fit.temperature, correction, tuple(fit.offsets))

    softenings = [fitted(round(float(correction), 1)) for correction in _CORRECTIONS]
    return min(softenings, key=lambda soft: _cross_entropy(truth, soft(seen, told.blind)))


def _cross_entropy(truth: LogOdds, answers: LogOdds) -> float:
    return float(-(truth * np.log(np.maximum(answers, 1e-12))).sum(axis=1).mean())


def _confidences(
    model: VisionLanguageModel,
    reader: CueReader,
    told: Sequence[tuple[LabelledImages, Judge]],
    progress: Progress,
) -> dict[str, Confidence]:
    """How often what is named is right, by how likely the model found the words; by kind.

    A kind of which too little was right or wrong to tell has the figures of all kinds together.
    """
    said: dict[str, list[tuple[float, bool]]] = {kind: [] for kind in _KINDS}
    for images, judge in told:
        for i, path in enumerate(images.paths):
            photo = open_photo(path)
            sight = reader.read(model.look(photo))
            for kind, judged in said.items():
                for item in getattr(sight, kind):
                    right = judge(kind, item.label, i, photo)
                    if right is not None:
                        judged.append((math.log(max(item.confidence, 1e-12)), right))
            progress(i + 1, len(images))
    together = [pair for judged in said.values() for pair in judged]
    return {kind: _platt(judged if _tells(judged) else together) for kind, judged in said.items()}


def _tells(judged: Sequence[tuple[float, bool]]) -> bool:
    right = sum(right for _, right in judged)
    return _FEWEST <= right <= len(judged) - _FEWEST


def _platt(judged: Sequence[tuple[float, bool]]) -> Confidence:
    said = np.array([[logarithm] for logarithm, _ in judged])
    platt = fit_platt(said, np.array([[right] for _, right in judged]))
    return Confidence(round(platt.slope, 4), round(platt.offset, 4))


def _outdoors(images: LabelledImages) -> Judge:
    """Scenes are right that the scene network found likely; it does not know other words."""
    names, present = images.scored.names, images.scored.values > 0

    def judge(kind: str, label: str, row: int, photo: Photo) -> bool | None:
        if kind == "light":
            return label in _measured(photo)
        return bool(present[row, names.index(label)]) if label in names else None

    return judge


def _described(images: LabelledImages) -> Judge:
    """Objects and actions are right that the image's caption mentions."""

    def judge(kind: str, label: str, row: int, photo: Photo) -> bool | None:
        del photo
        if kind not in ("object", "action") or images.captions is None:
            return None
        return bool(mentions([images.captions[row]], {0: [label]})[0, 0])

    return judge


def _measured(photo: Photo) -> set[str]:
    empty = Encoding(np.zeros((1, 0), np.float32), np.zeros((1, 0), np.float32))
    return {cue.label for cue in PhotometryDetector().detect([photo], empty)[0]}
