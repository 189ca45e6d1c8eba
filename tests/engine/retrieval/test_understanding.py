"""What a question that was read asks of an index."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from emograph.adapters.stores.oxigraph import open_store
from emograph.engine.perception.concepts import Crowd
from emograph.engine.perception.detector import Array
from emograph.engine.retrieval.lexicon import Lexicon
from emograph.engine.retrieval.parsing import read_question
from emograph.engine.retrieval.query import Query
from emograph.engine.retrieval.understanding import (
    FELT_IN_WORDS,
    Space,
    joined,
    likeness,
    mentioned,
    question,
    usual,
)
from emograph.kg.graph import KnowledgeGraph
from tests.adapters.indexes.making import entry, fact, shares


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon(KnowledgeGraph.load(open_store()))


def encode(texts: Sequence[str]) -> Array:
    vectors: Array = np.tile(np.array([1.0, 0.0], np.float32), (len(texts), 1))
    return vectors


CROWD = Crowd(np.array([0.25, 0.0], np.float32), np.diag([0.04, 0.01]).astype(np.float32))
SPACE = Space("encoder 1", encode, CROWD)


def ask(text: str, lexicon: Lexicon) -> Query:
    return question(read_question(text, lexicon), lexicon, ("mikels", "ekman"), lambda: SPACE)


def no_space() -> Space:
    raise AssertionError("no words were asked")


def test_an_emotion_asks_for_no_words(lexicon: Lexicon) -> None:
    asked = read_question("awe without mountain", lexicon)
    query = question(asked, lexicon, ("mikels", "ekman"), no_space)
    assert query.emotions["mikels"] == {"awe": 1.0}
    assert sum(query.emotions["ekman"].values()) == pytest.approx(1.0)
    assert query.felt == 1.0
    assert [thing.name for thing in query.unseen] == ["mountain"]
    assert query.near == ()


def test_words_ask_for_a_place_for_feelings_and_for_things(lexicon: Lexicon) -> None:
    query = ask("a lonely dog on a beach", lexicon)
    (near,) = query.near
    assert near.usual == pytest.approx((0.25, 0.2))
    assert query.emotions["mikels"] == {"sadness": 1.0}
    assert query.felt == FELT_IN_WORDS
    assert {thing.name for thing, _ in query.shows} == {"dog", "beach"}
    assert ask("awe, a lonely dog", lexicon).emotions["mikels"] == {"awe": 1.0}
    assert ask("a table", lexicon).emotions == {}


def test_longer_names_come_first(lexicon: Lexicon) -> None:
    assert mentioned("golden retriever runs", lexicon)[0].name == "golden retriever"
    assert mentioned("", lexicon) == []


def test_an_image_asks_for_its_like(lexicon: Lexicon) -> None:
    vector = np.array([0.0, 1.0], np.float32)
    image = entry("a", shares(awe=0.8), vector=vector, cues=[fact("dog"), fact("x", concept=False)])
    like = likeness(image, CROWD)
    assert like.like == image.sha256
    assert like.near[0].what == "image"
    assert [thing.name for thing, _ in like.shows] == ["dog"]
    both = joined(ask("fear without cat", lexicon), like)
    assert both.emotions["mikels"] == {"fear": 1.0}
    assert both.felt == 1.0
    assert [thing.name for thing in both.unseen] == ["cat"]
    assert joined(ask("without cat", lexicon), like).emotions["mikels"] == image.emotions


def test_usual_is_the_mean_and_spread_of_a_crowd() -> None:
    assert usual(CROWD, np.array([0.0, 1.0], np.float32)) == pytest.approx((0.0, 0.1))
