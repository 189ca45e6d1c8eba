"""The embedded store keeps what the protocol promises."""

from __future__ import annotations

import pytest
from rdflib import Literal, URIRef

from emograph.adapters.stores.oxigraph import open_store
from emograph.errors import KnowledgeError
from emograph.kg.stores import GraphStore, Iri

TURTLE = b"""
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<urn:s> <urn:iri> <urn:o> ; <urn:text> "a"@en ; <urn:whole> 3 ; <urn:part> 0.25 ;
  <urn:real> 1e3 ; <urn:truth> true ; <urn:date> "2026-01-01"^^xsd:date ;
  <urn:broken> "three"^^xsd:integer ; <urn:blank> [] .
"""


@pytest.fixture
def store() -> GraphStore:
    store = open_store()
    store.load(TURTLE, "urn:graph")
    return store


@pytest.mark.parametrize(
    ("predicate", "value"),
    [
        ("urn:iri", Iri("urn:o")),
        ("urn:text", "a"),
        ("urn:whole", 3),
        ("urn:part", 0.25),
        ("urn:real", 1000.0),
        ("urn:truth", True),
        ("urn:date", "2026-01-01"),
        ("urn:broken", "three"),
    ],
)
def test_terms_become_values_of_python(store: GraphStore, predicate: str, value: object) -> None:
    [(subject, found)] = store.pairs(predicate)
    assert subject == Iri("urn:s")
    assert found == value
    assert type(found) is type(value)


def test_blank_nodes_have_names(store: GraphStore) -> None:
    [(_, blank)] = store.pairs("urn:blank")
    assert isinstance(blank, Iri)
    assert blank.startswith("_:")


def test_graphs_are_asked_together_and_apart(store: GraphStore) -> None:
    store.load(b"<urn:s> <urn:iri> <urn:other> .", "urn:second")
    assert len(list(store.pairs("urn:iri"))) == 2
    assert len(list(store.query("SELECT ?o { ?s <urn:iri> ?o }", {}).rows)) == 2
    apart = store.query("SELECT ?o { GRAPH <urn:second> { ?s <urn:iri> ?o } }", {})
    assert list(apart.rows) == [("urn:other",)]


def test_a_broken_document_leaves_nothing_behind(store: GraphStore) -> None:
    with pytest.raises(KnowledgeError, match="urn:third is not Turtle"):
        store.load(b"<urn:s> <urn:new> <urn:o> . broken", "urn:third")
    assert list(store.pairs("urn:new")) == []


def test_rdflib_gets_a_copy(store: GraphStore) -> None:
    dataset = store.to_rdflib()
    assert (URIRef("urn:s"), URIRef("urn:whole"), Literal(3)) in dataset
    dataset.add((URIRef("urn:s"), URIRef("urn:new"), Literal(1)))
    assert list(store.pairs("urn:new")) == []


def test_an_unknown_place_is_said() -> None:
    with pytest.raises(KnowledgeError, match="no store 'nowhere'"):
        open_store("nowhere")
