"""The one temperature of a vote (Guo et al. 2017, arXiv 1706.04599)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar  # type: ignore[import-untyped]

from emograph.engine.evaluation.conditions import LogOdds, probabilities
from emograph.engine.evaluation.folds import N_FOLDS

_LOWEST, _HIGHEST = -4.0, 4.0  # of the logarithm


def fit_temperature(log_odds: LogOdds, truth: LogOdds) -> float:
    """The temperature with the least cross-entropy between truth (n, e) and answers (n, e).

    `truth` are distributions: votes, or ones for labels.
    """

    def loss(logarithm: float) -> float:
        answers = probabilities(log_odds, float(np.exp(logarithm)))
        return float(-(truth * np.log(np.maximum(answers, 1e-12))).sum(axis=1).mean())

    best = minimize_scalar(loss, bounds=(_LOWEST, _HIGHEST), method="bounded")
    return float(np.exp(best.x))


def calibrated(log_odds: LogOdds, truth: LogOdds, fold: NDArray[np.intp]) -> LogOdds:
    """Answers (n, e), each with the temperature fitted on the other folds; `fold` is (n,)."""
    answers = np.empty_like(log_odds)
    for held_out in range(N_FOLDS):
        test = fold == held_out
        temperature = fit_temperature(log_odds[~test], truth[~test])
        answers[test] = probabilities(log_odds[test], temperature)
    return answers
