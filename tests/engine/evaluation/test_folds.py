"""Every item is held out once, classes are spread evenly, groups stay together."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from emograph.engine.evaluation.folds import N_FOLDS, group_folds, stratified_folds

NAMES = st.lists(st.sampled_from(["anger", "awe", "fear", "joy"]), min_size=1, max_size=60)
FOLDS = st.integers(2, 7)
SEED = st.integers(0, 4)


def spread(folds: NDArray[np.intp], n_folds: int) -> int:
    """Most minus least items that a fold has."""
    counts = np.bincount(folds, minlength=n_folds)
    assert len(counts) == n_folds
    return int(np.ptp(counts))


@given(NAMES, FOLDS, SEED)
def test_stratified_folds_partition_and_keep_the_shares(
    names: list[str], n_folds: int, seed: int
) -> None:
    labels = np.array(names)
    folds = stratified_folds(labels, n_folds, seed)
    assert folds.shape == labels.shape
    assert spread(folds, n_folds) <= 1
    for label in set(names):
        assert spread(folds[labels == label], n_folds) <= 1


@given(NAMES, FOLDS, SEED)
def test_group_folds_keep_groups_together(names: list[str], n_folds: int, seed: int) -> None:
    groups = np.array(names)
    folds = group_folds(groups, n_folds, seed)
    assert folds.shape == groups.shape
    fold_of = dict(zip(names, folds.tolist(), strict=True))
    assert [fold_of[name] for name in names] == folds.tolist()
    assert spread(np.array(list(fold_of.values())), n_folds) <= 1


@pytest.mark.parametrize("rule", [stratified_folds, group_folds])
def test_the_seed_decides(rule: Callable[..., NDArray[np.intp]]) -> None:
    items = np.arange(100) // 2
    assert rule(items).tolist() == rule(items, N_FOLDS, seed=0).tolist()
    assert rule(items).tolist() != rule(items, seed=1).tolist()


def test_items_of_a_class_are_shuffled() -> None:
    folds = stratified_folds(np.zeros(50, dtype=int))
    assert folds.tolist() != (np.arange(50) % N_FOLDS).tolist()


def test_folds_are_the_same_on_every_machine() -> None:
    assert stratified_folds(np.array([0, 1] * 5)).tolist() == [3, 4, 2, 1, 0, 2, 1, 0, 4, 3]
