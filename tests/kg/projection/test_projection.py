"""RDF as nodes and relationships, and back."""

from __future__ import annotations

import math
import re

import pyoxigraph as ox
from hypothesis import given, settings
from hypothesis import strategies as st

from emograph.adapters.stores.oxigraph import OxigraphStore, open_store
from emograph.kg.graph import KnowledgeGraph, package_files
from emograph.kg.projection.elements import Node, Projection, Relationship
from emograph.kg.projection.projecting import project, project_part, touched
from emograph.kg.projection.restoring import involved, restore
from emograph.kg.projection.vocabulary import RESERVED, SHAPES, TYPES
from tests.kg.projection.datasets import datasets

_PREFIXES = """
    PREFIX emo: <https://w3id.org/emograph/ontology#>
    PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
    PREFIX dcterms: <http://purl.org/dc/terms/>
"""
_DOG_JOY = """
    <urn:a> a emo:Association ; emo:subject <urn:dog> ; emo:emotion <urn:joy> ;
      emo:probability 0.25 ; emo:count 1 ; emo:total 4 ; dcterms:source <urn:source> .
"""


def _read(trig: str) -> set[ox.Quad]:
    return set(ox.parse(_PREFIXES + trig, ox.RdfFormat.TRIG))


def _node(projection: Projection, iri: str) -> Node:
    return next(node for node in projection.nodes if node.iri == iri)


def _types(projection: Projection) -> list[tuple[str, str, str]]:
    return sorted((r.start, r.type, r.end) for r in projection.relationships)


@settings(max_examples=300, deadline=None)
@given(datasets)
def test_any_rdf_comes_back_as_it_was(quads: set[ox.Quad]) -> None:
    projection = project(quads)
    assert set(restore(projection.nodes, projection.relationships)) == quads


@settings(max_examples=100, deadline=None)
@given(datasets)
def test_every_engine_can_hold_it(quads: set[ox.Quad]) -> None:
    projection = project(quads)
    iris = {node.iri for node in projection.nodes}
    assert len(iris) == len(projection.nodes)
    assert len({r.key for r in projection.relationships}) == len(projection.relationships)
    for r in projection.relationships:
        assert {r.start, r.end} <= iris
    elements: list[Node | Relationship] = [*projection.nodes, *projection.relationships]
    for element in elements:
        names = element.labels if isinstance(element, Node) else (element.type,)
        for name in (*names, *element.properties):
            assert re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", name)
        for value in element.properties.values():
            values = value if isinstance(value, list) else [value]
            assert len({type(one) for one in values}) == 1
            for one in values:
                assert not isinstance(one, int) or -(2**63) <= one < 2**63
                assert not isinstance(one, float) or math.isfinite(one)


@settings(max_examples=150, deadline=None)
@given(datasets, datasets, st.sampled_from(["urn:g", "urn:h", "https://example.org/a"]))
def test_projecting_what_changed_is_as_good_as_projecting_all(
    before: set[ox.Quad], other: set[ox.Quad], graph: str
) -> None:
    name = ox.NamedNode(graph)
    after = {q for q in before if q.graph_name != name} | {
        ox.Quad(q.subject, q.predicate, q.object, name) for q in other
    }
    held = project(before)
    nodes = {node.iri: node for node in held.nodes}
    relationships = {r.key: r for r in held.relationships}
    store = OxigraphStore(ox.Store())
    store._store.extend(after)  # exact spellings may change, as in any store

    old = involved(
        [node for node in held.nodes if graph in node.properties.get("graphs", [])],  # type: ignore[operator]
        [r for r in held.relationships if r.properties["graph"] == graph],
    )
    resources = touched(store, [graph]) | old
    part = project_part(store, resources)
    nodes = {iri: node for iri, node in nodes.items() if iri not in resources}
    nodes |= {node.iri: node for node in part.nodes}
    relationships = {k: r for k, r in relationships.items() if r.resource not in resources}
    relationships |= {r.key: r for r in part.relationships}
    ends = {end for r in relationships.values() for end in (r.start, r.end)}
    nodes = {iri: node for iri, node in nodes.items() if "graphs" in node.properties or iri in ends}

    whole = project(store.quads())
    normal = project(_stored(restore(nodes.values(), relationships.values())))
    assert set(nodes) == {node.iri for node in whole.nodes}
    assert set(relationships) == {r.key for r in whole.relationships}
    assert normal == whole


def _stored(quads: object) -> list[ox.Quad]:
    store = ox.Store()
    store.extend(quads)  # type: ignore[arg-type]
    return list(store)


