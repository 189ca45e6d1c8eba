"""Evaluates a vote on photographs of damage: the more there is, the worse it should feel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from emograph.engine.evaluation import metrics
from emograph.engine.evaluation.conditions import Vote, probabilities
from emograph.engine.evaluation.dataset import LabelledImages
from emograph.engine.evaluation.intervals import Metric, bootstrap, paired_difference
from emograph.engine.evaluation.results import Report, Result, Setting

LABELLING = "damage_severity"


def negative_affect(vote: Vote) -> NDArray[np.float64]:
    """Minus the valence that the vote expects of each image, (n,), -1..1."""
    expected: NDArray[np.float64] = probabilities(vote.log_odds) @ vote.scheme.valence
    return -expected


def damage_auc(grade: NDArray[np.intp], told: NDArray[np.float64]) -> float:
    """How often an image with any damage is told worse than one with little or none, 0..1."""
    return metrics.auc(grade > 0, told)


_METRICS: tuple[tuple[str, Metric], ...] = (
    ("AUC, severe or mild against little or none", damage_auc),
    ("Spearman with three grades", metrics.spearman),
)


def evaluate_severity(
    images: LabelledImages, votes: Sequence[Vote], settings: Mapping[str, Setting]
) -> list[Report]:
    """A report of each vote; from the second on with what it gains over the first.

    The images are labelled with grades of damage, mildest first.
    """
    grade = images.labels[LABELLING].codes
    base, *others = [negative_affect(vote) for vote in votes]
    reports = [Report(images.name, votes[0].condition, _figures(grade, base), settings)]
    for vote, told in zip(votes[1:], others, strict=True):
        gains = tuple(
            Result.of(f"gained, {name}", paired_difference(metric, grade, told, base))
            for name, metric in _METRICS
        )
        results = (*_figures(grade, told), *gains)
        reports.append(Report(images.name, vote.condition, results, settings))
    return reports


def _figures(grade: NDArray[np.intp], told: NDArray[np.float64]) -> tuple[Result, ...]:
    return tuple(Result.of(name, bootstrap(metric, grade, told)) for name, metric in _METRICS)
