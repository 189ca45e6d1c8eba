"""Cross-fitting: a student that is tested on a fold, and its teacher, have never seen that fold.

Nor has the teacher of a picture seen that very picture: a teacher who knows the answer has nothing
to add to it. So for each two folds a teacher is fitted on the three others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from emograph.engine.evaluation.folds import N_FOLDS
from emograph.engine.training.targets import Targets

Folds = NDArray[np.intp]
Teach = Callable[[tuple[int, ...]], Targets]
"""What a teacher says of all pictures that has not seen these folds."""


def schooling(teach: Teach, folds: Folds, tested: int | None) -> Targets:
    """What a student learns from teachers, whose figures are to be told on the fold `tested`.

    `folds` (n,) are those of the pictures. With none `tested`, it is what the student learns that
    is shipped. Rows of the fold itself are unknown.
    """
    others = [fold for fold in range(N_FOLDS) if fold != tested]
    out = () if tested is None else (tested,)
    return assembled([(teach(tuple(sorted({*out, f}))), folds == f) for f in others])


def assembled(parts: Sequence[tuple[Targets, NDArray[np.bool_]]]) -> Targets:
    """Targets whose rows come from one part each; rows of none are unknown.

    >>> low, high = (Targets({}, {"x": np.full(2, v, np.float32)}) for v in (0, 1))
    >>> mixed = assembled([(low, np.array([True, False])), (high, np.array([False, True]))])
    >>> mixed.numbers["x"].tolist()
    [0.0, 1.0]
    """
    first = parts[0][0]
    shares = {space: np.full_like(known, np.nan) for space, known in first.shares.items()}
    numbers = {name: np.full_like(known, np.nan) for name, known in first.numbers.items()}
    for part, rows in parts:
        for space, known in shares.items():
            known[rows] = part.shares[space][rows]
        for name, known in numbers.items():
            known[rows] = part.numbers[name][rows]
    return Targets(shares, numbers)
