"""The metrics keep their bounds and symmetries, and agree with sums done by hand."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from emograph.engine.evaluation.metrics import (
    accuracy,
    auc,
    average_precision,
    bhattacharyya,
    brier,
    ece,
    jensen_shannon,
    kl_divergence,
    macro_f1,
    mean_average_precision,
    nll,
    pearson,
    rmse,
    spearman,
    top1_voted,
)

Floats = NDArray[np.float64]
N, K = st.integers(1, 30), st.integers(2, 8)


def distributions(n: int, k: int) -> st.SearchStrategy[Floats]:
    """Rows that sum to 1, zeros and ones among them."""
    weights = arrays(np.float64, (n, k), elements=st.floats(0, 1) | st.sampled_from([0.0, 1.0]))
    return weights.map(lambda w: w + (w.sum(axis=1, keepdims=True) == 0)).map(
        lambda w: w / w.sum(axis=1, keepdims=True)
    )


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Floats, Floats]:
    n, k = draw(N), draw(K)
    return draw(distributions(n, k)), draw(distributions(n, k))


@st.composite
def classified(draw: st.DrawFn) -> tuple[NDArray[np.intp], Floats]:
    n, k = draw(N), draw(K)
    codes: NDArray[np.intp] = draw(arrays(np.intp, n, elements=st.integers(0, k - 1)))
    return codes, draw(distributions(n, k))


@st.composite
def ranked(draw: st.DrawFn) -> tuple[NDArray[np.bool_], Floats]:
    n = draw(N)
    scores = arrays(np.float64, n, elements=st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]))
    return draw(arrays(np.bool_, n)), draw(scores)


@given(classified(), st.randoms(use_true_random=False))
def test_single_label_metrics_do_not_depend_on_the_order(
    case: tuple[NDArray[np.intp], Floats], random: Any
) -> None:
    true, predicted = case[0], case[1].argmax(axis=1)
    order = np.array(random.sample(range(len(true)), len(true)))
    for metric in (accuracy, macro_f1):
        assert metric(true[order], predicted[order]) == pytest.approx(metric(true, predicted))
        assert 0 <= metric(true, predicted) <= 1
        assert metric(true, true) == 1


@given(pairs())
def test_divergences_keep_their_bounds(case: tuple[Floats, Floats]) -> None:
    true, predicted = case
    assert kl_divergence(true, predicted) >= 0
    assert kl_divergence(true, true) == 0
    assert 0 <= jensen_shannon(true, predicted) <= math.log(2) + 1e-9
    assert jensen_shannon(true, predicted) == pytest.approx(jensen_shannon(predicted, true))
    assert 0 <= bhattacharyya(true, predicted) <= 1 + 1e-9
    assert bhattacharyya(true, true) == pytest.approx(1)
    assert 0 <= top1_voted(true, predicted) <= 1


def entropy(rows: Floats) -> float:
    """Mean entropy of distributions in nats."""
    return float(-np.mean(np.sum(rows * np.log(np.where(rows > 0, rows, 1)), axis=1)))


@given(pairs())
def test_jensen_shannon_is_the_entropy_that_mixing_adds(case: tuple[Floats, Floats]) -> None:
    true, predicted = case
    added = entropy((true + predicted) / 2) - (entropy(true) + entropy(predicted)) / 2
    assert jensen_shannon(true, predicted) == pytest.approx(added, abs=1e-9)


@given(classified())
def test_calibration_keeps_its_bounds(case: tuple[NDArray[np.intp], Floats]) -> None:
    true, predicted = case
    assert 0 <= ece(true, predicted) <= 1
    assert 0 <= brier(true, predicted) <= 2 + 1e-9
    assert nll(true, predicted) >= 0
    sure = np.eye(predicted.shape[1])[true]
    assert ece(true, sure) == brier(true, sure) == nll(true, sure) == 0


def test_ece_weighs_bins_by_their_items() -> None:
    predicted = np.array([[0.9, 0.1]] * 3 + [[0.35, 0.65]])
    true = np.array([0, 0, 1, 1])
    assert ece(true, predicted) == pytest.approx(3 / 4 * abs(2 / 3 - 0.9) + 1 / 4 * 0.35)


def test_ece_bins_end_with_their_upper_bound() -> None:
    # 0.6 = 9/15 ends the bin of 0.55, so over- and underconfidence cancel out within it.
    predicted = np.array([[0.6, 0.4], [0.55, 0.45]])
    assert ece(np.array([0, 1]), predicted) == pytest.approx(abs(0.4 - 0.55) / 2)


def test_zero_probability_is_finite() -> None:
    impossible = np.array([[1.0, 0.0]])
    assert kl_divergence(np.array([[0.0, 1.0]]), impossible) == pytest.approx(12 * math.log(10))
    assert nll(np.array([1]), impossible) == pytest.approx(12 * math.log(10))


def test_macro_f1_counts_classes_that_occur_in_either() -> None:
    assert macro_f1(np.array([0, 0, 1]), np.array([0, 2, 1])) == pytest.approx((2 / 3 + 1 + 0) / 3)


def test_macro_f1_leaves_out_classes_that_occur_nowhere() -> None:
    assert macro_f1(np.array([0, 7]), np.array([0, 7])) == 1


def test_top1_takes_the_first_of_equal_votes() -> None:
    votes = np.array([[0.5, 0.5]])
    assert top1_voted(votes, np.array([[0.9, 0.1]])) == 1
    assert top1_voted(votes, np.array([[0.1, 0.9]])) == 0


def test_pearson_and_rmse() -> None:
    rng = np.random.default_rng(0)
    true, predicted = rng.normal(size=(2, 50))
    spread = np.std(true) * np.std(predicted)
    by_hand = (np.mean(true * predicted) - np.mean(true) * np.mean(predicted)) / spread
    assert pearson(true, predicted) == pytest.approx(by_hand)
    assert pearson(true, np.full(50, 3.0)) == 0
    assert rmse(true, true + 2) == pytest.approx(2)


@given(ranked(), st.randoms(use_true_random=False))
def test_average_precision_does_not_depend_on_the_order(
    case: tuple[NDArray[np.bool_], Floats], random: Any
) -> None:
    relevant, scores = case
    order = np.array(random.sample(range(len(scores)), len(scores)))
    value = average_precision(relevant, scores)
    assert value == pytest.approx(average_precision(relevant[order], scores[order]))
    assert 0 <= value <= 1 + 1e-9
    assert average_precision(relevant, relevant.astype(float)) == pytest.approx(
        float(relevant.any())
    )


def test_equal_scores_give_the_share_of_relevant_items() -> None:
    assert average_precision(np.array([True, False, False, True]), np.zeros(4)) == 0.5


def test_mean_average_precision_skips_columns_without_relevant_items() -> None:
    relevant = np.array([[True, False, True], [False, False, False]])
    scores = np.array([[0.1, 0.5, 0.9], [0.9, 0.5, 0.1]])
    assert mean_average_precision(relevant, scores) == pytest.approx((0.5 + 1) / 2)
    assert mean_average_precision(np.zeros((2, 3), dtype=bool), scores) == 0


@given(ranked())
def test_auc_is_how_often_a_positive_item_scores_above_a_negative_one(
    case: tuple[NDArray[np.bool_], Floats],
) -> None:
    positive, scores = case
    pairs = [(p, n) for p in scores[positive] for n in scores[~positive]]
    by_hand = np.mean([(p > n) + 0.5 * (p == n) for p, n in pairs]) if pairs else 0.5
    assert auc(positive, scores) == pytest.approx(by_hand)
    assert auc(positive, -scores) == pytest.approx(1 - auc(positive, scores))


def test_spearman_sees_the_order_only() -> None:
    rng = np.random.default_rng(0)
    true, predicted = rng.normal(size=(2, 40))
    assert spearman(true, np.exp(true)) == pytest.approx(1)
    assert spearman(true, -true) == pytest.approx(-1)
    assert spearman(true, predicted) == pytest.approx(spearman(true**3, np.exp(predicted)))
    assert spearman(true, np.zeros(40)) == 0
