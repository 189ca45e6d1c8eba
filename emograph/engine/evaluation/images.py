"""Evaluates a vote on labelled images: single labels, voted distributions, valence and arousal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from emograph.engine.evaluation import metrics
from emograph.engine.evaluation.conditions import LogOdds, Vote, probabilities
from emograph.engine.evaluation.dataset import LabelledImages, Labels, Ratings, Scores
from emograph.engine.evaluation.folds import stratified_folds
from emograph.engine.evaluation.intervals import bootstrap
from emograph.engine.evaluation.results import Report, Result, Setting
from emograph.engine.evaluation.temperature import calibrated
from emograph.errors import DatasetError

_LEAST = 25


def evaluate(images: LabelledImages, vote: Vote, settings: Mapping[str, Setting]) -> Report:
    """All metrics that the images have labels for, each with its interval.

    Probabilities have one temperature, fitted on the other folds of the same images. Raises
    DatasetError where there are too few images to hold some out.
    """
    expect_enough(images)
    results: list[Result] = []
    if "emotion" in images.labels:
        results += _labels(images.labels["emotion"], vote)
    if images.votes is not None:
        results += _votes(images.votes, vote)
    answers = probabilities(vote.log_odds)
    for name, ratings, coordinate in (
        ("valence", images.valence, vote.scheme.valence),
        ("arousal", images.arousal, vote.scheme.arousal),
    ):
        if ratings is not None:
            results += _ratings(name, ratings, answers @ coordinate)
    return Report(images.name, vote.condition, tuple(results), settings)


def expect_enough(images: LabelledImages) -> None:
    """Raises DatasetError where there are too few images to hold some out."""
    if len(images) < _LEAST:
        raise DatasetError(
            f"{images.name} has {len(images)} images here, too few to hold some out.",
            f"Give at least {_LEAST}.",
        )


def labelled(labels: Labels, log_odds: LogOdds) -> tuple[LogOdds, list[Result]]:
    """Distributions over the labels' classes from log odds (n, k) of them, and their metrics.

    Each distribution has the temperature that was fitted on the other folds.
    """
    true = labels.codes
    truth = np.eye(len(labels.classes))[true]
    answers = calibrated(log_odds, truth, stratified_folds(true))
    named = answers.argmax(axis=1)
    k = len(labels.classes)
    return answers, [
        Result.of(f"accuracy, {k} classes", bootstrap(metrics.accuracy, true, named)),
        Result.of(f"macro-F1, {k} classes", bootstrap(metrics.macro_f1, true, named)),
        Result.of("NLL", bootstrap(metrics.nll, true, answers)),
        Result.of("Brier", bootstrap(metrics.brier, true, answers)),
        Result.of("ECE", bootstrap(metrics.ece, true, answers)),
    ]


def _labels(labels: Labels, vote: Vote) -> list[Result]:
    answers, results = labelled(labels, vote.log_odds[:, _columns(vote, labels.classes)])
    named = answers.argmax(axis=1)
    return [
        *results,
        *(
            Result.of(
                f"recall, {name}", bootstrap(partial(metrics.recall, of=code), labels.codes, named)
            )
            for code, name in enumerate(labels.classes)
        ),
    ]


def _votes(votes: Scores, vote: Vote) -> list[Result]:
    true = votes.values
    log_odds = vote.log_odds[:, _columns(vote, votes.names)]
    answers = calibrated(log_odds, true, stratified_folds(true.argmax(axis=1)))
    return [
        Result.of("top-1 of votes", bootstrap(metrics.top1_voted, true, answers)),
        Result.of("KL to votes", bootstrap(metrics.kl_divergence, true, answers)),
        Result.of("Jensen-Shannon", bootstrap(metrics.jensen_shannon, true, answers)),
        Result.of("Bhattacharyya", bootstrap(metrics.bhattacharyya, true, answers)),
    ]


def _ratings(name: str, ratings: Ratings, told: NDArray[np.float64]) -> list[Result]:
    return [
        Result.of(f"{name} r", bootstrap(metrics.pearson, ratings.scaled, told)),
        Result.of(f"{name} RMSE", bootstrap(metrics.rmse, ratings.scaled, told)),
    ]


def _columns(vote: Vote, classes: Sequence[str]) -> list[int]:
    return [vote.scheme.labels.index(name) for name in classes]


def hits(images: LabelledImages, vote: Vote) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """True and named class (n,) of each image, for paired comparisons of conditions."""
    labels = images.labels["emotion"]
    named: NDArray[np.intp] = vote.log_odds[:, _columns(vote, labels.classes)].argmax(axis=1)
    return labels.codes, named
