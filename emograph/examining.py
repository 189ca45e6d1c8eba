"""Asks vision-language models about labelled images: what `emograph eval lvlm` runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emograph.adapters.datasets import open_dataset
from emograph.assembly import LVLM_FITTED, load_lvlm, open_knowledge, profile_folder
from emograph.config import Settings
from emograph.engine.evaluation import metrics
from emograph.engine.evaluation.conditions import LogOdds, Vote
from emograph.engine.evaluation.dataset import LabelledImages, Labels
from emograph.engine.evaluation.images import evaluate, expect_enough, labelled
from emograph.engine.evaluation.intervals import Interval, bootstrap, if_calibrated
from emograph.engine.evaluation.results import Report, Result, Setting
from emograph.engine.images import open_photo
from emograph.engine.lvlm.fitted import PLAIN, FittedLvlm
from emograph.engine.lvlm.model import VisionLanguageModel
from emograph.engine.lvlm.questions import NAMING, Ballot, feeling, subject
from emograph.errors import DatasetError
from emograph.evaluating import Progress, emotions_of
from emograph.fitting import among
from emograph.kg.graph import KnowledgeGraph
from emograph.teaching import SETS, TRAINED_ON, disaster_ballot
from emograph.version import __version__

LVLM = "lvlm"
SUBJECT = "subject"
"""The label space of Emotion6's search words: what a picture is about, not what is felt."""

SPACES: Mapping[str, tuple[str, ...]] = {
    "emotion6": ("ekman", SUBJECT),
    "fi": ("mikels",),
    "oasis": ("mikels",),
}
"""The label spaces that each set is judged in; OASIS has ratings only, in no labels."""


@dataclass(frozen=True, eq=False)
class Answers:
    """Log-likelihoods of a ballot's labels: of each image (n, k), and without any (k,)."""

    seen: LogOdds
    blind: LogOdds


def ask(
    model: VisionLanguageModel,
    paths: Sequence[Path],
    ballots: Sequence[Ballot],
    progress: Progress,
) -> list[Answers]:
    """The answers of a model to each ballot, each image looked at once."""
    told: list[list[LogOdds]] = [[] for _ in ballots]
    for done, path in enumerate(paths, start=1):
        view = model.look(open_photo(path))
        for answers, ballot in zip(told, ballots, strict=True):
            answers.append(view.log_likelihoods(ballot.question, ballot.labels))
        progress(done, len(paths))
    unseen = model.look(None)
    return [
        Answers(
            np.array(answers).reshape(len(paths), len(ballot.labels)),
            unseen.log_likelihoods(ballot.question, ballot.labels),
        )
        for answers, ballot in zip(told, ballots, strict=True)
    ]


def ballot_of(space: str, graph: KnowledgeGraph, images: LabelledImages) -> Ballot:
    """The question that a label space answers: a scheme's, or what a picture is about."""
    if space == SUBJECT:
        return subject(images.labels["emotion"].classes)
    return feeling(graph.scheme(space).labels)


def truth_of(space: str, images: LabelledImages, labels: Sequence[str]) -> LogOdds:
    """What people said of images in a label space, in shares of its labels (n, k)."""
    if space == SUBJECT:
        return np.eye(len(labels))[images.labels["emotion"].codes]
    return emotions_of(images, labels)


def unseen(images: LabelledImages, settings: Settings) -> NDArray[np.bool_]:
    """Whether each image was not trained on, told by its content; no other model was by us."""
    if settings.lvlm != "embedded":
        return np.ones(len(images), dtype=bool)
    return ~among(profile_folder(settings) / TRAINED_ON, images.paths)


def evaluate_lvlm(settings: Settings, data: Path, progress: Progress) -> list[Report]:
    """Reports on the sets that `data` holds folders of, on images that were never trained on.

    Raises DatasetError where it holds none, or too few such images of one.
    """
    there = {name: data / SETS[name] for name in _EXAMINED if (data / SETS[name]).is_dir()}
    if not there:
        raise DatasetError(
            f"{data} holds none of the folders {', '.join(SETS[name] for name in _EXAMINED)}.",
            "Name the folder that the datasets' folders are in.",
        )
    examiner = _Examiner.of(settings, progress)
    about: dict[str, Setting] = {"emograph": __version__, "lvlm": examiner.model.name}
    reports = []
    for name, folder in there.items():
        images = open_dataset(name, folder)
        images = images.where(unseen(images, settings))
        expect_enough(images)
        examined = _EXAMINED[name](examiner, images)
        reports.append(Report(images.name, LVLM, tuple(examined), about))
    return reports


