"""Weights are shares of what was cast; one gate serves with any of the votes missing."""

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emograph.engine.gate import (
    CIRCUMSTANCES,
    VOTES,
    Circumstances,
    Feeling,
    Gate,
    Gates,
    cast_by,
)
from emograph.engine.training.gating import Ballots, weighed, weights

EMOTIONS = ("awe", "fear", "joy")
INPUTS = len(VOTES) + len(CIRCUMSTANCES)
number = st.floats(-3, 3)


@st.composite
def distributions(draw: st.DrawFn) -> dict[str, float]:
    odds = np.exp([draw(st.floats(-8, 8)) for _ in EMOTIONS])
    return dict(zip(EMOTIONS, (odds / odds.sum()).tolist(), strict=True))


@st.composite
def ballots(draw: st.DrawFn) -> dict[str, dict[str, float]]:
    names = draw(st.sets(st.sampled_from(VOTES), min_size=1))
    return {name: draw(distributions()) for name in VOTES if name in names}


@st.composite
def gates(draw: st.DrawFn) -> Gate:
    return Gate(
        {name: draw(number) for name in VOTES},
        {name: [draw(number) for _ in range(INPUTS)] for name in VOTES},
        [draw(number) for _ in range(INPUTS)],
        [draw(st.floats(0.1, 3)) for _ in range(INPUTS)],
        {"graph+lvlm": draw(st.floats(0.5, 2)), "graph+lvlm+student": draw(st.floats(0.5, 2))},
    )


circumstances = st.builds(Circumstances, st.floats(0, 1), st.booleans(), st.booleans())


@given(gates(), ballots(), circumstances)
def test_weights_are_shares_of_the_votes_that_were_cast(
    gate: Gate, votes: Mapping[str, Mapping[str, float]], seen: Circumstances
) -> None:
    shares = gate.weights(votes, seen)
    assert set(shares) == set(votes)
    assert min(shares.values()) >= 0
    assert sum(shares.values()) == pytest.approx(1)


@given(gates(), ballots(), circumstances)
def test_the_answer_is_a_distribution_and_a_single_vote_is_it(
    gate: Gate, votes: Mapping[str, Mapping[str, float]], seen: Circumstances
) -> None:
    answer = gate.weigh(votes, seen)
    assert sum(answer.values()) == pytest.approx(1)
    if len(votes) == 1:
        assert answer == next(iter(votes.values()))


@given(gates(), distributions(), circumstances)
def test_votes_that_agree_are_not_overruled(
    gate: Gate, vote: dict[str, float], seen: Circumstances
) -> None:
    answer = gate.weigh({"graph": vote, "student": vote}, seen)
    assert answer == pytest.approx(vote, abs=1e-6)


@given(gates(), st.lists(st.tuples(ballots(), circumstances), min_size=1, max_size=4))
def test_many_pictures_are_weighed_as_one_by_one(
    gate: Gate, pictures: list[tuple[dict[str, dict[str, float]], Circumstances]]
) -> None:
    told = np.full((len(pictures), len(VOTES), len(EMOTIONS)), np.nan)
    for row, (votes, _) in enumerate(pictures):
        for name, vote in votes.items():
            told[row, VOTES.index(name)] = np.log(np.maximum(list(vote.values()), 1e-9))
    seen = np.array([seen.numbers for _, seen in pictures])
    many = Ballots(told, seen, np.zeros((len(pictures), len(EMOTIONS))))
    several = np.array([len(votes) > 1 for votes, _ in pictures])
    singly = [list(gate.weigh(votes, seen).values()) for votes, seen in pictures]
    assert weighed(gate, many)[several] == pytest.approx(np.array(singly)[several], abs=1e-6)
    for row, (votes, at) in enumerate(pictures):
        one = gate.weights(votes, at)
        expected = [one.get(name, 0.0) for name in VOTES]
        assert weights(gate, many)[row] == pytest.approx(expected, abs=1e-6)


def test_a_picture_that_is_usual_in_everything_pulls_at_nothing() -> None:
    even = dict.fromkeys(EMOTIONS, 1 / 3)
    usual = [math.log(3)] * 3 + [0.5, 0.0, 0.0]
    gate = Gate({}, {name: [1.0] * INPUTS for name in VOTES}, usual, [1.0] * INPUTS)
    pulls = gate.pulls({"graph": even, "lvlm": even}, Circumstances(unknown_share=0.5))
    assert np.abs(list(pulls.values())).max() == pytest.approx(0)


def test_gates_are_read_as_they_were_written(tmp_path: Path) -> None:
    gate = Gate({"graph": 0.5}, {"graph": [0.1] * INPUTS}, [1.0] * INPUTS, [2.0] * INPUTS)
    feeling = Feeling({"graph": {"valence": [0.5, 0.1]}})
    written = Gates({"mikels": gate}, {"mikels": feeling}, "model 1")
    written.save(tmp_path / "gate.json")
    assert Gates.load(tmp_path / "gate.json") == written


def test_without_a_file_all_votes_count_alike(tmp_path: Path) -> None:
    gate, feeling = Gates.load(tmp_path / "missing.json").of("mikels")
    even = dict.fromkeys(EMOTIONS, 1 / 3)
    assert gate.weights({"graph": even, "lvlm": even}) == {"graph": 0.5, "lvlm": 0.5}
    assert feeling("arousal", {"graph": 0.2, "lvlm": 0.4}) == pytest.approx(0.3)


def test_a_feeling_does_without_a_vote_that_it_was_not_fitted_with() -> None:
    feeling = Feeling({"graph": {"valence": [2.0, 0.0]}})
    assert feeling("valence", {"graph": 0.25, "lvlm": -1.0}) == 0.5


def test_valence_stays_within_its_scale() -> None:
    feeling = Feeling({"graph": {"valence": [9.0, 0.0]}})
    assert feeling("valence", {"graph": 1.0}) == 1.0


def test_the_names_of_votes_do_not_depend_on_their_order() -> None:
    assert cast_by({"student": 1, "lvlm": 1, "graph": 1}) == "graph+lvlm+student"
