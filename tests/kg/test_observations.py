"""Explanations kept in a store: once each, whole, and as revisions of those before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from emograph.adapters.stores.oxigraph import open_store
from emograph.errors import KnowledgeError
from emograph.kg.observations import Observations
from emograph.kg.provenance import NAMESPACES, explanation_iri, explanation_triples
from emograph.kg.stores import GraphStore
from tests.kg.observed import documents


@pytest.fixture
def store() -> GraphStore:
    return open_store()


@pytest.fixture
def street() -> dict[str, Any]:
    return documents()[0]


def revisions(store: GraphStore) -> set[tuple[str, str]]:
    pairs = store.pairs(NAMESPACES["prov"] + "wasRevisionOf")
    return {(str(new), str(old)) for new, old in pairs}


def by(graph: str, document: Mapping[str, Any]) -> dict[str, Any]:
    return {**document, "versions": {**document["versions"], "graph": graph}}


def test_an_explanation_is_one_named_graph(store: GraphStore, street: dict[str, Any]) -> None:
    observations = Observations(store)
    assert observations.keep(street)
    iri = explanation_iri(street)
    assert iri in observations
    assert store.graphs() == (iri,)
    assert {quad.triple for quad in store.quads(iri)} == set(explanation_triples(street))


def test_it_is_kept_once_however_long_it_took(store: GraphStore, street: dict[str, Any]) -> None:
    observations = Observations(store)
    observations.keep(street)
    before = set(store.quads())
    assert not observations.keep({**street, "timings_ms": {"perception": 99.0}})
    assert set(store.quads()) == before


def test_other_versions_revise_the_latest(store: GraphStore, street: dict[str, Any]) -> None:
    observations = Observations(store)
    first, second, third = street, by("two", street), by("three", street)
    for document in (first, second, third, first):
        observations.keep(document)
    one, two, three = map(explanation_iri, (first, second, third))
    assert revisions(store) == {(two, one), (three, two)}


def test_another_scheme_or_image_revises_nothing(store: GraphStore, street: dict[str, Any]) -> None:
    observations = Observations(store)
    ekman = {**street, "scheme": "ekman", "emotions": {"fear": 1.0}, "votes": {}}
    ekman |= {"prior": {"fear": 0.0}, "contributions": []}
    for document in (street, ekman, documents()[1]):
        assert observations.keep(document)
    assert revisions(store) == set()


@pytest.mark.parametrize("change", [{"without": ["scene:flood"]}, {"as_if": {"scene:flood": 0.2}}])
def test_a_counterfactual_is_not_kept(
    store: GraphStore, street: dict[str, Any], change: dict[str, Any]
) -> None:
    with pytest.raises(KnowledgeError, match="no observation"):
        Observations(store).keep({**street, **change})
    assert store.graphs() == ()


@pytest.mark.parametrize("sha256", ["", "> } DROP ALL #", None])
def test_what_is_no_document_changes_nothing(
    store: GraphStore, street: dict[str, Any], sha256: str | None
) -> None:
    street["image"]["sha256"] = sha256
    if sha256 == "":
        del street["image"]
    with pytest.raises(KnowledgeError, match="JSON Schema"):
        Observations(store).keep(street)
    assert store.graphs() == ()
