"""The posterior is the prior plus the contributions, whatever the order and the company."""

import math
from collections.abc import Sequence
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emograph.engine.cues import Evidence, Posterior
from emograph.engine.reasoning.reasoner import Balance, Reasoner, balance_on
from tests.engine.making import CONCEPTS, LABELS, clr, matrix_of, piece, random_reasoner

SEED = st.integers(0, 2**32 - 1)
TEMPERATURE = st.floats(0.2, 5.0)
PIECE = st.builds(
    piece,
    st.integers(0, CONCEPTS - 1),
    st.floats(0.0, 1.0),
    st.sampled_from(["a", "b", "concepts:situation"]),
    st.floats(0.0, 1.0),
    st.sampled_from(["one", "two", "three", None]),
)
PIECES = st.lists(PIECE, max_size=12)
STRANGER = Evidence(piece(0, 0.9).cue, "urn:object/unheard_of", 1.0, "a")


def odds(posterior: Posterior) -> list[float]:
    return list(map(float, clr([posterior.emotions[label] for label in LABELS])))


def entropy(posterior: Posterior) -> float:
    return -sum(p * math.log(p) for p in posterior.emotions.values() if p > 0)


@given(SEED, TEMPERATURE, PIECES)
def test_prior_and_contributions_add_up_to_the_log_odds(
    seed: int, temperature: float, evidence: list[Evidence]
) -> None:
    posterior = random_reasoner(seed, temperature).infer(evidence)
    told = dict(posterior.prior)
    for contribution in posterior.contributions:
        told[contribution.emotion] += contribution.log_odds
    assert odds(posterior) == pytest.approx([told[label] for label in LABELS], abs=1e-9)


@given(SEED, TEMPERATURE, PIECES)
def test_the_posterior_is_a_distribution_over_the_scheme(
    seed: int, temperature: float, evidence: list[Evidence]
) -> None:
    posterior = random_reasoner(seed, temperature).infer(evidence)
    assert tuple(posterior.emotions) == LABELS
    assert math.fsum(posterior.emotions.values()) == pytest.approx(1.0, abs=1e-12)
    assert all(p >= 0 for p in posterior.emotions.values())
    assert math.fsum(posterior.prior.values()) == pytest.approx(0.0, abs=1e-9)


@given(SEED, PIECES)
def test_each_cue_contributes_once_to_each_emotion(seed: int, evidence: list[Evidence]) -> None:
    contributions = random_reasoner(seed).infer(evidence).contributions
    pairs = [(c.cue, c.emotion) for c in contributions]
    assert len(pairs) == len(set(pairs))
    assert {cue for cue, _ in pairs} == {e.cue.id for e in evidence}


@given(SEED, PIECES, st.randoms(use_true_random=False))
def test_the_order_of_the_evidence_changes_nothing_at_all(
    seed: int, evidence: list[Evidence], random: Random
) -> None:
    reasoner = random_reasoner(seed)
    shuffled = list(evidence)
    random.shuffle(shuffled)
    assert reasoner.infer(shuffled) == reasoner.infer(evidence)


@given(SEED, PIECES, PIECE)
def test_what_is_seen_twice_counts_once(
    seed: int, evidence: list[Evidence], again: Evidence
) -> None:
    """A piece that is alone in its group, and a whole group that is read twice."""
    reasoner = random_reasoner(seed)
    alone = Evidence(again.cue, again.concept, again.score, "group of its own")
    once = reasoner.infer([*evidence, alone])
    assert odds(reasoner.infer([*evidence, alone, alone])) == pytest.approx(odds(once), abs=1e-12)
    group = [e for e in evidence if e.group == "a"]
    assert odds(reasoner.infer([*evidence, alone, *group])) == pytest.approx(odds(once), abs=1e-12)


@given(SEED, PIECES, st.integers(0, CONCEPTS - 1))
def test_evidence_without_confidence_changes_nothing(
    seed: int, evidence: list[Evidence], number: int
) -> None:
    reasoner = random_reasoner(seed)
    faint = piece(number, 0.0)
    assert odds(reasoner.infer([*evidence, faint])) == pytest.approx(
        odds(reasoner.infer(evidence)), abs=1e-12
    )


@given(SEED, PIECES)
def test_evidence_of_unknown_concepts_counts_nothing(seed: int, evidence: list[Evidence]) -> None:
    reasoner = random_reasoner(seed)
    assert reasoner.infer([*evidence, STRANGER]) == reasoner.infer(evidence)
    assert reasoner.log_odds([STRANGER]).tolist() == reasoner.log_odds([]).tolist()


