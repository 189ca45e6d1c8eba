"""Evaluates the graph alone, on labels that people gave to scenes and objects: no image is seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emograph.engine.evaluation import metrics
from emograph.engine.evaluation.folds import N_FOLDS, group_folds, stratified_folds
from emograph.engine.evaluation.intervals import Metric, bootstrap
from emograph.engine.evaluation.results import Report, Result, Setting

Codes = NDArray[np.intp]
Probabilities = NDArray[np.float64]
Predict = Callable[[Codes, Codes], Probabilities]
"""From the label and the emotion of each training row (m,) to P(emotion | label) (labels, e)."""

_METRICS: tuple[tuple[str, Metric, Callable[[Probabilities], NDArray[Any]]], ...] = (
    ("accuracy", metrics.accuracy, lambda p: p.argmax(axis=1)),
    ("NLL", metrics.nll, lambda p: p),
)


@dataclass(frozen=True, eq=False)
class Rows:
    """One row for each label that an image has: the label, its kind, the image's emotion.

    `labels` (n,) and `emotions` (n,) are codes, `kinds` (n,) the names of kinds.
    """

    labels: Codes
    emotions: Codes
    kinds: NDArray[np.str_]
    n_labels: int
    n_emotions: int


def evaluate_rows(
    name: str, condition: str, rows: Rows, predict: Predict, settings: Mapping[str, Setting]
) -> Report:
    """Accuracy and NLL by five-fold cross-validation over rows, then over whole labels."""
    over_rows = _answers(rows, predict, stratified_folds(rows.emotions))
    over_labels = _answers(rows, predict, group_folds(rows.labels))
    results = [
        Result.of(f"{metric}, {which}", bootstrap(measure, rows.emotions[of], answer(p[of])))
        for p, held_out in ((over_rows, "rows"), (over_labels, "labels"))
        for which, of in _parts(rows, held_out)
        for metric, measure, answer in _METRICS
    ]
    return Report(name, condition, tuple(results), settings)


def counting(rows: Rows) -> Predict:
    """The baseline: shares of each label, smoothed by the average as if seen eight times more."""

    def predict(labels: Codes, emotions: Codes) -> Probabilities:
        counts = np.zeros((rows.n_labels, rows.n_emotions))
        np.add.at(counts, (labels, emotions), 1.0)
        average = counts.sum(axis=0) / counts.sum()
        shares: Probabilities = (counts + 8 * average) / (counts.sum(axis=1, keepdims=True) + 8)
        return shares

    return predict


def _answers(rows: Rows, predict: Predict, fold: Codes) -> Probabilities:
    answers = np.zeros((len(rows.labels), rows.n_emotions))
    for held_out in range(N_FOLDS):
        test = fold == held_out
        by_label = predict(rows.labels[~test], rows.emotions[~test])
        answers[test] = by_label[rows.labels[test]]
    return answers


def _parts(rows: Rows, held_out: str) -> list[tuple[str, NDArray[np.bool_]]]:
    everything = np.ones(len(rows.labels), dtype=bool)
    return [
        (f"all, {held_out} held out", everything),
        *(
            (f"{kind}, {held_out} held out", rows.kinds == kind)
            for kind in np.unique(rows.kinds).tolist()
        ),
    ]
