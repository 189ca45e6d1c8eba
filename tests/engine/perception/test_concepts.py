"""The nearest concepts are named, but not those that lie near every image."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emograph.engine.cues import Cue
from emograph.engine.images import open_photo
from emograph.engine.perception.concepts import ConceptDetector, Crowd, Platt
from emograph.engine.perception.detector import Array, Encoding
from emograph.engine.perception.heads import CaptionHead
from emograph.engine.training.heads import crowd_of
from tests.engine.making import concept, random_vectors, unit, vocabulary_of

PHOTO = open_photo(np.zeros((4, 4, 3), np.uint8))
PLAIN = Crowd(np.zeros(3, np.float32), np.eye(3, dtype=np.float32))
SURE = Platt(5.0, -2.0)
DOG, BEACH, STORM = (
    concept("dog"),
    concept("beach", "scene"),
    concept("storm", "scene", "situation"),
)
VOCABULARY = vocabulary_of([DOG, BEACH, STORM], np.eye(3, dtype=np.float32))


def named(
    vector: list[float],
    crowd: Crowd | None = PLAIN,
    most: int = 20,
    captions: CaptionHead | None = None,
) -> tuple[Cue, ...]:
    detector = ConceptDetector(VOCABULARY, crowd, SURE, captions, most)
    encoding = Encoding(np.ones((1, 1), np.float32), unit([vector]))
    (cues,) = detector.detect([PHOTO], encoding)
    return cues


def test_the_nearest_concept_wins() -> None:
    assert [cue.label for cue in named([0.9, 0.4, 0.1])] == ["dog", "beach", "storm"]
    assert named([0.1, 0.9, 0.4])[0].label == "beach"


def test_confidences_are_calibrated_and_fall() -> None:
    cues = named([1.0, 0.0, 0.0])
    assert cues[0].confidence == pytest.approx(1 / (1 + np.exp(-3.0)))
    assert cues[-1].confidence == pytest.approx(1 / (1 + np.exp(2.0)))


def test_each_vocabulary_is_read_on_its_own() -> None:
    cues = named([0.9, 0.5, 0.1], most=1)
    assert [cue.id for cue in cues] == ["emoset:object:dog", "situation:scene:storm"]
    assert [cue.concept for cue in cues] == [DOG.iri, STORM.iri]


def test_without_a_crowd_likeness_is_told_within_the_image() -> None:
    cues = named([0.9, 0.4, 0.1], None)
    likeness = unit([[0.9, 0.4, 0.1]])[0]
    standing = (likeness - likeness.mean()) / likeness.std()
    assert [cue.label for cue in cues] == ["dog", "beach"]
    assert [cue.confidence for cue in cues] == pytest.approx(SURE(standing)[:2].tolist(), abs=1e-5)


def test_what_hardly_anybody_would_name_is_no_cue() -> None:
    assert SURE(np.array([-5.0], np.float32))[0] < 0.01
    assert [cue.label for cue in named([0.9, 0.4, -0.9])][:2] == ["dog", "beach"]
    assert all(cue.confidence >= 0.01 for cue in named([0.9, 0.4, -0.9], None))


def test_a_text_that_lies_near_every_image_is_not_named_for_it() -> None:
    hub = np.array([0.1, 0.9, 0.1], np.float32)
    crowd = Crowd(hub, np.eye(3, dtype=np.float32))
    image = [0.45, 0.85, 0.1]
    assert named(image)[0].label == "beach"
    assert named(image, crowd)[0].label == "dog"


def test_a_text_whose_likeness_varies_much_is_named_less() -> None:
    spread = Crowd(np.zeros(3, np.float32), np.diag([1.0, 100.0, 1.0]).astype(np.float32))
    assert named([0.5, 0.8, 0.1], spread)[0].label == "dog"


def test_a_caption_head_moves_the_image() -> None:
    to_storm = np.array([[0.0, 0.0, 1.0]], np.float32)
    head = CaptionHead(np.zeros(1, np.float32), np.ones(1, np.float32), to_storm, 3.0)
    assert named([0.9, 0.4, 0.1], captions=head)[0].label == "storm"


class TestCrowd:
    def test_the_members_of_a_crowd_have_standard_scores(self) -> None:
        vectors = random_vectors(200, 8)
        scores = crowd_of(vectors).standing(vectors, random_vectors(6, 8, seed=1))
        np.testing.assert_allclose(scores.mean(axis=0), 0.0, atol=1e-4)
        np.testing.assert_allclose(scores.std(axis=0), 1.0, atol=1e-3)

    def test_a_text_that_never_varies_gives_finite_scores(self) -> None:
        crowd = Crowd(np.zeros(2, np.float32), np.zeros((2, 2), np.float32))
        assert np.isfinite(crowd.standing(unit([[1, 1]]), unit([[1, 0]]))).all()


class TestPlatt:
    @given(st.lists(st.floats(-8, 8, width=32), min_size=2, max_size=20))
    def test_keeps_the_order_and_stays_a_probability(self, scores: list[float]) -> None:
        told: Array = Platt(2.0, -1.0)(np.sort(np.array(scores, np.float32)))
        assert (np.diff(told) >= 0).all()
        assert ((told >= 0) & (told <= 1)).all()

    def test_is_one_half_where_the_line_crosses_zero(self) -> None:
        assert Platt(2.0, -1.0)(np.array([0.5], np.float32)).tolist() == [0.5]