def test_the_knowledge_of_the_package_comes_back_as_it_was() -> None:
    store = open_store()
    KnowledgeGraph.load(store)
    quads = set(store.quads())
    projection = project(quads)
    assert set(restore(projection.nodes, projection.relationships)) == quads


def test_the_files_of_the_package_come_back_in_their_own_spelling() -> None:
    for path in package_files():
        graph = ox.NamedNode(f"urn:{path.stem}")
        quads = {
            ox.Quad(q.subject, q.predicate, q.object, graph)
            for q in ox.parse(path.read_bytes(), ox.RdfFormat.TURTLE)
        }
        projection = project(quads)
        assert set(restore(projection.nodes, projection.relationships)) == quads


def test_an_association_becomes_a_relationship_with_its_weight() -> None:
    projection = project(_read(f"<urn:g> {{ {_DOG_JOY} }}"))
    (relationship,) = projection.relationships
    assert _types(projection) == [("urn:dog", "ASSOCIATED_WITH", "urn:joy")]
    assert dict(relationship.properties) == {
        "key": "urn:a",
        "iri": "urn:a",
        "graph": "urn:g",
        "weight": 0.25,
        "count": 1,
        "total": 4,
        "source": "urn:source",
    }
    assert [node.iri for node in projection.nodes] == ["urn:dog", "urn:joy"]


def test_an_association_with_more_to_say_is_a_relationship_that_keeps_it() -> None:
    more = '<urn:a> dcterms:source <urn:other> ; skos:note "seen"@en ; a <urn:Seen> .'
    quads = _read(f"<urn:g> {{ {_DOG_JOY} {more} }}")
    projection = project(quads)
    (relationship,) = projection.relationships
    assert relationship.properties["note"] == "seen"
    assert relationship.properties["source"] == "urn:other"
    assert set(restore(projection.nodes, projection.relationships)) == quads


def test_odd_associations_stay_nodes() -> None:
    for odd in (
        "<urn:a> emo:subject <urn:cat> .",
        "<urn:b> <urn:about> <urn:a> .",
        "<urn:a> emo:probability 0.5 .",
        "<urn:a> a emo:Mapping .",
    ):
        projection = project(_read(f"<urn:g> {{ {_DOG_JOY} {odd} }}"))
        assert "Association" in _node(projection, "urn:a").labels
        assert ("urn:a", "EMOTION", "urn:joy") in _types(projection)
    elsewhere = project(_read(f'<urn:g> {{ {_DOG_JOY} }} <urn:h> {{ <urn:a> skos:note "x" }}'))
    assert _node(elsewhere, "urn:a").properties["graphs"] == ["urn:g", "urn:h"]
    assert project(_read("<urn:g> { <urn:a> a emo:Association ; emo:subject <urn:dog> }")).nodes


def test_literals_become_properties_to_ask_for() -> None:
    node = _node(
        project(
            _read(
                """<urn:g> { <urn:dog> a emo:Concept, <urn:x:Pet> ;
                skos:prefLabel "dog"@en, "Hund"@de ; skos:altLabel "hound"@en ;
                emo:order 3 ; emo:valence 0.5 ; <urn:x:legs> 4 ;
                <urn:x:big> 99999999999999999999 ; <urn:x:good> true ; <urn:x:iri> "odd" . }"""
            )
        ),
        "urn:dog",
    )
    assert node.labels == ("Resource", "Concept", "Pet")
    rdf = node.properties["rdf"]
    assert dict(node.properties) == {
        "iri": "urn:dog",
        "graphs": ["urn:g"],
        "prefLabel": "dog",
        "prefLabel_de": "Hund",
        "altLabel": ["hound"],
        "order": 3,
        "valence": 0.5,
        "legs": 4,
        "big": "99999999999999999999",
        "good": True,
        "iri_": "odd",
        "rdf": rdf,
    }
    assert isinstance(rdf, list)
    assert len(rdf) == 6
    assert '<http://www.w3.org/2004/02/skos/core#prefLabel> "Hund"@de <urn:g>' in rdf


def test_a_changed_property_is_read_as_changed() -> None:
    projection = project(_read('<urn:g> { <urn:dog> skos:prefLabel "dog"@en }'))
    (node,) = projection.nodes
    changed = Node(node.iri, node.labels, {**node.properties, "prefLabel": "hound"})
    assert set(restore([changed], [])) == _read('<urn:g> { <urn:dog> skos:prefLabel "hound"@en }')


def test_names_are_told_apart() -> None:
    assert not RESERVED & {"prefLabel", "source", "weight"}
    assert not TYPES.keys() & SHAPES.keys()
    assert TYPES["IS_DEFINED_BY"].endswith("isDefinedBy")
