"""Multinomial logistic regression on distributions instead of labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]
from scipy.special import log_softmax  # type: ignore[import-untyped]

from emograph.engine.evaluation.folds import N_FOLDS, stratified_folds

Rows = NDArray[np.float32]
Shares = NDArray[np.float64]

_PENALTY = 0.6
_STEPS = 80


@dataclass(frozen=True, eq=False)
class Logistic:
    """Features (n, f) to shares (n, k), rows that sum to 1."""

    shift: Rows
    scale: Rows
    weights: Rows
    bias: Rows

    def __call__(self, features: Rows) -> Shares:
        """The shares of each row."""
        odds = ((features - self.shift) / self.scale) @ self.weights + self.bias
        shares: Shares = np.exp(log_softmax(odds.astype(np.float64), axis=1))
        return shares


def fit_logistic(features: Rows, shares: Shares, penalty: float = _PENALTY) -> Logistic:
    """Least cross-entropy between `shares` (n, k) and answers, plus `penalty` times the squares.

    The penalty holds for standardised features (n, f).

    >>> rows = np.array([[0.0], [1.0], [2.0], [3.0]], np.float32)
    >>> fit_logistic(rows, np.eye(2)[[0, 0, 1, 1]], 0.01)(rows).argmax(axis=1).tolist()
    [0, 0, 1, 1]
    """
    shift, scale = features.mean(axis=0), features.std(axis=0) + 1e-4
    x = ((features - shift) / scale).astype(np.float32)
    y = shares.astype(np.float32)
    size = x.shape[1], y.shape[1]

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        given = flat.astype(np.float32)
        weights, bias = given[: -size[1]].reshape(size), given[-size[1] :]
        told = log_softmax(x @ weights + bias, axis=1)
        wrong = (np.exp(told) - y) / len(x)
        slope = np.concatenate([(x.T @ wrong + 2 * penalty * weights).ravel(), wrong.sum(axis=0)])
        cost = -(y * told).sum() / len(x) + penalty * (weights**2).sum()
        return float(cost), slope.astype(np.float64)

    start = np.zeros(size[0] * size[1] + size[1])
    best = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": _STEPS}).x
    given = best.astype(np.float32)
    return Logistic(shift, scale, given[: -size[1]].reshape(size), given[-size[1] :])


def taught(
    views: tuple[Rows, ...], rows: NDArray[np.intp], shares: Shares, seed: int = 0
) -> Shares:
    """What a logistic regression says of every image, (n, k), those it is fitted on out of fold.

    `views` hold the features (n, f) of all images, seen in several ways, which are averaged;
    `shares` (m, k) are known of the images at `rows` (m,).
    """
    folds = stratified_folds(shares.argmax(axis=1), N_FOLDS, seed)
    answers = _fitted(views, rows, shares)(views)
    for held_out in range(N_FOLDS):
        kept = folds != held_out
        answers[rows[~kept]] = _fitted(views, rows[kept], shares[kept])(
            tuple(view[rows[~kept]] for view in views)
        )
    return answers


@dataclass(frozen=True, eq=False)
class _Averaged:
    model: Logistic

    def __call__(self, views: tuple[Rows, ...]) -> Shares:
        mean: Shares = np.mean([self.model(view) for view in views], axis=0)
        return mean


def _fitted(views: tuple[Rows, ...], rows: NDArray[np.intp], shares: Shares) -> _Averaged:
    features = np.concatenate([view[rows] for view in views])
    return _Averaged(fit_logistic(features, np.concatenate([shares] * len(views))))
