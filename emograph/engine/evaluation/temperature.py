"""Calibration of votes: one temperature, and an offset for each label (Guo et al. 2017).

See arXiv 1706.04599: temperature scaling, and the diagonal form of vector scaling.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar  # type: ignore[import-untyped]
from scipy.special import log_softmax  # type: ignore[import-untyped]

from emograph.engine.evaluation.conditions import LogOdds, probabilities
from emograph.engine.evaluation.folds import N_FOLDS

_LOWEST, _HIGHEST = -4.0, 4.0  # of the logarithm
# Offsets are held back as if by a few pictures more, so that few pictures hardly move them.
_PENALTY = 3.0
# From fewer pictures than these, offsets would be learned of chance.
_FEWEST = 200


@dataclass(frozen=True, slots=True)
class Calibration:
    """log p = log-odds / temperature + offsets, up to a constant; offsets are in label order."""

    temperature: float = 1.0
    offsets: Sequence[float] = ()

    def __call__(self, log_odds: LogOdds) -> LogOdds:
        """Calibrated log-probabilities (n, e) of log-odds (n, e)."""
        offsets = np.array(self.offsets) if self.offsets else 0.0
        logs: LogOdds = log_softmax(log_odds / self.temperature + offsets, axis=1)
        return logs


def fit_calibration(log_odds: LogOdds, truth: LogOdds) -> Calibration:
    """Temperature and offsets with the least cross-entropy to the truth (n, e).

    Few pictures are given a temperature alone.

    >>> odds = np.array([[1.0, 0.0], [0.0, 1.0]] * 100)
    >>> never = fit_calibration(odds, np.array([[0.9, 0.1]] * 200))
    >>> bool(never.offsets[0] > 0.5 > -0.5 > never.offsets[1])
    True
    """
    if len(truth) < _FEWEST:
        return Calibration(round(fit_temperature(log_odds, truth), 3))
    held = _PENALTY / len(truth)

    def loss(given: LogOdds) -> float:
        logs = log_softmax(log_odds * np.exp(given[0]) + given[1:], axis=1)
        return float(-(truth * logs).sum(axis=1).mean() + held * (given[1:] ** 2).sum())

    start = np.zeros(1 + log_odds.shape[1])
    best = minimize(loss, start, method="L-BFGS-B", bounds=[(_LOWEST, _HIGHEST)] + [(None, None)]
                    * log_odds.shape[1]).x  # fmt: skip
    offsets = best[1:] - best[1:].mean()
    return Calibration(
        round(float(np.exp(-best[0])), 3), tuple(round(float(offset), 3) for offset in offsets)
    )


def load_calibrations(path: Path) -> dict[str, Calibration]:
    """The calibrations of a file, by scheme."""
    given = json.loads(path.read_text("utf-8"))
    return {
        scheme: Calibration(fitted["temperature"], tuple(fitted["offsets"]))
        for scheme, fitted in given.items()
    }


def save_calibrations(calibrations: Mapping[str, Calibration], path: Path) -> None:
    """Write calibrations by scheme, as JSON."""
    written = {scheme: asdict(fitted) for scheme, fitted in calibrations.items()}
    path.write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")


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
