"""The named questions: what they answer about a few photographs, and how they take parameters."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emograph.adapters.stores.oxigraph import open_store
from emograph.errors import KnowledgeError
from emograph.kg import terms
from emograph.kg.graph import KnowledgeGraph
from emograph.kg.observations import Observations
from emograph.kg.questions import Parameter, answer, question, questions
from tests.kg.observed import documents

LAMP = b"""
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<https://example.org/lamp> skos:prefLabel "lamp"@en ;
  skos:broader <https://w3id.org/emograph/concept/scene/beach> .
"""


def bay() -> dict[str, Any]:
    """A mountain at a bay with a lamp, where what is seen does not agree about awe."""
    photo = deepcopy(documents()[2])
    photo["image"] |= {"source": "bay.jpg", "sha256": "b" * 64}
    photo["emotions"] |= {"awe": 0.5, "contentment": 0.4}
    lamp = {"id": "object:lamp", "kind": "object", "label": "lamp", "confidence": 0.5}
    lamp |= {"region": None, "detector": "lamps", "concept": "https://example.org/lamp"}
    photo["cues"].append(lamp)
    photo["contributions"].append({"cue": "object:lamp", "emotion": "awe", "log_odds": -0.75})
    return photo


def later(document: Mapping[str, Any]) -> dict[str, Any]:
    """The same photograph by a later graph, which finds it sad."""
    emotions = document["emotions"] | {"fear": 0.25, "sadness": 0.55}
    emotions = document["emotions"] | {"fear": 0.25, "sadness": 0.55}
    versions = document["versions"] | {"graph": "later"}
    return {**document, "emotions": emotions, "versions": versions}


@pytest.fixture(scope="module")
def kept() -> KnowledgeGraph:
    graph = KnowledgeGraph.load(open_store())
    graph.store.load(LAMP, "https://example.org/")
    observations = Observations(graph.store)
    for document in (*documents(), bay(), later(documents()[0])):
        assert observations.keep(document)
    return graph


ANSWERS: Mapping[str, tuple[dict[str, str], list[tuple[Any, ...]]]] = {
    "cues-with-emotion": (
        {},
        [
            ("flood", "scene", 2, 1.0, 2.0),
            ("0.2", "brightness", 1, 0.375, 0.38),
            ("car", "object", 1, 0.25, 0.25),
        ],
    ),
    "photos-with-emotion-without": ({}, [("shore.jpg", 0.55, "beach")]),
    "unknown-cues": (
        {},
        [
            ("0.2", "brightness", 1, 1.0, "river.jpg"),
            ("car", "object", 1, 0.5, "street.jpg"),
            ("lighthouse", "object", 1, 0.25, "shore.jpg"),
            ("road closed", "text", 1, 0.88, "street.jpg"),
        ],
    ),
    "unknown-photos": ({}, [("street.jpg", 0.38, 3)]),
    "photos-by-valence": (
        {"from": "-1", "to": "0"},
        [("river.jpg", -0.35, 0.25, "sadness", 0.45), ("street.jpg", -0.5, 0.25, "sadness", 0.55)],
    ),
    "moving-cues": (
        {"emotion": "awe", "least": "0.5"},
        [
            ("mountain", "scene", "for", 2, 1.5),
            ("beach", "scene", "for", 1, 0.88),
            ("lamp", "object", "against", 1, -0.75),
        ],
    ),
    "photos-like": (
        {"photo": "street"},
        [
            ("street.jpg", "river.jpg", 0.7),
            ("street.jpg", "bay.jpg", 0.1),
            ("street.jpg", "peak.jpg", 0.1),
            ("street.jpg", "shore.jpg", 0.0),
        ],
    ),
    "disagreements": ({}, [("bay.jpg", "awe", 0.5, "lamps", -0.75)]),
    "counterexamples": ({}, [("bay.jpg", "awe", 0.5, "lamp", 0.5, -0.75)]),
    "changes": ({}, [("street.jpg", "0123456789abcdef", "later", 0.25, "sadness")]),
    "what-is-kept": (
        {},
        [
            ("mikels", "0.1.0", "0123456789abcdef", None, 5, 4),
            ("mikels", "0.1.0", "later", None, 1, 1),
        ],
    ),
    "photos-of": (
        {"subject": "mountain"},
        [("bay.jpg", "mountain", 0.75), ("peak.jpg", "mountain", 0.75)],
    ),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_it_is_answered_from_what_was_kept(name: str, kept: KnowledgeGraph) -> None:
    parameters, rows = ANSWERS[name]
    assert list(answer(kept, question(name), parameters).rows) == rows


def test_concepts_that_nobody_spoke_of_are_known_by_those_above(kept: KnowledgeGraph) -> None:
    rows = answer(kept, question("unknown-concepts"), {}).rows
    [(known_by, photos, sure, photo)] = [row[1:] for row in rows if row[0] == "lamp"]
    assert "beach" in str(known_by)
    assert (photos, sure, photo) == (1, 0.5, "bay.jpg")


def test_cues_are_counted_once_a_photograph(kept: KnowledgeGraph) -> None:
    rows = answer(kept, question("frequent-cues"), {}).rows
    assert rows[:2] == (
        ("flood", "scene", "disasters", 2, 0.63),
        ("mountain", "scene", "image classes", 2, 0.75),
    )


def test_a_subject_shifts_emotions_against_all_photographs(kept: KnowledgeGraph) -> None:
    rows = {row[0]: row[1:] for row in answer(kept, question("emotions-of-subject"), {}).rows}
    assert rows["sadness"] == (0.45, 0.2, 1)
    assert next(iter(rows)) == "sadness"


def test_every_question_is_answered_and_tested(kept: KnowledgeGraph) -> None:
    assert len(questions()) >= 10
    for name, asked in questions().items():
        assert asked.title.endswith("?"), name
        assert asked.description, name
        needed = {p.name: "x" for p in asked.parameters if not p.default}
        answer(kept, asked, needed)


@given(st.text(min_size=1, max_size=40))
def test_a_text_stays_one_literal(text: str) -> None:
    """Whatever is written, it is looked for and never read as a part of the query."""
    asked = question("photos-of")
    try:
        bound = asked.bound(asked.terms({"subject": text}))
    except KnowledgeError:
        assert not text.strip() or any("\ud800" <= c <= "\udfff" for c in text)
        return
    store = ox.Store()
    store.add(ox.Quad(ox.NamedNode("urn:a"), ox.NamedNode("urn:b"), ox.Literal(text.strip())))
    literal = str(asked.terms({"subject": text})["subject"])
    assert bound.count(literal) == 2
    assert store.query(f"ASK {{ ?s ?p {literal} }}")
    found = store.query(bound, prefixes=dict(terms.PREFIXES))
    assert isinstance(found, ox.QuerySolutions)
    assert list(found) == []


@pytest.mark.parametrize(
    "written",
    ["fear> } DROP ALL #", "nowhere:fear", "", "mikels:", "http://x y", "<urn:a>", "a" * 300],
)
def test_what_is_no_name_is_refused(written: str, kept: KnowledgeGraph) -> None:
    with pytest.raises(KnowledgeError, match="emotion"):
        answer(kept, question("moving-cues"), {"emotion": written})


def test_a_name_that_the_graph_lacks_is_told_with_those_it_has(kept: KnowledgeGraph) -> None:
    with pytest.raises(KnowledgeError, match="no 'afraid'") as caught:
        answer(kept, question("moving-cues"), {"emotion": "afraid"})
    assert "fear, sadness" in caught.value.todo


@pytest.mark.parametrize("written", ["nan", "inf", "much", "1 } "])
def test_what_is_no_number_is_refused(written: str) -> None:
    with pytest.raises(KnowledgeError, match="least"):
        question("moving-cues").terms({"least": written})


def test_a_parameter_that_is_unknown_or_missing_is_named() -> None:
    with pytest.raises(KnowledgeError, match="no parameter 'feeling'"):
        question("moving-cues").terms({"feeling": "awe"})
    with pytest.raises(KnowledgeError, match="photo is needed"):
        question("photos-like").terms({})


def test_a_name_close_to_a_question_is_suggested() -> None:
    with pytest.raises(KnowledgeError) as caught:
        question("photo-like")
    assert "photos-like" in caught.value.todo


def test_a_bare_name_has_the_prefix_of_the_default() -> None:
    emotion = Parameter("emotion", "iri", "mikels:fear", "the emotion")
    assert emotion.term("awe") == ox.NamedNode(terms.emotion("mikels", "awe"))
    assert emotion.term(f"<{terms.emotion('ekman', 'joy')}>") == emotion.term("ekman:joy")
