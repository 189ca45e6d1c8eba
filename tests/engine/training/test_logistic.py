"""Logistic regression on distributions; what it says of its own images it says out of fold."""

import numpy as np
import pytest

from emograph.engine.training.logistic import fit_logistic, taught

RNG = np.random.default_rng(0)


def clusters(n: int, k: int = 3) -> tuple[np.ndarray, np.ndarray]:
    shown = RNG.integers(k, size=n)
    features = np.eye(k, 6)[shown] * 4 + RNG.normal(size=(n, 6))
    return features.astype(np.float32), np.eye(k)[shown]


def test_it_tells_clusters_apart() -> None:
    features, shares = clusters(300)
    model = fit_logistic(features[:200], shares[:200], 0.01)
    answers = model(features[200:])
    assert answers.sum(axis=1) == pytest.approx(np.ones(100))
    assert (answers.argmax(axis=1) == shares[200:].argmax(axis=1)).mean() > 0.9


def test_without_anything_to_see_it_gives_the_mean_shares() -> None:
    shares = np.tile([0.5, 0.3, 0.2], (50, 1))
    answers = fit_logistic(RNG.normal(size=(50, 4)).astype(np.float32), shares)(
        np.zeros((2, 4), np.float32)
    )
    assert answers == pytest.approx(np.tile([0.5, 0.3, 0.2], (2, 1)), abs=0.01)


def test_own_images_are_told_by_those_who_have_not_seen_them() -> None:
    """Labels that nothing tells are learned by heart where they are seen, and only there."""
    features = RNG.normal(size=(60, 200)).astype(np.float32)
    shares = np.eye(2)[RNG.integers(2, size=60)]
    by_heart = fit_logistic(features, shares, 1e-4)(features)
    assert (by_heart.argmax(axis=1) == shares.argmax(axis=1)).all()
    told = taught((features,), np.arange(60), shares)
    assert (told.argmax(axis=1) == shares.argmax(axis=1)).mean() < 0.75


def test_every_image_is_told() -> None:
    features, shares = clusters(120)
    rows = np.arange(80)
    told = taught((features, features), rows, shares[:80])
    assert told.shape == (120, 3)
    assert (told.argmax(axis=1) == shares.argmax(axis=1)).mean() > 0.9
