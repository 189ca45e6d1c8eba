"""Deletion and insertion of parts of a picture, in several orders (Petsiuk et al. 2018)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from emograph.engine.evaluation.proof import Curve

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float64]
Answer = Callable[[Pixels], Floats]
"""The final probabilities (k,) of a picture with these pixels (h, w, 3)."""

CELLS = 4
"""Cells along each side of a picture."""
_STEPS = 8


def hidden(pixels: Pixels, gone: NDArray[np.bool_]) -> Pixels:
    """The picture with the cells that are gone, (4, 4), in its mean colour.

    >>> seen = hidden(np.arange(48, dtype=np.uint8).reshape(4, 4, 3), np.eye(4, dtype=bool))
    >>> seen[0, 0].tolist(), seen[0, 1].tolist()
    ([22, 23, 24], [3, 4, 5])
    """
    shown = pixels.copy()
    mean = pixels.mean(axis=(0, 1)).astype(np.uint8)
    rows, columns = (_edges(side) for side in pixels.shape[:2])
    for row, column in np.argwhere(gone):
        shown[rows[row] : rows[row + 1], columns[column] : columns[column + 1]] = mean
    return shown


def occlusion(pixels: Pixels, answer: Answer, leading: int) -> Floats:
    """How much less likely an emotion is without each cell, (4, 4)."""
    whole = answer(pixels)[leading]
    drops = np.zeros((CELLS, CELLS))
    for row in range(CELLS):
        for column in range(CELLS):
            gone = np.zeros((CELLS, CELLS), dtype=bool)
            gone[row, column] = True
            drops[row, column] = whole - answer(hidden(pixels, gone))[leading]
    return drops


def paths(
    pixels: Pixels, answer: Answer, leading: int, orders: Mapping[str, Floats]
) -> dict[tuple[str, str], list[float]]:
    """An emotion's probability as cells go or come, most important (4, 4) first, by order."""
    told: dict[tuple[str, str], list[float]] = {}
    for order, importance in orders.items():
        ranked = np.argsort(-importance.ravel(), kind="stable")
        for what, inserted in (("deletion of regions", False), ("insertion of regions", True)):
            path = []
            for step in range(_STEPS + 1):
                gone = np.full(CELLS * CELLS, inserted)
                gone[ranked[: round(step / _STEPS * len(ranked))]] = not inserted
                seen = hidden(pixels, gone.reshape(CELLS, CELLS))
                path.append(float(answer(seen)[leading]))
            told[what, order] = path
    return told


def curves(found: list[dict[tuple[str, str], list[float]]]) -> list[Curve]:
    """The mean path of several pictures, in each order."""
    shares = tuple(np.linspace(0, 1, _STEPS + 1).round(3).tolist())
    return [
        Curve(*key, shares, tuple(np.mean([p[key] for p in found], axis=0).round(4).tolist()),
              len(found))
        for key in (found[0] if found else ())
    ]  # fmt: skip


def _edges(side: int) -> list[int]:
    edges: list[int] = np.linspace(0, side, CELLS + 1).round().astype(int).tolist()
    return edges
