"""The parts of a dataset that one trains on, chooses by and tests on, as a labelling ``split``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from emograph.engine.evaluation.dataset import Labels

SPLIT = "split"
TRAIN, VAL, TEST = "train", "val", "test"
SPLITS = (TRAIN, VAL, TEST)


def split_labels(values: Sequence[str]) -> Labels:
    """The split of each image; all three are classes, even where a dataset has no ``val``."""
    return Labels(SPLITS, tuple(values))


def drawn_split(codes: NDArray[np.intp], train: float, val: float, seed: int = 0) -> Labels:
    """A split drawn by `seed`: the shares `train` and `val` of every class, and the rest as test.

    `codes` (n,) are the classes. For a dataset that comes without a split: the same images always
    get the same one, other images may change it.

    >>> drawn_split(np.zeros(20, dtype=np.intp), train=0.8, val=0.05).values.count("test")
    3
    """
    values = np.empty(len(codes), dtype=object)
    shuffled = np.random.default_rng(seed).permutation(len(codes))
    for code in np.unique(codes):
        rows = shuffled[codes[shuffled] == code]
        first, second = (round(share * len(rows)) for share in (train, train + val))
        values[rows[:first]] = TRAIN
        values[rows[first:second]] = VAL
        values[rows[second:]] = TEST
    return split_labels(values.tolist())