@dataclass(frozen=True)
class _Examiner:
    """Asks one model about sets of images, each by its own questions."""

    model: VisionLanguageModel
    fitted: FittedLvlm
    graph: KnowledgeGraph
    progress: Progress

    @classmethod
    def of(cls, settings: Settings, progress: Progress) -> _Examiner:
        model = load_lvlm(settings)
        fitted = FittedLvlm.load(profile_folder(settings) / LVLM_FITTED, model.name)
        graph = open_knowledge(settings.model_copy(update={"packs": (), "store": "memory"}))
        return cls(model, fitted, graph, progress)

    def ask(self, images: LabelledImages, *ballots: Ballot) -> list[Answers]:
        return ask(self.model, images.paths, ballots, self.progress)

    def felt(self, scheme: str, answers: Answers) -> LogOdds:
        """Answers in the labels of a scheme as they are voted, before the temperature."""
        softening = (self.fitted.votes or {}).get(scheme, PLAIN)
        return softening.log_odds(answers.seen, answers.blind)

    def emotion6(self, images: LabelledImages) -> list[Result]:
        """What a picture is about against the search word; what viewers feel against the votes."""
        keyword, scheme = images.labels["emotion"], self.graph.scheme("ekman")
        felt, about = self.ask(images, feeling(scheme.labels), subject(keyword.classes))
        vote = Vote(LVLM, scheme, self.felt("ekman", felt))
        voted = evaluate(replace(images, labels={}), vote, {})
        found = _found(keyword, self.felt(SUBJECT, about), about.blind)
        return [*found, *voted.results]

    def fi(self, images: LabelledImages) -> list[Result]:
        """What viewers feel against the label."""
        emotions, labels = images.labels["emotion"], self.graph.scheme("mikels").labels
        (felt,) = self.ask(images, feeling(labels))
        order = [labels.index(name) for name in emotions.classes]
        return _found(emotions, self.felt("mikels", felt)[:, order], felt.blind[order])

    def medic(self, images: LabelledImages) -> list[Result]:
        """Which disaster is shown, where disasters are as frequent as they were to the model."""
        types = images.labels["disaster_types"]
        (told,) = self.ask(images, disaster_ballot(types.classes))
        return _found(types, told.seen, told.blind)

    def outdoorsent(self, images: LabelledImages) -> list[Result]:
        """How well images are ranked by each attribute, and how well by chance."""
        present = images.scored.values > 0
        (told,) = self.ask(images, Ballot(NAMING["scene"], tuple(images.scored.names)))
        return [
            Result.of("attributes mAP", _interval(present, told.seen)),
            Result.of("attributes mAP by frequency", _interval(present, np.zeros_like(told.seen))),
        ]


_EXAMINED = {
    "emotion6": _Examiner.emotion6,
    "fi": _Examiner.fi,
    "outdoorsent": _Examiner.outdoorsent,
    "medic": _Examiner.medic,
}


def _interval(present: NDArray[np.bool_], scores: LogOdds) -> Interval:
    return bootstrap(metrics.mean_average_precision, present, scores, n_resamples=200)


def _found(labels: Labels, log_odds: LogOdds, blind: LogOdds) -> list[Result]:
    """Figures of an answer to each image, and of the one answer where there is none."""
    true = labels.codes
    likely, results = labelled(labels, log_odds)
    what = f"accuracy, {len(labels.classes)} classes"
    guesses = {"image removed": blind.argmax(), "most frequent class": np.bincount(true).argmax()}
    return [
        *results,
        Result.of("ECE if calibrated", if_calibrated(metrics.ece, likely)),
        *(
            Result.of(
                f"{what}, {how}", bootstrap(metrics.accuracy, true, np.full_like(true, guess))
            )
            for how, guess in guesses.items()
        ),
    ]
