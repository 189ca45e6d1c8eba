"""Rows are answered by what is known of their label from the other rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emograph.engine.evaluation.attributes import (
    Codes,
    Predict,
    Probabilities,
    Rows,
    counting,
    evaluate_rows,
)
from emograph.engine.evaluation.results import Report

N_LABELS, N_EMOTIONS = 20, 4


def rows(n: int = 400, seed: int = 0) -> Rows:
    """Every label has an emotion of its own; every second label is a scene."""
    labels = np.random.default_rng(seed).integers(N_LABELS, size=n)
    kinds = np.where(labels % 2 == 0, "scene", "object")
    return Rows(labels, labels % N_EMOTIONS, kinds, N_LABELS, N_EMOTIONS)


def values(report: Report) -> dict[str, float]:
    return {result.metric: result.value for result in report.results}


def evaluated(predict: Predict | None = None) -> Report:
    table = rows()
    return evaluate_rows("rows", "x", table, predict or counting(table), {})


class TestCounting:
    def test_a_label_has_its_shares_drawn_to_the_average(self) -> None:
        predict = counting(Rows(np.array([0]), np.array([0]), np.array(["scene"]), 3, 2))
        told = predict(np.array([0] * 8 + [1] * 8), np.array([0] * 8 + [1] * 8))
        np.testing.assert_allclose(told, [[0.75, 0.25], [0.25, 0.75], [0.5, 0.5]])

    @given(st.integers(0, 1000))
    def test_every_label_has_a_distribution(self, seed: int) -> None:
        table = rows(50, seed)
        told = counting(table)(table.labels, table.emotions)
        assert told.shape == (N_LABELS, N_EMOTIONS)
        np.testing.assert_allclose(told.sum(axis=1), 1.0)


class TestEvaluation:
    def test_counting_knows_labels_it_has_seen_and_no_others(self) -> None:
        found = values(evaluated())
        assert found["accuracy, all, rows held out"] == 1.0
        assert found["accuracy, all, labels held out"] < 0.5
        assert found["NLL, all, rows held out"] < found["NLL, all, labels held out"]

    def test_every_kind_is_reported_beside_all(self) -> None:
        report = evaluated()
        assert set(values(report)) == {
            f"{metric}, {which}, {held} held out"
            for metric in ("accuracy", "NLL")
            for which in ("all", "scene", "object")
            for held in ("rows", "labels")
        }
        n = {result.metric: result.n for result in report.results}
        scenes, objects = (n[f"accuracy, {kind}, rows held out"] for kind in ("scene", "object"))
        assert scenes + objects == n["accuracy, all, rows held out"] == 400

    def test_a_predictor_that_knows_all_is_right_of_new_labels_too(self) -> None:
        def oracle(labels: Codes, emotions: Codes) -> Probabilities:
            assert len(labels) == len(emotions) < 400
            return np.eye(N_EMOTIONS)[np.arange(N_LABELS) % N_EMOTIONS]

        found = values(evaluated(oracle))
        assert found["accuracy, all, labels held out"] == 1.0
        assert found["NLL, all, labels held out"] == pytest.approx(0.0)

    def test_rows_that_are_held_out_are_not_shown(self) -> None:
        shown: list[int] = []
        table = rows()

        def predict(labels: Codes, emotions: Codes) -> Probabilities:
            shown.append(len(np.unique(labels)))
            return counting(table)(labels, emotions)

        evaluate_rows("rows", "x", table, predict, {})
        by_row, by_label = shown[:5], shown[5:]
        assert by_row == [N_LABELS] * 5
        assert by_label == [N_LABELS - 4] * 5
