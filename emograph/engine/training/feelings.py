"""Fits how valence and arousal follow from the votes, for each set of votes that may be cast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from emograph.engine.gate import VOTES, Feeling, cast_by

Floats = NDArray[np.float64]

# As if so many pictures more said that each standardised vote counts nothing.
_PENALTY = 5.0


def fit_feeling(told: Mapping[str, Floats], ratings: Mapping[str, Floats]) -> Feeling:
    """The feeling whose valence and arousal are nearest to the ratings (n,), in squares.

    `told` holds for each kind what each of `VOTES` has (n, v), NaN where one has nothing.

    >>> values = np.linspace(-0.5, 0.5, 200)
    >>> told = {"valence": np.stack([values, values + np.nan, values + np.nan], axis=1)}
    >>> feeling = fit_feeling(told, {"valence": values / 2})
    >>> round(feeling("valence", {"graph": 0.4}), 2)
    0.2
    """
    slopes: dict[str, dict[str, list[float]]] = {}
    for names in _sets():
        columns = [VOTES.index(name) for name in names]
        for kind, values in told.items():
            known = ~np.isnan(values[:, columns]).any(axis=1)
            if known.any():
                fitted = _ridge(values[known][:, columns], ratings[kind][known])
                slopes.setdefault(cast_by(dict.fromkeys(names)), {})[kind] = fitted
    return Feeling(slopes)


def felt(feeling: Feeling, kind: str, told: Floats) -> Floats:
    """Valence or arousal of many pictures (n,), from what each of `VOTES` has (n, v)."""
    return np.array(
        [
            feeling(
                kind,
                {n: float(v) for n, v in zip(VOTES, row, strict=True) if not np.isnan(v)},
            )
            for row in told
        ]
    )


def _sets() -> list[Sequence[str]]:
    return [names for size in (1, 2, 3) for names in combinations(VOTES, size)]


def _ridge(x: Floats, y: Floats) -> list[float]:
    mean, spread = x.mean(axis=0), np.maximum(x.std(axis=0), 1e-6)
    z = (x - mean) / spread
    gram = z.T @ z + _PENALTY * np.eye(x.shape[1])
    slopes = np.linalg.solve(gram, z.T @ (y - y.mean())) / spread
    offset = y.mean() - slopes @ mean
    return [round(float(number), 4) for number in (*slopes, offset)]
