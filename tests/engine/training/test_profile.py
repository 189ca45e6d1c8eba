"""A profile is fitted in one go, and knows what the images show."""

from collections.abc import Sequence

import numpy as np
import pytest

from emograph.engine.images import Photo
from emograph.engine.perception.detector import Array, Encoding
from emograph.engine.perception.weights import HeadWeights
from emograph.engine.training.profile import Labelled, fit_profile
from tests.engine.making import concept, random_vectors, unit, vocabulary_of

WORDS = ("dog", "cat", "sea", "storm", "snow")
WIDTH = len(WORDS)


class Encoder:
    """A text lies between the axes of the words that it has."""

    name = "fake 1"

    def encode_images(self, photos: Sequence[Photo]) -> Encoding:
        raise NotImplementedError(photos)

    def encode_texts(self, texts: Sequence[str]) -> Array:
        return unit([[float(word in text) + 0.01 for word in WORDS] for text in texts])


def images(n: int, seed: int) -> tuple[Encoding, list[str]]:
    rng = np.random.default_rng(seed)
    shown = rng.integers(WIDTH, size=n)
    features = np.eye(WIDTH)[shown] * 300 + rng.normal(size=(n, WIDTH))
    encoding = Encoding(features.astype(np.float32), random_vectors(n, WIDTH, seed))
    return encoding, [WORDS[i] for i in shown]


def labelled(names: Sequence[str], n: int, seed: int) -> Labelled:
    encoding, words = images(n, seed)
    present = np.array([[word == name for name in names] for word in words])
    scores = np.where(present, 1.0, -1.0)
    return Labelled(encoding, tuple(concept(name) for name in names), scores, present)


@pytest.fixture(scope="module")
def profile() -> HeadWeights:
    encoding, words = images(200, 0)
    return fit_profile(
        Encoder(),
        (encoding, [f"A {word} and more." for word in words]),
        labelled(["snow", "sea"], 150, 1),
        labelled(["storm"], 150, 2),
        [images(50, 3)[0]],
        vocabulary_of([concept(word) for word in WORDS], np.eye(WIDTH, dtype=np.float32)),
        1.5,
    )


def test_it_belongs_to_its_encoder(profile: HeadWeights) -> None:
    assert profile.encoder == "fake 1"
    assert profile.class_temperature == 1.5
    assert profile.attributes.concepts == (concept("snow").iri, concept("sea").iri)
    assert profile.disasters.concepts == (concept("storm").iri,)


def test_attributes_are_likelier_where_they_are(profile: HeadWeights) -> None:
    encoding, words = images(40, 9)
    scores = encoding.features @ profile.attributes.weights.T + profile.attributes.bias
    for column, name in enumerate(("snow", "sea")):
        there = np.array([word == name for word in words])
        assert scores[there, column].min() > scores[~there, column].max()


def test_captions_place_new_images_at_what_they_show(profile: HeadWeights) -> None:
    encoding, words = images(40, 9)
    silent = Encoding(encoding.features, np.zeros_like(encoding.vectors))
    told = [WORDS[i] for i in profile.captions.place(silent).argmax(axis=1)]
    assert told == words


def test_nearer_concepts_are_likelier_to_be_named(profile: HeadWeights) -> None:
    assert profile.naming.slope > 0


def test_the_texts_of_labelled_images_are_their_likeliest_concepts() -> None:
    part = labelled(["snow", "sea"], 10, 1)
    for text, row in zip(part.texts(), part.scores, strict=True):
        assert text.split(", ")[0] == ("snow" if row[0] >= row[1] else "sea")
