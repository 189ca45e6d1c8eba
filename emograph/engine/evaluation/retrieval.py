"""Evaluates retrieval: images ranked for each query, within folds, against a baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emograph.engine.evaluation.intervals import bootstrap, paired_difference
from emograph.engine.evaluation.metrics import mean_average_precision
from emograph.engine.evaluation.results import Report, Result, Setting

Scores = NDArray[np.float64]
Relevant = NDArray[np.bool_]
Folds = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Ranking:
    """Scores (n, q) of n images for q queries by one condition."""

    condition: str
    scores: Scores


def folded_map(folds: Folds, relevant: Relevant, scores: Scores) -> float:
    """Mean average precision over queries, within each fold (n,), and the mean over the folds.

    A query ranks the images of one fold only, since others may have had a part in the scores.

    >>> folds = np.array([0, 0, 1, 1])
    >>> relevant = np.array([[True], [False], [True], [False]])
    >>> folded_map(folds, relevant, np.array([[0.9], [0.1], [0.2], [0.3]]))
    0.75
    """
    within = [
        mean_average_precision(relevant[folds == fold], scores[folds == fold])
        for fold in np.unique(folds)
    ]
    return float(np.mean(within))


def compared(
    dataset: str,
    folds: Folds,
    relevant: Mapping[str, Relevant],
    ours: Ranking,
    baselines: Sequence[Ranking],
    settings: Mapping[str, Setting],
) -> list[Report]:
    """Reports of our ranking and of the best baseline, by each way to say what is relevant.

    Which of the `baselines` is best, is found on the very images. The gain over it is measured on
    the same draws of images. All baselines are told in the settings.
    """
    own: list[Result] = []
    base: list[Result] = []
    about = dict(settings)
    for name, right in relevant.items():
        reached = {one.condition: folded_map(folds, right, one.scores) for one in baselines}
        best = max(baselines, key=lambda one: reached[one.condition])
        told = sorted(reached.items(), key=lambda item: -item[1])
        about[f"encoder, {name}"] = "; ".join(f"{text} {value:.3f}" for text, value in told)
        own.append(Result.of(f"mAP, {name}", bootstrap(folded_map, folds, right, ours.scores)))
        base.append(Result.of(f"mAP, {name}", bootstrap(folded_map, folds, right, best.scores)))
        true = np.column_stack([folds, right])
        gain = paired_difference(_stacked, true, ours.scores, best.scores)
        own.append(Result.of(f"mAP, {name}, above the encoder", gain))
    return [
        Report(dataset, ours.condition, tuple(own), about),
        Report(dataset, "encoder", tuple(base), about),
    ]


def _stacked(true: NDArray[np.int_], scores: Scores) -> float:
    return folded_map(true[:, 0], true[:, 1:].astype(bool), scores)
