"""Bootstrap intervals hold the figure, can be repeated, and are narrow where pairs agree."""

import numpy as np
import pytest

from emograph.engine.evaluation.intervals import bootstrap, if_calibrated, paired_difference
from emograph.engine.evaluation.metrics import accuracy, ece, nll, rmse

TRUE = np.tile([0, 1], 200)
RIGHT_IN_THREE_OF_FOUR = np.where(np.arange(400) % 4 == 0, 1 - TRUE, TRUE)


def test_interval_of_a_share_is_the_binomial_one() -> None:
    interval = bootstrap(accuracy, TRUE, RIGHT_IN_THREE_OF_FOUR)
    half_width = 1.96 * np.sqrt(0.75 * 0.25 / 400)
    assert interval.value == 0.75
    assert interval.n == 400
    assert interval.low == pytest.approx(0.75 - half_width, abs=0.01)
    assert interval.high == pytest.approx(0.75 + half_width, abs=0.01)


def test_a_seed_repeats_the_draws() -> None:
    first, again = (bootstrap(accuracy, TRUE, RIGHT_IN_THREE_OF_FOUR, seed=3) for _ in range(2))
    assert first == again
    other = bootstrap(accuracy, TRUE, RIGHT_IN_THREE_OF_FOUR, n_resamples=200, seed=4)
    assert other.value == first.value
    assert other != first


def test_what_is_always_so_has_no_width() -> None:
    series = np.arange(20.0)
    interval = paired_difference(rmse, series, series + 3, series + 1)
    assert interval.value == interval.low == interval.high == 2
    assert interval.n == 20


def test_pairing_cancels_what_is_hard_for_both() -> None:
    slightly_worse = RIGHT_IN_THREE_OF_FOUR.copy()
    slightly_worse[1:400:40] = 1 - slightly_worse[1:400:40]
    gain = paired_difference(accuracy, TRUE, RIGHT_IN_THREE_OF_FOUR, slightly_worse)
    alone = bootstrap(accuracy, TRUE, slightly_worse)
    assert gain.value == pytest.approx(0.025)
    assert gain.low > 0
    assert gain.high - gain.low < (alone.high - alone.low) / 2


def test_what_is_sure_and_right_has_no_error_by_chance() -> None:
    interval = if_calibrated(ece, np.eye(3)[[0, 1, 2, 2]])
    assert interval.value == interval.low == interval.high == 0
    assert interval.n == 4


def test_by_chance_a_loss_is_the_entropy() -> None:
    shares = np.tile([0.7, 0.2, 0.1], (500, 1))
    interval = if_calibrated(nll, shares)
    entropy = -(shares[0] * np.log(shares[0])).sum()
    assert interval.value == pytest.approx(entropy, rel=0.01)
    assert interval.low < entropy < interval.high
    assert interval == if_calibrated(nll, shares)
