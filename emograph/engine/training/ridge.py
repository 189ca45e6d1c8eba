"""Ridge regression and Platt's calibration: all that the light heads are fitted with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]

from emograph.engine.perception.concepts import Platt

Array = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Ridge:
    """A linear map ``((x - shift) / scale) @ map + offset``; shapes (f,), (f,), (f, k), (k,)."""

    shift: Array
    scale: Array
    map: Array
    offset: Array

    def __call__(self, x: Array) -> Array:
        """Predictions (n, k) for features (n, f)."""
        told = ((x - self.shift) / self.scale) @ self.map + self.offset
        return told.astype(np.float32)

    @property
    def folded(self) -> tuple[Array, Array]:
        """Weights (k, f) and bias (k,) on features that are not standardised."""
        weights = (self.map / self.scale[:, None]).T
        return weights.astype(np.float32), (self.offset - weights @ self.shift).astype(np.float32)


def fit_ridge(
    x: Array, y: NDArray[np.floating[Any]], penalty: float, shift: Array, scale: Array
) -> Ridge:
    """Fit y (n, k) by x (n, f), standardised by shift and scale, which may be of more images."""
    z = ((x - shift) / scale).astype(np.float64)
    centre, offset = z.mean(axis=0), y.mean(axis=0)
    z -= centre
    gram = z.T @ z
    gram[np.diag_indices_from(gram)] += penalty
    solution = np.linalg.solve(gram, z.T @ (y - offset))
    return Ridge(
        shift,
        scale,
        solution.astype(np.float32),
        (offset - centre @ solution).astype(np.float32),
    )


def fit_platt(scores: NDArray[np.float64], truth: NDArray[np.bool_]) -> Platt:
    """Slope and offset that make sigmoid(slope s + offset) the probability of `truth` (Platt 1999).

    Scores and truth have one shape; the likelihood is maximised without a penalty.
    """
    s, t = scores.ravel().astype(np.float64), truth.ravel()

    def loss(parameters: NDArray[np.float64]) -> float:
        margin = np.where(t, 1.0, -1.0) * (parameters[0] * s + parameters[1])
        return float(np.logaddexp(0.0, -margin).mean())

    best = minimize(loss, np.array([1.0, -1.0]), method="L-BFGS-B").x
    return Platt(float(best[0]), float(best[1]))
