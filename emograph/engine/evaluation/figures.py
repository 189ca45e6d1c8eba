"""Figures of answers that are probabilities already: labels, votes and ratings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from emograph.engine.evaluation import metrics
from emograph.engine.evaluation.intervals import bootstrap, if_calibrated
from emograph.engine.evaluation.results import Result

Floats = NDArray[np.float64]


def of_labels(classes: Sequence[str], true: NDArray[np.intp], answers: Floats) -> Iterator[Result]:
    """Figures of distributions (n, k) over classes, of which one (n,) is true of each item."""
    named = answers.argmax(axis=1)
    what = f"{len(classes)} classes"
    yield Result.of(f"accuracy, {what}", bootstrap(metrics.accuracy, true, named))
    yield Result.of(f"macro-F1, {what}", bootstrap(metrics.macro_f1, true, named))
    yield Result.of("NLL", bootstrap(metrics.nll, true, answers))
    yield Result.of("Brier", bootstrap(metrics.brier, true, answers))
    yield Result.of("ECE", bootstrap(metrics.ece, true, answers))
    yield Result.of("ECE if calibrated", if_calibrated(metrics.ece, answers))
    for code, name in enumerate(classes):
        recall = bootstrap(partial(metrics.recall, of=code), true, named)
        yield Result.of(f"recall, {name}", recall)


def of_votes(true: Floats, answers: Floats) -> Iterator[Result]:
    """Figures of distributions (n, k) against those of people's votes (n, k)."""
    yield Result.of("KL to votes", bootstrap(metrics.kl_divergence, true, answers))
    yield Result.of("Jensen-Shannon", bootstrap(metrics.jensen_shannon, true, answers))
    yield Result.of("Bhattacharyya", bootstrap(metrics.bhattacharyya, true, answers))
    yield Result.of("top-1 of votes", bootstrap(metrics.top1_voted, true, answers))
    yield Result.of("ECE of top-1", bootstrap(metrics.ece, true.argmax(axis=1), answers))
    yield Result.of("ECE of top-1 if calibrated", if_calibrated(metrics.ece, answers))
    yield Result.of("ECE of all shares", bootstrap(_shares_apart, true, answers))


def of_ratings(name: str, true: Floats, told: Floats) -> Iterator[Result]:
    """Figures of numbers (n,) against ratings (n,)."""
    yield Result.of(f"{name} r", bootstrap(metrics.pearson, true, told))
    yield Result.of(f"{name} RMSE", bootstrap(metrics.rmse, true, told))


def _shares_apart(true: Floats, answers: Floats) -> float:
    """How far, on average, shares of votes lie from what was foretold, by 15 equal bins of it."""
    bins = np.clip(np.ceil(answers * 15).astype(int) - 1, 0, 14).ravel()
    apart = np.bincount(bins, weights=(true - answers).ravel())
    return float(np.abs(apart).sum() / answers.size)


def costs(true: Floats, answers: Floats) -> Floats:
    """The cross-entropy of each item (n,), in nats: how surprising the truth is."""
    given: Floats = -(true * np.log(np.maximum(answers, 1e-12))).sum(axis=1)
    return given
