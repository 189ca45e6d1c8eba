"""Names that a question uses are found in the shipped graph."""

from __future__ import annotations

import pytest

from emograph.adapters.stores.oxigraph import open_store
from emograph.engine.retrieval.lexicon import Lexicon
from emograph.errors import KnowledgeError
from emograph.kg.graph import KnowledgeGraph

DOG = "https://w3id.org/emograph/concept/object/dog"


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon(KnowledgeGraph.load(open_store()))


def test_emotions_are_found_by_label_and_by_word(lexicon: Lexicon) -> None:
    assert lexicon.emotion("Awe") == "awe"
    assert lexicon.emotion("happy for") == "happy-for"
    assert lexicon.emotion("calm") == "contentment"
    assert lexicon.emotion("mountain") is None


def test_words_of_a_text_that_name_emotions(lexicon: Lexicon) -> None:
    assert lexicon.felt("A quiet morning that feels lonely, sad and calm.") == {
        "sadness": 2,
        "contentment": 1,
    }
    assert lexicon.felt("a table") == {}


def test_a_broader_concept_stands_for_its_kinds(lexicon: Lexicon) -> None:
    animal, dog = lexicon.thing("animals"), lexicon.thing("the dog")
    assert animal is not None
    assert dog is not None
    assert DOG in dog.concepts
    assert dog.concepts < animal.concepts
    assert lexicon.thing("xyzzy") is None


def test_a_concept_is_found_by_its_iri(lexicon: Lexicon) -> None:
    by_prefix, whole = lexicon.thing("object:dog"), lexicon.thing(f"<{DOG}>")
    assert by_prefix == whole
    assert by_prefix is not None
    assert by_prefix.name == "dog"
    assert lexicon.thing("object:xyzzy") is None
    with pytest.raises(KnowledgeError, match="There is no prefix 'foo'"):
        lexicon.thing("foo:dog")


def test_a_mixture_is_told_in_another_scheme(lexicon: Lexicon) -> None:
    own = lexicon.shares({"awe": 0.7, "fear": 0.3}, "mikels")
    assert own == pytest.approx({"awe": 0.7, "fear": 0.3})
    told = lexicon.shares({"awe": 0.7, "fear": 0.3}, "ekman")
    assert sum(told.values()) == pytest.approx(1.0)
    assert told["fear"] >= 0.3
    assert "awe" not in told


def test_close_names_are_suggested(lexicon: Lexicon) -> None:
    assert "mountain" in lexicon.close_things("mountin")
    assert lexicon.close_emotions("sadnes") == ["sadness"]
