"""Phrases are counted by emotion and hand their shares to the concepts nearest in meaning."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emograph.engine.perception.detector import Array
from emograph.engine.training.phrases import phrase_counts, shares_by_phrases
from emograph.kg import terms
from tests.engine.making import concept, random_vectors, vocabulary_of

AXES = ("dog", "storm", "sea")
Said = tuple[str, list[str], list[str]]


def encode(texts: Sequence[str]) -> Array:
    return np.eye(len(AXES), dtype=np.float32)[[AXES.index(text) for text in texts]]


def said(n: int, emotion: str, phrases: Sequence[str] = (), tags: Sequence[str] = ()) -> list[Said]:
    return [(emotion, list(phrases), list(tags))] * n


class TestCounts:
    def test_phrases_are_counted_by_emotion(self) -> None:
        counts = phrase_counts([*said(5, "awe", ["great sea"]), *said(2, "fear", ["great sea"])])
        assert counts == {"great sea": Counter(awe=5, fear=2)}

    def test_a_phrase_said_twice_of_one_picture_counts_once(self) -> None:
        assert phrase_counts(said(6, "awe", ["sea", "sea"])) == {"sea": Counter(awe=6)}

    def test_what_is_said_seldom_is_left_out(self) -> None:
        assert phrase_counts(said(4, "awe", ["great sea"])) == {}
        assert phrase_counts(said(11, "awe", tags=["sea"])) == {}

    def test_words_of_tags_count_alone_and_with_their_neighbour(self) -> None:
        counts = phrase_counts(said(12, "awe", tags=["polar", "bear", "ice"]))
        assert sorted(counts) == ["bear", "bear ice", "ice", "polar", "polar bear"]
        assert counts["polar bear"] == Counter(awe=12)

    def test_a_phrase_that_is_a_tag_too_adds_both(self) -> None:
        assert phrase_counts(said(12, "awe", ["sea"], ["sea"])) == {"sea": Counter(awe=24)}

    def test_nothing_said_is_nothing_counted(self) -> None:
        assert phrase_counts([]) == {}


class TestShares:
    COUNTS = {  # noqa: RUF012
        "dog": Counter(amusement=90, fear=10),
        "storm": Counter(fear=95, awe=5),
        "sea": Counter(awe=30, amusement=10),
    }

    def shares(self) -> dict[str, dict[str, float]]:
        concepts = [concept(name) for name in AXES]
        vocabulary = vocabulary_of(concepts, np.eye(3, dtype=np.float32))
        return shares_by_phrases(self.COUNTS, vocabulary, encode)

    def test_a_concept_has_the_shares_of_the_nearest_phrase(self) -> None:
        shares = self.shares()
        assert shares["urn:object/dog"][terms.emotion("mikels", "amusement")] > 0.8
        assert shares["urn:object/storm"][terms.emotion("mikels", "fear")] > 0.8

    def test_emotions_are_those_that_were_counted(self) -> None:
        expected = {terms.emotion("mikels", e) for e in ("amusement", "awe", "fear")}
        assert all(set(row) == expected for row in self.shares().values())

    @given(st.integers(0, 1000))
    def test_the_shares_of_every_concept_add_up_to_one(self, seed: int) -> None:
        vocabulary = vocabulary_of([concept(str(i)) for i in range(6)], random_vectors(6, 3, seed))
        for row in shares_by_phrases(self.COUNTS, vocabulary, encode).values():
            assert sum(row.values()) == pytest.approx(1.0)
            assert all(share > 0 for share in row.values())
