"""Rankings are judged within folds, and against the best baseline."""

from __future__ import annotations

import numpy as np

from emograph.engine.evaluation.retrieval import Ranking, compared, folded_map


def test_images_of_another_fold_are_not_ranked_together() -> None:
    folds = np.array([0, 0, 1, 1])
    relevant = np.array([[True], [False], [True], [False]])
    scores = np.array([[0.2], [0.1], [0.9], [0.8]])  # over all, 0.9 and 0.8 come first
    assert folded_map(folds, relevant, scores) == 1.0


def test_ours_is_told_with_its_gain_over_the_best_baseline() -> None:
    chance = np.random.default_rng(0)
    n = 200
    relevant = np.eye(2, dtype=bool)[chance.integers(2, size=n)]
    folds = np.arange(n) % 5
    ours = Ranking("ours", relevant + chance.normal(size=(n, 2)) / 10)
    good = Ranking("good", relevant + chance.normal(size=(n, 2)))
    bad = Ranking("bad", chance.normal(size=(n, 2)))
    reports = compared("set", folds, {"label": relevant}, ours, [bad, good], {"k": 1})
    assert [report.condition for report in reports] == ["ours", "encoder"]
    own, gain = reports[0].results
    (base,) = reports[1].results
    assert own.value > 0.99
    assert np.isclose(gain.value, own.value - base.value)
    assert 0.0 < gain.low < gain.value < gain.high
    assert own.n == gain.n == n
    assert str(reports[0].settings["encoder, label"]).startswith("good ")
