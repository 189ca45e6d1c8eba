"""The likenesses that rank images, and how they are pooled."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from emograph.engine.retrieval.query import Near, Query
from emograph.engine.retrieval.ranking import (
    FLOOR,
    log_affinity,
    log_closeness,
    log_shares,
    log_shown,
    pool,
    wanted_shares,
)

SHARES = arrays(np.float32, 5, elements=st.floats(0.015625, 1, width=32)).map(
    lambda drawn: drawn / drawn.sum()
)


def affinity(shares: np.ndarray, wanted: np.ndarray) -> float:
    return float(np.exp(log_affinity(log_shares(shares[None]), wanted)[0]))


@given(SHARES)
def test_of_one_emotion_affinity_is_its_share(shares: np.ndarray) -> None:
    fit = affinity(shares, np.eye(5, dtype=np.float32)[2])
    assert np.isclose(fit, max(float(shares[2]), FLOOR), rtol=1e-3)


@given(SHARES, SHARES)
def test_no_image_fits_a_mixture_better_than_itself(one: np.ndarray, other: np.ndarray) -> None:
    assert affinity(one, other) <= affinity(other, other) + 1e-5
    assert np.isclose(affinity(other, other), 1.0, atol=0.05)


def test_closeness_is_told_against_what_is_usual() -> None:
    vector = np.ones(1, np.float32)
    hub, rare = (Near(vector, "e", usual) for usual in ((0.4, 0.1), (0.0, 0.1)))
    cosines = np.array([0.3, 0.5], np.float32)
    assert log_closeness(cosines, hub)[0] < log_closeness(cosines, rare)[0]
    assert (np.diff(log_closeness(cosines, hub)) > 0).all()
    assert (log_closeness(cosines, hub) <= 0).all()
    assert np.isfinite(log_closeness(cosines, Near(vector, "e", (0.0, 0.0)))).all()


def test_what_is_surer_counts_more() -> None:
    sure = [np.array([0.9, 0.1], np.float32), np.array([0.0, 0.1], np.float32)]
    assert np.allclose(np.exp(log_shown(sure, [1.0, 1.0])), [0.45, 0.1])
    assert np.allclose(np.exp(log_shown(sure, [1.0, 3.0])), [0.225, 0.1])


def test_pooling_is_a_geometric_mean() -> None:
    parts = [(np.log(np.array([0.9], np.float32)), 1.0), (np.log(np.array([0.4])), 1.0)]
    assert np.allclose(np.exp(pool(parts)), 0.6)


def test_wanted_shares_are_in_the_order_of_the_labels() -> None:
    query = Query(emotions={"mikels": {"fear": 0.3, "awe": 0.7}})
    wanted = wanted_shares(query, "mikels", ("anger", "awe", "fear"))
    assert wanted is not None
    assert np.allclose(wanted, [0.0, 0.7, 0.3])
    assert wanted_shares(query, "ekman", ("fear",)) is None
