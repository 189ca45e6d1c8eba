"""The temperature that made the truth is found again, and never on the images it is used for."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from emograph.engine.evaluation.conditions import probabilities
from emograph.engine.evaluation.folds import N_FOLDS, stratified_folds
from emograph.engine.evaluation.metrics import nll
from emograph.engine.evaluation.temperature import (
    Calibration,
    calibrated,
    fit_calibration,
    fit_temperature,
    load_calibrations,
    save_calibrations,
)

Answers = NDArray[np.float64]


def made(temperature: float, n: int = 4000, seed: int = 0) -> tuple[Answers, Answers]:
    """Log-odds (n, 4), and labels drawn with the probabilities of a temperature."""
    rng = np.random.default_rng(seed)
    log_odds = 3 * rng.normal(size=(n, 4))
    share = probabilities(log_odds, temperature)
    drawn = (share.cumsum(axis=1) < rng.random((n, 1))).sum(axis=1).clip(max=3)
    return log_odds, np.eye(4)[drawn]


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0, 5.0])
def test_the_temperature_of_labels_is_recovered(temperature: float) -> None:
    assert fit_temperature(*made(temperature)) == pytest.approx(temperature, rel=0.1)


@settings(max_examples=20)
@given(st.floats(0.2, 8.0))
def test_the_temperature_of_distributions_is_recovered(temperature: float) -> None:
    log_odds, _ = made(1.0, n=100)
    truth = probabilities(log_odds, temperature)
    assert fit_temperature(log_odds, truth) == pytest.approx(temperature, rel=1e-2)


def test_answers_that_say_nothing_of_the_truth_are_made_flat() -> None:
    log_odds, _ = made(1.0)
    truth = np.eye(4)[np.random.default_rng(5).integers(4, size=len(log_odds))]
    told = probabilities(log_odds, fit_temperature(log_odds, truth))
    assert np.abs(told - 0.25).max() < 0.1


class TestCalibrated:
    LOG_ODDS, TRUTH = made(3.0, n=300)
    FOLD = stratified_folds(TRUTH.argmax(axis=1))

    @pytest.mark.parametrize("held_out", range(N_FOLDS))
    def test_the_truth_of_a_fold_has_no_part_in_its_answers(self, held_out: int) -> None:
        own = held_out == self.FOLD
        changed = self.TRUTH.copy()
        changed[own] = np.roll(changed[own], 1, axis=1)
        one = calibrated(self.LOG_ODDS, self.TRUTH, self.FOLD)
        other = calibrated(self.LOG_ODDS, changed, self.FOLD)
        np.testing.assert_array_equal(one[own], other[own])
        assert not np.array_equal(one[~own], other[~own])

    def test_answers_are_distributions_that_name_the_same_emotion(self) -> None:
        answers = calibrated(self.LOG_ODDS, self.TRUTH, self.FOLD)
        np.testing.assert_allclose(answers.sum(axis=1), 1.0)
        np.testing.assert_array_equal(answers.argmax(axis=1), self.LOG_ODDS.argmax(axis=1))

    def test_answers_are_better_than_raw_ones(self) -> None:
        true = self.TRUTH.argmax(axis=1)
        answers = calibrated(self.LOG_ODDS, self.TRUTH, self.FOLD)
        assert nll(true, answers) < nll(true, probabilities(self.LOG_ODDS))


def test_labels_that_are_more_frequent_than_told_get_an_offset() -> None:
    log_odds, _ = made(1.0)
    shares = probabilities(log_odds + np.array([1.0, 0.0, 0.0, -1.0]))
    fitted = fit_calibration(log_odds, shares)
    assert fitted.temperature == pytest.approx(1.0, rel=0.05)
    assert np.array(fitted.offsets) == pytest.approx([1.0, 0.0, 0.0, -1.0], abs=0.05)
    assert np.exp(fitted(log_odds)) == pytest.approx(shares, abs=0.02)


def test_of_few_pictures_no_offsets_are_learned() -> None:
    log_odds, _ = made(1.0, n=12)
    many, _ = made(1.0, n=4000)
    assert not fit_calibration(log_odds, np.eye(4)[[0] * 12]).offsets
    assert np.abs(fit_calibration(many, np.eye(4)[[0] * 4000]).offsets).max() > 1


def test_calibrations_are_read_as_they_were_written(tmp_path: Path) -> None:
    written = {"ekman": Calibration(2.0, (0.5, -0.5)), "occ": Calibration(1.5)}
    save_calibrations(written, tmp_path / "calibration.json")
    assert load_calibrations(tmp_path / "calibration.json") == written
