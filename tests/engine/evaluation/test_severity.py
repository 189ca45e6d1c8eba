"""Photographs of damage are told the worse, the more damage there is; a second vote by its gain."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from emograph.engine.evaluation.conditions import Vote
from emograph.engine.evaluation.dataset import LabelledImages, Labels
from emograph.engine.evaluation.severity import LABELLING, evaluate_severity, negative_affect
from tests.engine.making import scheme_of

GRADES = ("little_or_none", "mild", "severe")
SCHEME = scheme_of(("joy", "sadness"))


def images(grades: NDArray[np.intp]) -> LabelledImages:
    labels = Labels(GRADES, tuple(GRADES[grade] for grade in grades))
    paths = tuple(Path(f"{i}.jpg") for i in range(len(grades)))
    return LabelledImages(name="medic", paths=paths, labels={LABELLING: labels})


def vote(name: str, sadness: NDArray[np.float64]) -> Vote:
    return Vote(name, SCHEME, np.stack([-sadness, sadness], axis=1))


def test_negative_affect_is_minus_the_expected_valence() -> None:
    told = negative_affect(vote("graph", np.array([0.0, 50.0, -50.0])))
    np.testing.assert_allclose(told, [0.0, 1.0, -1.0])


def test_each_vote_has_its_figures_and_the_second_its_gain() -> None:
    grades = np.arange(60) % 3
    noise = np.random.default_rng(0).normal(size=60)
    by_chance, by_grade = evaluate_severity(
        images(grades), [vote("graph", noise), vote("with pack", grades.astype(float))], {}
    )
    auc, spearman = by_chance.results
    assert 0.3 < auc.value < 0.7
    assert abs(spearman.value) < 0.4
    best, ranked, gained, _ = by_grade.results
    assert best.value == 1.0
    assert ranked.value == pytest.approx(1.0)
    assert gained.value == pytest.approx(1.0 - auc.value)
    assert gained.low > 0
    assert best.metric == auc.metric
