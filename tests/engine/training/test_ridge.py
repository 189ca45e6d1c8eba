"""Ridge regression finds linear maps; Platt's calibration finds probabilities."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from emograph.engine.perception.concepts import Platt
from emograph.engine.perception.detector import Array
from emograph.engine.training.ridge import fit_platt, fit_ridge

SEED = st.integers(0, 10_000)


def linear(seed: int, n: int = 80) -> tuple[Array, NDArray[np.float64], Array, Array]:
    """Features (n, 5), exactly linear targets (n, 3), and the features' mean and spread."""
    rng = np.random.default_rng(seed)
    x = (rng.normal(size=(n, 5)) * [1, 2, 3, 0.5, 1] + [0, 4, 0, -2, 1]).astype(np.float32)
    y = x @ rng.normal(size=(5, 3)) + rng.normal(size=3)
    return x, y.astype(np.float64), x.mean(axis=0), x.std(axis=0)


@given(SEED)
def test_a_linear_map_is_recovered(seed: int) -> None:
    x, y, shift, scale = linear(seed)
    new, _, _, _ = linear(seed + 1)
    ridge = fit_ridge(x[:60], y[:60], 1e-6, shift, scale)
    np.testing.assert_allclose(ridge(x[60:]), y[60:], atol=1e-3)
    assert ridge(new).shape == (80, 3)


@given(SEED, st.floats(0.0, 1e4))
def test_folded_weights_say_the_same_without_standardising(seed: int, penalty: float) -> None:
    x, y, shift, scale = linear(seed)
    ridge = fit_ridge(x, y, penalty, shift, scale)
    weights, bias = ridge.folded
    assert weights.shape == (3, 5)
    np.testing.assert_allclose(x @ weights.T + bias, ridge(x), atol=1e-3)


def test_a_greater_penalty_keeps_closer_to_the_mean() -> None:
    x, y, shift, scale = linear(0)
    spreads = [np.ptp(fit_ridge(x, y, p, shift, scale)(x)) for p in (1e-6, 1e2, 1e9)]
    assert spreads == sorted(spreads, reverse=True)
    told = fit_ridge(x, y, 1e9, shift, scale)(x)
    np.testing.assert_allclose(told, np.tile(y.mean(axis=0), (80, 1)), atol=1e-2)


def test_shift_and_scale_of_other_images_change_nothing_without_a_penalty() -> None:
    x, y, shift, scale = linear(0)
    other = fit_ridge(x, y, 1e-6, shift + 1, scale * 2)
    np.testing.assert_allclose(other(x), fit_ridge(x, y, 1e-6, shift, scale)(x), atol=1e-2)


@pytest.mark.parametrize(("slope", "offset"), [(1.0, 0.0), (2.5, -1.0), (0.5, -3.0), (-1.0, 0.5)])
def test_the_probabilities_that_made_the_truth_are_recovered(slope: float, offset: float) -> None:
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(20_000, 2)) * 2
    truth = rng.random(scores.shape) < Platt(slope, offset)(scores.astype(np.float32))
    found = fit_platt(scores, truth)
    assert found.slope == pytest.approx(slope, abs=0.08)
    assert found.offset == pytest.approx(offset, abs=0.08)


def test_scores_that_say_nothing_give_how_often_it_is_true() -> None:
    scores = np.zeros(100)
    told = fit_platt(scores, np.arange(100) < 20)(np.zeros(1, np.float32))
    assert told[0] == pytest.approx(0.2, abs=1e-3)
