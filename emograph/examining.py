"""Asks vision-language models about labelled images: what `emograph eval lvlm` runs."""

from __future__ import annotations

from collections.abc import Sequence
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
from emograph.engine.evaluation.folds import stratified_folds
from emograph.engine.evaluation.images import evaluate
from emograph.engine.evaluation.intervals import Interval, bootstrap
from emograph.engine.evaluation.results import Report, Result, Setting
from emograph.engine.evaluation.temperature import calibrated
from emograph.engine.images import open_photo
from emograph.engine.lvlm.fitted import PLAIN, FittedLvlm
from emograph.engine.lvlm.model import VisionLanguageModel
from emograph.engine.lvlm.questions import NAMING, Ballot, feeling, subject
from emograph.errors import DatasetError
from emograph.evaluating import Progress
from emograph.fitting import digests
from emograph.kg.graph import KnowledgeGraph
from emograph.teaching import SETS, TRAINED_ON, disaster_ballot
from emograph.version import __version__

LVLM = "lvlm"
_LEAST = 25


@dataclass(frozen=True, eq=False)
class Answers:
    """Log-likelihoods of a ballot's labels: of each image (n, k), and without any (k,)."""

    ballot: Ballot
    seen: LogOdds
    blind: LogOdds

    def log_odds(self, correction: float = 1.0) -> LogOdds:
        """How much likelier each image makes each label, (n, k); see `Softening.correction`."""
        return self.seen - correction * self.blind


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
            ballot,
            np.array(answers).reshape(len(paths), len(ballot.labels)),
            unseen.log_likelihoods(ballot.question, ballot.labels),
        )
        for answers, ballot in zip(told, ballots, strict=True)
    ]


def unseen(images: LabelledImages, settings: Settings) -> NDArray[np.bool_]:
    """Whether each image was not trained on, told by its content; no other model was by us."""
    if settings.lvlm != "embedded":
        return np.ones(len(images), dtype=bool)
    known = set((profile_folder(settings) / TRAINED_ON).read_text("utf-8").split())
    return np.array([digest not in known for digest in digests(images.paths)], dtype=bool)


def evaluate_lvlm(settings: Settings, data: Path, progress: Progress) -> list[Report]:
    """Reports on the sets that `data` holds folders of, on images that were never trained on.

    Raises DatasetError where it holds none, or too few such images of one.
    """
    named = {name: data / folder for name, folder in SETS.items() if name in _EXAMINED}
    there = {name: folder for name, folder in named.items() if folder.is_dir()}
    if not there:
        raise DatasetError(
            f"{data} holds none of the folders {', '.join(SETS[name] for name in _EXAMINED)}.",
            "Name the folder that the datasets' folders are in.",
        )
    model = load_lvlm(settings)
    about: dict[str, Setting] = {"emograph": __version__, "lvlm": model.name}
    graph = open_knowledge(settings.model_copy(update={"packs": (), "store": "memory"}))
    reports = []
    for name, folder in there.items():
        images = open_dataset(name, folder)
        images = images.where(unseen(images, settings))
        if len(images) < _LEAST:
            raise DatasetError(
                f"{folder} has {len(images)} images that were not trained on.",
                f"Give at least {_LEAST}.",
            )
        examined = _EXAMINED[name](settings, model, images, graph, progress)
        reports.append(Report(images.name, LVLM, tuple(examined), about))
    return reports


def _emotion6(
    settings: Settings,
    model: VisionLanguageModel,
    images: LabelledImages,
    graph: KnowledgeGraph,
    progress: Progress,
) -> list[Result]:
    """What a picture is about against the search word; what viewers feel against the votes."""
    keyword, scheme = images.labels["emotion"], graph.scheme("ekman")
    ballots = [feeling(scheme.labels), subject(keyword.classes)]
    felt, about = ask(model, images.paths, ballots, progress)
    log_odds = felt.log_odds(_correction(settings, model, "ekman"))
    voted = evaluate(replace(images, labels={}), Vote(LVLM, scheme, log_odds), {})
    return [*_found(keyword, about.log_odds(), about.blind), *voted.results]


def _fi(
    settings: Settings,
    model: VisionLanguageModel,
    images: LabelledImages,
    graph: KnowledgeGraph,
    progress: Progress,
) -> list[Result]:
    labels, ballot = images.labels["emotion"], feeling(graph.scheme("mikels").labels)
    (felt,) = ask(model, images.paths, [ballot], progress)
    order = [ballot.labels.index(name) for name in labels.classes]
    log_odds = felt.log_odds(_correction(settings, model, "mikels"))
    return _found(labels, log_odds[:, order], felt.blind[order])


def _medic(
    settings: Settings,
    model: VisionLanguageModel,
    images: LabelledImages,
    graph: KnowledgeGraph,
    progress: Progress,
) -> list[Result]:
    """Which disaster is shown, where disasters are as frequent as they were to the model."""
    del settings, graph
    types = images.labels["disaster_types"]
    (told,) = ask(model, images.paths, [disaster_ballot(types.classes)], progress)
    return _found(types, told.seen, told.blind)


def _outdoorsent(
    settings: Settings,
    model: VisionLanguageModel,
    images: LabelledImages,
    graph: KnowledgeGraph,
    progress: Progress,
) -> list[Result]:
    del settings, graph
    ballot = Ballot(NAMING["scene"], tuple(images.scored.names))
    (told,) = ask(model, images.paths, [ballot], progress)
    present = images.scored.values > 0
    flat = np.zeros_like(told.seen)
    return [
        Result.of("attributes mAP", _interval(present, told.seen)),
        Result.of("attributes mAP by frequency", _interval(present, flat)),
    ]


_EXAMINED = {"emotion6": _emotion6, "fi": _fi, "outdoorsent": _outdoorsent, "medic": _medic}


def _correction(settings: Settings, model: VisionLanguageModel, scheme: str) -> float:
    """What was fitted for the model's votes in a scheme."""
    fitted = FittedLvlm.load(profile_folder(settings) / LVLM_FITTED, model.name)
    return (fitted.votes or {}).get(scheme, PLAIN).correction


def _interval(present: NDArray[np.bool_], scores: LogOdds) -> Interval:
    return bootstrap(metrics.mean_average_precision, present, scores, n_resamples=200)


def _found(labels: Labels, log_odds: LogOdds, blind: LogOdds) -> list[Result]:
    """Figures of an answer to each image, and of the one answer where there is none."""
    true = labels.codes
    truth = np.eye(len(labels.classes))[true]
    likely = calibrated(log_odds, truth, stratified_folds(true))
    named = likely.argmax(axis=1)
    what = f"accuracy, {len(labels.classes)} classes"
    guesses = {"image removed": blind.argmax(), "most frequent class": truth.sum(axis=0).argmax()}
    return [
        Result.of(what, bootstrap(metrics.accuracy, true, named)),
        *(
            Result.of(
                f"{what}, {how}", bootstrap(metrics.accuracy, true, np.full_like(true, guess))
            )
            for how, guess in guesses.items()
        ),
        Result.of("macro-F1", bootstrap(metrics.macro_f1, true, named)),
        Result.of("NLL", bootstrap(metrics.nll, true, likely)),
        Result.of("ECE", bootstrap(metrics.ece, true, likely)),
    ]
