"""Heads are fitted on labels of scenes and captions, and calibrated on what they had not seen."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emograph.engine.images import Photo
from emograph.engine.perception.detector import Array, Encoding
from emograph.engine.training.heads import (
    Captioned,
    attribute_texts,
    calibrated,
    crowd_of,
    fit_attributes,
    fit_captions,
    mentions,
    out_of_fold_places,
    standardisation,
)
from tests.engine.making import random_vectors

WORDS = ("dog", "cat", "sea", "storm")


class Encoder:
    """A space with an axis for each word; what features show is what captions say."""

    name = "fake 1"

    def encode_images(self, photos: Sequence[Photo]) -> Encoding:
        raise NotImplementedError(photos)

    def encode_texts(self, texts: Sequence[str]) -> Array:
        return np.eye(len(WORDS), dtype=np.float32)[[WORDS.index(text) for text in texts]]


def captioned(n: int = 60, seed: int = 0, weight: float = 1.0) -> Captioned:
    rng = np.random.default_rng(seed)
    word = rng.integers(len(WORDS), size=n)
    features = (np.eye(len(WORDS))[word] * 100 + rng.normal(size=(n, 4))).astype(np.float32)
    encoding = Encoding(features, random_vectors(n, len(WORDS), seed))
    return Captioned(encoding, tuple(WORDS[i] for i in word), weight)


def nearest(places: Array) -> list[str]:
    return [WORDS[i] for i in places.argmax(axis=1)]


class TestCaptions:
    def test_images_are_placed_where_their_captions_are(self) -> None:
        part, new = captioned(), captioned(seed=1)
        head = fit_captions([part], Encoder(), *standardisation([part.encoding]))
        silent = Encoding(new.encoding.features, np.zeros_like(new.encoding.vectors))
        assert nearest(head.place(silent)) == list(new.texts)

    def test_images_are_placed_by_a_head_that_did_not_know_their_captions(self) -> None:
        part = captioned()
        scale = standardisation([part.encoding])
        places = out_of_fold_places(part, [], Encoder(), *scale)
        np.testing.assert_allclose(np.linalg.norm(places, axis=1), 1.0, atol=1e-5)
        own = fit_captions([part], Encoder(), *scale).place(part.encoding)
        assert not np.allclose(places, own, atol=1e-4)

    def test_a_caption_of_its_own_does_not_move_an_image_out_of_fold(self) -> None:
        part = captioned()
        texts = list(part.texts)
        texts[0] = next(word for word in WORDS if word != texts[0])
        other = Captioned(part.encoding, tuple(texts), 1.0)
        scale = standardisation([part.encoding])
        one, two = (out_of_fold_places(p, [], Encoder(), *scale) for p in (part, other))
        np.testing.assert_allclose(one[0], two[0], atol=1e-6)
        assert not np.allclose(one, two, atol=1e-6)


class TestAttributes:
    def test_confidence_is_the_share_of_images_that_have_it(self) -> None:
        rng = np.random.default_rng(0)
        features = (100 * rng.normal(size=(800, 4))).astype(np.float32)
        scores = features[:, :2] / 100 + rng.normal(size=(800, 2))
        present = scores > 0.5
        encoding = Encoding(features, random_vectors(800, 4))
        heads = fit_attributes(encoding, present, scores, *standardisation([encoding]))
        weights, bias = calibrated(*heads)
        assert (weights.shape, bias.shape) == ((2, 4), (2,))
        confidence = 1 / (1 + np.exp(-(features @ weights.T + bias)))
        for low, high in ((0.0, 0.3), (0.3, 0.6), (0.6, 1.0)):
            chosen = (confidence >= low) & (confidence < high)
            assert present[chosen].mean() == pytest.approx(confidence[chosen].mean(), abs=0.08)

    def test_heads_that_learned_chance_by_heart_are_not_sure_of_anything(self) -> None:
        rng = np.random.default_rng(0)
        encoding = Encoding(rng.normal(size=(300, 200)).astype(np.float32), random_vectors(300, 4))
        scores = rng.normal(size=(300, 5))
        scale = standardisation([encoding])
        ridge, platt = fit_attributes(encoding, scores > 0, scores, *scale)
        assert np.ptp(platt(ridge(encoding.features))) < 0.5

    def test_calibrated_heads_say_what_calibration_says_of_the_ridge(self) -> None:
        rng = np.random.default_rng(0)
        features = rng.normal(size=(50, 4)).astype(np.float32)
        scores = rng.normal(size=(50, 2))
        encoding = Encoding(features, random_vectors(50, 4))
        ridge, platt = fit_attributes(encoding, scores > 0, scores, *standardisation([encoding]))
        weights, bias = calibrated(ridge, platt)
        told = 1 / (1 + np.exp(-(features @ weights.T + bias)))
        np.testing.assert_allclose(told, platt(ridge(features)), atol=1e-4)

    def test_the_likeliest_attributes_are_the_text(self) -> None:
        scores = np.array([[0.1, 0.9, 0.5], [3.0, 2.0, 1.0]])
        assert attribute_texts(["snow", "trees", "fire"], scores, most=2) == [
            "trees, fire",
            "snow, trees",
        ]
        assert attribute_texts(["snow"], np.ones((1, 1))) == ["snow"]


class TestMentions:
    @pytest.mark.parametrize(
        "caption",
        ["a dog", "Dogs!", "The DOG, asleep.", "dog", "hot-dog stand", "two hounds on a beach"],
    )
    def test_a_word_is_found_in_any_case_and_number(self, caption: str) -> None:
        assert mentions([caption], {0: ["dog", "hound"]}).tolist() == [[True]]

    @pytest.mark.parametrize("caption", ["dogma", "underdog", "a do g", ""])
    def test_a_part_of_a_word_is_not_the_word(self, caption: str) -> None:
        assert mentions([caption], {0: ["dog"]}).tolist() == [[False]]

    def test_names_of_several_words_are_found_together(self) -> None:
        captions = ["a polar bear", "a bear, polar night"]
        assert mentions(captions, {0: ["polar bear"]}).tolist() == [[True], [False]]

    def test_there_is_a_row_for_each_caption_and_a_column_for_each_concept(self) -> None:
        found = mentions(["boxes", "cats", "birds"], {0: ["box"], 1: ["cat"]})
        assert found.tolist() == [[True, False], [False, True], [False, False]]


def test_standardisation_is_over_all_images_together() -> None:
    one, two = captioned(20, seed=1).encoding, captioned(30, seed=2).encoding
    shift, scale = standardisation([one, two])
    together = (np.concatenate([one.features, two.features]) - shift) / scale
    np.testing.assert_allclose(together.mean(axis=0), 0.0, atol=1e-4)
    np.testing.assert_allclose(together.std(axis=0), 1.0, atol=1e-4)


def test_a_feature_that_never_varies_does_not_divide_by_zero() -> None:
    flat = Encoding(np.ones((5, 2), np.float32), np.ones((5, 2), np.float32))
    assert (standardisation([flat])[1] > 0).all()


@given(st.integers(0, 1000))
def test_a_crowd_has_the_mean_and_covariance_of_its_vectors(seed: int) -> None:
    vectors = random_vectors(30, 5, seed)
    crowd = crowd_of(vectors)
    np.testing.assert_allclose(crowd.mean, vectors.mean(axis=0), atol=1e-5)
    np.testing.assert_allclose(crowd.covariance, np.cov(vectors.T, bias=True), atol=1e-5)