@given(SEED, PIECES, TEMPERATURE, TEMPERATURE)
def test_a_larger_temperature_is_flatter(
    seed: int, evidence: list[Evidence], one: float, other: float
) -> None:
    cold, hot = sorted((one, other))
    flatter = entropy(random_reasoner(seed, hot).infer(evidence))
    assert flatter >= entropy(random_reasoner(seed, cold).infer(evidence)) - 1e-9


@given(SEED, TEMPERATURE, PIECES)
def test_log_odds_are_those_of_the_posterior(
    seed: int, temperature: float, evidence: list[Evidence]
) -> None:
    reasoner = random_reasoner(seed, temperature)
    told = reasoner.log_odds(evidence).tolist()
    assert told == pytest.approx(odds(reasoner.infer(evidence)), abs=1e-9)


def test_without_evidence_and_balance_every_emotion_is_equally_likely() -> None:
    size = len(LABELS)
    reasoner = Reasoner(matrix_of(np.eye(size)), Balance(np.zeros(size), np.ones(size)))
    posterior = reasoner.infer([])
    assert list(posterior.emotions.values()) == pytest.approx([1 / size] * size)
    assert posterior.contributions == ()


def test_evidence_for_an_emotion_makes_it_likelier_the_surer_the_more() -> None:
    size = len(LABELS)
    reasoner = Reasoner(matrix_of(np.eye(size)), Balance(np.zeros(size), np.ones(size)))
    faint, clear = (reasoner.infer([piece(6, c)]).emotions["fear"] for c in (0.2, 0.9))
    assert 1 / size < faint < clear


class TestUnknownShare:
    @given(PIECES, st.floats(0.0, 1.0))
    def test_is_a_share(self, evidence: list[Evidence], familiarity: float) -> None:
        reasoner = self.reasoner(familiarity)
        seen = sum(e.cue.confidence for e in evidence)
        assert 0.0 <= reasoner.unknown_share(evidence, seen) <= 1.0

    def test_is_everything_where_nothing_seen_is_in_the_graph(self) -> None:
        assert self.reasoner(1.0).unknown_share([STRANGER], 0.9) == 1.0

    def test_is_nothing_where_all_is_counted_or_nothing_seen(self) -> None:
        assert self.reasoner(1.0).unknown_share([piece(1, 0.7)], 0.7) == 0.0
        assert self.reasoner(1.0).unknown_share([], 0.0) == 0.0

    def test_falls_with_familiarity_and_rises_with_cues_that_are_no_evidence(self) -> None:
        assert self.reasoner(0.25).unknown_share([piece(1, 0.8)], 0.8) == pytest.approx(0.75)
        assert self.reasoner(1.0).unknown_share([piece(1, 0.8)], 1.6) == pytest.approx(0.5)

    def reasoner(self, familiarity: float) -> Reasoner:
        size = len(LABELS)
        matrix = matrix_of(np.zeros((CONCEPTS, size)), familiarity)
        return Reasoner(matrix, Balance(np.zeros(size), np.ones(size)))


class TestBalance:
    @given(SEED, st.lists(PIECES, min_size=3, max_size=8))
    def test_the_average_picture_of_the_crowd_says_nothing(
        self, seed: int, crowd: Sequence[list[Evidence]]
    ) -> None:
        matrix = random_reasoner(seed).matrix
        balanced = Reasoner(matrix, balance_on(matrix, crowd))
        told = np.mean([balanced.log_odds(evidence) for evidence in crowd], axis=0)
        scale = max(1.0, float(balance_on(matrix, crowd).gain.max()))
        assert told.tolist() == pytest.approx([0.0] * len(LABELS), abs=1e-9 * scale)

    def test_a_loud_emotion_is_turned_down(self) -> None:
        log_odds = np.random.default_rng(0).normal(size=(CONCEPTS, len(LABELS)))
        log_odds[:, 3] *= 10.0
        crowd = [[piece(i, 1.0)] for i in range(CONCEPTS)]
        gain = balance_on(matrix_of(log_odds), crowd).gain
        assert gain.argmin() == 3

    @pytest.mark.parametrize("crowd", [[], [[piece(1)]]], ids=["nobody", "one picture"])
    def test_too_small_a_crowd_changes_nothing(self, crowd: list[list[Evidence]]) -> None:
        balance = balance_on(matrix_of(np.eye(len(LABELS))), crowd)
        assert balance.mean.tolist() == [0.0] * len(LABELS)
        assert balance.gain.tolist() == [1.0] * len(LABELS)
