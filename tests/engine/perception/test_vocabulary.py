"""Concepts stand where their texts do, and texts are embedded once."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from emograph.engine.perception.detector import Array
from emograph.engine.perception.vocabulary import class_text, embed, embed_concepts, texts_of
from tests.engine.making import concept, unit, vocabulary_of

TEXTS = ["dog", "cat"]
DOG = concept("dog", also=["hound", "pooch"])
BEACH = concept("beach", "scene")


class Counting:
    """An encoder that counts its calls; the vector of a text depends on the text alone."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, texts: Sequence[str]) -> Array:
        self.calls += 1
        return unit([[len(text), ord(text[0]) - 100.0, 3.0] for text in texts])


@pytest.fixture
def encode() -> Counting:
    return Counting()


class TestEmbed:
    def test_the_same_texts_are_encoded_once(self, encode: Counting, tmp_path: Path) -> None:
        first = embed(TEXTS, encode, "fake", tmp_path)
        again = embed(iter(TEXTS), encode, "fake", tmp_path)
        assert encode.calls == 1
        np.testing.assert_array_equal(first, again)

    def test_other_texts_orders_and_encoders_are_encoded_anew(
        self, encode: Counting, tmp_path: Path
    ) -> None:
        embed(TEXTS, encode, "fake", tmp_path)
        embed(TEXTS[::-1], encode, "fake", tmp_path)
        embed(["dogcat"], encode, "fake", tmp_path)
        embed(TEXTS, encode, "other", tmp_path)
        assert encode.calls == 4

    @pytest.mark.parametrize("damage", [b"", b"not a file of vectors", b"\x08"])
    def test_a_broken_file_is_made_anew(
        self, encode: Counting, tmp_path: Path, damage: bytes
    ) -> None:
        first = embed(TEXTS, encode, "fake", tmp_path)
        (kept,) = (tmp_path / "vectors").iterdir()
        kept.write_bytes(damage)
        np.testing.assert_array_equal(embed(TEXTS, encode, "fake", tmp_path), first)
        embed(TEXTS, encode, "fake", tmp_path)
        assert encode.calls == 2

    def test_a_folder_that_cannot_be_written_is_done_without(
        self, encode: Counting, tmp_path: Path
    ) -> None:
        folder = tmp_path / "a file"
        folder.write_text("in the way")
        for _ in range(2):
            np.testing.assert_array_equal(embed(TEXTS, encode, "fake", folder), encode(TEXTS))
        assert folder.read_text() == "in the way"

    def test_nothing_but_the_vectors_is_left_in_the_folder(
        self, encode: Counting, tmp_path: Path
    ) -> None:
        embed(TEXTS, encode, "fake", tmp_path)
        assert [path.suffix for path in (tmp_path / "vectors").iterdir()] == [".safetensors"]


class TestVocabulary:
    def test_a_concept_stands_between_its_name_and_its_definition(
        self, encode: Counting, tmp_path: Path
    ) -> None:
        vocabulary = embed_concepts([DOG, BEACH], encode, "fake", tmp_path)
        assert vocabulary.concepts == (DOG, BEACH)
        np.testing.assert_allclose(np.linalg.norm(vocabulary.vectors, axis=1), 1.0, atol=1e-6)
        for row, one in enumerate((DOG, BEACH)):
            name, definition = encode(texts_of(one))
            assert vocabulary.vectors[row] @ name == pytest.approx(
                vocabulary.vectors[row] @ definition, abs=1e-5
            )

    def test_the_texts_of_a_concept_are_its_name_alone_and_with_its_definition(self) -> None:
        assert texts_of(DOG) == ("dog", "dog: A dog.")
        assert class_text(DOG) == "dog, hound, pooch: A dog."

    def test_a_part_keeps_the_vectors_of_its_concepts(self) -> None:
        whole = vocabulary_of([DOG, BEACH, concept("cat")])
        part = whole.where(lambda c: c.kind == "object")
        assert [c.label for c in part.concepts] == ["dog", "cat"]
        np.testing.assert_array_equal(part.vectors, whole.vectors[[0, 2]])

    def test_a_part_may_be_empty(self) -> None:
        part = vocabulary_of([DOG]).where(lambda _: False)
        assert part.concepts == ()
        assert part.vectors.shape == (0, 16)
