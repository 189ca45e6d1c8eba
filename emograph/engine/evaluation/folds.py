"""The one rule by which items are held out: shuffled folds, stratified by class or by group."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

N_FOLDS = 5
SEEDS = (0, 1, 2, 3, 4)


def stratified_folds(
    labels: NDArray[Any], n_folds: int = N_FOLDS, seed: int = 0
) -> NDArray[np.intp]:
    """The fold, 0 to n_folds - 1, in which each item is held out, shape (n,).

    `labels` (n,) are codes or names. The folds' sizes, and their shares of each class, differ by
    one item at most.

    >>> np.bincount(stratified_folds(np.array(["joy"] * 5 + ["fear"] * 10))).tolist()
    [3, 3, 3, 3, 3]
    """
    shuffled = np.random.default_rng(seed).permutation(len(labels))
    by_class = shuffled[np.argsort(labels[shuffled], kind="stable")]
    folds = np.empty(len(labels), dtype=np.intp)
    # Dealt like cards, class after class: no fold gets two of a class more than another.
    folds[by_class] = np.arange(len(labels)) % n_folds
    return folds


def group_folds(groups: NDArray[Any], n_folds: int = N_FOLDS, seed: int = 0) -> NDArray[np.intp]:
    """The fold in which each item is held out together with its whole group, shape (n,).

    `groups` (n,) are codes or names, such as the label of a cue that must be new to the test. The
    folds' numbers of groups differ by one at most.

    >>> folds = group_folds(np.array(["cat", "dog", "cat", "sea"]), n_folds=3)
    >>> bool(folds[0] == folds[2]), len(set(folds.tolist()))
    (True, 3)
    """
    names, group = np.unique(groups, return_inverse=True)
    fold_of_group = np.random.default_rng(seed).permutation(len(names)) % n_folds
    return fold_of_group[group].astype(np.intp)
