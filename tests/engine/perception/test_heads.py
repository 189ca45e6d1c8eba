"""Linear heads name what is likely enough; the caption head places images among texts."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emograph.engine.cues import Cue
from emograph.engine.images import open_photo
from emograph.engine.perception.detector import Encoding
from emograph.engine.perception.heads import CaptionHead, HeadDetector
from emograph.kg.concepts import Concept
from tests.engine.making import concept, random_vectors

PHOTO = open_photo(np.zeros((4, 4, 3), np.uint8))
NAMES = ("snow", "trees", "fire")
CONCEPTS: list[Concept | None] = [concept(name, "scene") for name in NAMES]
SCORES = st.lists(st.floats(-20, 20), min_size=3, max_size=3)


def seen(
    scores: Sequence[float],
    concepts: Sequence[Concept | None] = CONCEPTS,
    *,
    exclusive: bool = False,
    temperature: float = 1.0,
    least: float = 0.0,
    most: int = 12,
) -> tuple[Cue, ...]:
    """The cues of a photo whose feature is the scores themselves."""
    head = HeadDetector(
        "heads",
        concepts,
        np.eye(len(scores), dtype=np.float32),
        np.zeros(len(scores), np.float32),
        exclusive=exclusive,
        temperature=temperature,
        least=least,
        most=most,
    )
    encoding = Encoding(np.array([scores], np.float32), np.zeros((1, 2), np.float32))
    (cues,) = head.detect([PHOTO], encoding)
    return cues


@given(SCORES, st.booleans())
def test_the_most_confident_comes_first(scores: list[float], exclusive: bool) -> None:
    found = [cue.confidence for cue in seen(scores, exclusive=exclusive)]
    assert found == sorted(found, reverse=True)
    assert all(0.0 <= confidence <= 1.0 for confidence in found)


@given(SCORES)
def test_concepts_that_exclude_each_other_share_one_confidence(scores: list[float]) -> None:
    assert sum(cue.confidence for cue in seen(scores, exclusive=True)) == pytest.approx(1.0)


def test_concepts_that_do_not_exclude_each_other_may_all_be_sure() -> None:
    assert [round(cue.confidence, 2) for cue in seen([5, 5, 5])] == [0.99] * 3
    assert seen([0.0, -9, -9])[0].confidence == 0.5


def test_what_is_too_unlikely_is_left_out() -> None:
    assert [cue.label for cue in seen([3, -3, 0.5], least=0.5)] == ["snow", "fire"]
    assert seen([-9, -9, -9], least=0.5) == ()


def test_at_most_so_many_are_named() -> None:
    assert [cue.label for cue in seen([1, 3, 2], most=2)] == ["trees", "fire"]


def test_a_class_without_a_concept_keeps_its_share_and_is_not_named() -> None:
    with_gap = [CONCEPTS[0], None, CONCEPTS[2]]
    found = seen([0, 0, 0], with_gap, exclusive=True)
    assert [cue.label for cue in found] == ["snow", "fire"]
    assert [cue.confidence for cue in found] == pytest.approx([1 / 3, 1 / 3])


def test_a_higher_temperature_is_less_sure() -> None:
    for exclusive in (True, False):
        cold = seen([4, 0, 0], exclusive=exclusive)[0].confidence
        assert seen([4, 0, 0], exclusive=exclusive, temperature=3.0)[0].confidence < cold


def test_a_cue_is_called_by_detector_and_label_and_names_its_concept() -> None:
    cue = seen([9, -9, -9])[0]
    assert (cue.id, cue.kind, cue.label) == ("heads:snow", "scene", "snow")
    assert cue.concept == concept("snow", "scene").iri
    assert cue.detector == "heads"


class TestCaptionHead:
    HEAD = CaptionHead(
        np.full(6, 0.5, np.float32),
        np.full(6, 2.0, np.float32),
        np.random.default_rng(1).normal(size=(6, 4)).astype(np.float32),
        1.0,
    )

    @given(st.integers(0, 1000))
    def test_places_every_image_at_length_one(self, seed: int) -> None:
        encoding = Encoding(random_vectors(5, 6, seed), random_vectors(5, 4, seed + 1))
        lengths = np.linalg.norm(self.HEAD.place(encoding), axis=1)
        np.testing.assert_allclose(lengths, 1.0, atol=1e-5)

    def test_leaves_the_encoders_place_where_it_weighs_nothing(self) -> None:
        encoding = Encoding(random_vectors(5, 6), random_vectors(5, 4, seed=1))
        head = CaptionHead(self.HEAD.shift, self.HEAD.scale, self.HEAD.map, 0.0)
        np.testing.assert_allclose(head.place(encoding), encoding.vectors, atol=1e-6)

    def test_draws_the_image_towards_what_it_tells(self) -> None:
        one = np.zeros((1, 4), np.float32)
        one[0, 0] = 1.0
        mapped = np.zeros((1, 4), np.float32)
        mapped[0, 1] = 1.0
        head = CaptionHead(np.zeros(1, np.float32), np.ones(1, np.float32), mapped, 1.0)
        place = head.place(Encoding(np.full((1, 1), 7.0, np.float32), one))
        assert place[0].tolist() == pytest.approx([0.5**0.5, 0.5**0.5, 0.0, 0.0])

    def test_an_image_of_which_it_can_tell_nothing_stays_where_it_is(self) -> None:
        encoding = Encoding(np.full((1, 6), 0.5, np.float32), random_vectors(1, 4))
        np.testing.assert_allclose(self.HEAD.place(encoding), encoding.vectors, atol=1e-6)
