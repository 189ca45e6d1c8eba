"""Conditions answer with log-odds: the encoder by names alone, the graph by evidence."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from emograph.engine.evaluation.conditions import (
    captions_vote,
    encoder_vote,
    graph_vote,
    probabilities,
)
from emograph.engine.images import Photo
from emograph.engine.perception.detector import Array, Encoding
from emograph.engine.perception.heads import CaptionHead
from tests.engine.making import LABELS, piece, random_reasoner, scheme_of, unit

LOG_ODDS = arrays(np.float64, (4, 3), elements=st.floats(-50, 50))


class Encoder:
    """A space with an axis for each emotion, in which every sentence leans towards awe."""

    name = "fake 1"

    def __init__(self) -> None:
        self.read: list[str] = []

    def encode_images(self, photos: Sequence[Photo]) -> Encoding:
        raise NotImplementedError(photos)

    def encode_texts(self, texts: Sequence[str]) -> Array:
        self.read += texts
        vectors = np.eye(len(LABELS))
        vectors[:, LABELS.index("awe")] += 0.5
        return unit(vectors)


def shown(*emotions: str) -> Encoding:
    vectors = np.eye(len(LABELS), dtype=np.float32)[[LABELS.index(e) for e in emotions]]
    return Encoding(vectors, vectors)


class TestEncoder:
    def test_the_emotion_whose_sentence_lies_nearest_is_named(self) -> None:
        emotions = [*LABELS, "fear", "anger"]
        vote = encoder_vote(Encoder(), shown(*emotions), scheme_of())
        assert [LABELS[i] for i in vote.log_odds.argmax(axis=1)] == emotions

    def test_it_reads_the_same_prompts_for_each_emotion_and_nothing_else(self) -> None:
        encoder = Encoder()
        vote = encoder_vote(encoder, shown("awe", "fear"), scheme_of())
        assert vote.condition == "encoder"
        prompts = {
            text.replace(label, "{}")
            for label in LABELS
            for text in encoder.read
            if label in text.split()
        }
        assert set(encoder.read) == {prompt.format(e) for prompt in prompts for e in LABELS}

    def test_no_emotion_is_nearer_on_average_than_another(self) -> None:
        log_odds = encoder_vote(Encoder(), shown("awe", "awe", "fear"), scheme_of()).log_odds
        np.testing.assert_allclose(log_odds.mean(axis=0), 0.0, atol=1e-6)


class TestCaptions:
    def test_a_head_that_adds_nothing_leaves_what_the_encoder_says(self) -> None:
        one, zero = np.ones(len(LABELS), np.float32), np.zeros((len(LABELS),) * 2, np.float32)
        head = CaptionHead(0 * one, one, zero, weight=1.0)
        images = shown("awe", "fear", "anger")
        alone = encoder_vote(Encoder(), images, scheme_of())
        told = captions_vote(Encoder(), head, images, scheme_of())
        assert told.condition == "captions"
        np.testing.assert_allclose(told.log_odds, alone.log_odds)


class TestGraph:
    EVIDENCE = [[piece(0), piece(1, group="b")], [], [piece(5)]]  # noqa: RUF012

    def test_it_answers_like_the_reasoner(self) -> None:
        reasoner = random_reasoner(0)
        vote = graph_vote(reasoner, self.EVIDENCE)
        assert vote.scheme is reasoner.matrix.scheme
        for row, evidence in zip(probabilities(vote.log_odds), self.EVIDENCE, strict=True):
            told = reasoner.infer(evidence).emotions
            assert row.tolist() == pytest.approx(list(told.values()), abs=1e-9)

    def test_its_name_says_what_was_left_out(self) -> None:
        reasoner = random_reasoner(0)
        assert graph_vote(reasoner, self.EVIDENCE).condition == "graph"
        without = graph_vote(reasoner, self.EVIDENCE, ["phrases", "light"])
        assert without.condition == "graph without light, phrases"


class TestProbabilities:
    @given(LOG_ODDS, st.floats(0.1, 10.0))
    def test_rows_are_distributions_in_the_order_of_the_log_odds(
        self, log_odds: NDArray[np.float64], temperature: float
    ) -> None:
        told = probabilities(log_odds, temperature)
        np.testing.assert_allclose(told.sum(axis=1), 1.0)
        assert (told >= 0).all()
        best = log_odds.argmax(axis=1)
        np.testing.assert_allclose(told[np.arange(len(told)), best], told.max(axis=1))

    @given(LOG_ODDS, st.floats(-100, 100))
    def test_a_constant_changes_nothing(
        self, log_odds: NDArray[np.float64], constant: float
    ) -> None:
        np.testing.assert_allclose(
            probabilities(log_odds + constant), probabilities(log_odds), atol=1e-9
        )
