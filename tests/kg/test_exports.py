"""What is written to a file is what the graph holds."""

from __future__ import annotations

import json
from pathlib import Path

import networkx as nx  # type: ignore[import-untyped]
import pyoxigraph as ox
import pytest
from rdflib import Dataset

from emograph.adapters.stores.oxigraph import open_store
from emograph.errors import KnowledgeError
from emograph.kg import terms
from emograph.kg.exports import export
from emograph.kg.graph import KnowledgeGraph

TURTLE = """
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix object: <https://w3id.org/emograph/concept/object/> .
object:dog a skos:Concept, <urn:Thing> ; skos:prefLabel "dog"@en, "Hund"@de ;
  <urn:number> 1.0, 01, 1e0, true ; <urn:text> "a \\"quoted\\" line\\n", "x:y" ;
  skos:broader <https://w3id.org/emograph/concept/object///odd>, _:b . _:b <urn:is> _:b .
"""


@pytest.fixture
def small(tmp_path: Path) -> KnowledgeGraph:
    (tmp_path / "one.ttl").write_text(TURTLE)
    (tmp_path / "two.ttl").write_text("<urn:a> <urn:b> <urn:c> .")
    graph = KnowledgeGraph.load(open_store(), [tmp_path / "one.ttl", tmp_path / "two.ttl"])
    graph.store.load(b"<urn:seen> <urn:b> <urn:c> .", terms.BASE + "explanation/1")
    return graph


def canonical(quads: list[ox.Quad]) -> set[str]:
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad) for quad in dataset}


@pytest.mark.parametrize(
    ("suffix", "syntax"),
    [
        (".trig", ox.RdfFormat.TRIG),
        (".nq", ox.RdfFormat.N_QUADS),
        (".jsonld", ox.RdfFormat.JSON_LD),
    ],
)
def test_named_graphs_come_back_as_they_were(
    tmp_path: Path, small: KnowledgeGraph, suffix: str, syntax: ox.RdfFormat
) -> None:
    out = tmp_path / f"out{suffix}"
    export(small, out)
    knowledge = [q for name in ("one", "two") for q in small.store.quads(terms.graph(name))]
    assert canonical(list(ox.parse(out.read_bytes(), syntax))) == canonical(knowledge)


def test_turtle_is_all_triples_together(tmp_path: Path, small: KnowledgeGraph) -> None:
    export(small, tmp_path / "out.ttl", ["two"])
    assert [str(q) for q in ox.parse(path=tmp_path / "out.ttl")] == ["<urn:a> <urn:b> <urn:c>"]
    export(small, tmp_path / "out.ttl")
    assert "object:dog" in (tmp_path / "out.ttl").read_text()


def test_json_ld_has_prefixes_and_rdflib_reads_it(tmp_path: Path, small: KnowledgeGraph) -> None:
    out = tmp_path / "out.jsonld"
    export(small, out, ["one"])
    [graph] = json.loads(out.read_text())["@graph"]
    dog = next(node for node in graph["@graph"] if node["@id"] == "object:dog")
    assert set(dog["@type"]) == {"skos:Concept", "urn:Thing"}
    assert len(Dataset().parse(out, format="json-ld")) > 0


def test_graphs_may_be_named_by_their_iri(tmp_path: Path, small: KnowledgeGraph) -> None:
    export(small, tmp_path / "out.nq", [terms.BASE + "explanation/1"])
    assert "urn:seen" in (tmp_path / "out.nq").read_text()


def test_graphml_is_the_network(tmp_path: Path, graph: KnowledgeGraph) -> None:
    export(graph, tmp_path / "out.graphml")
    read, network = nx.read_graphml(tmp_path / "out.graphml"), graph.to_networkx()
    assert set(read) == set(network)
    assert read.number_of_edges() == network.number_of_edges()


@pytest.mark.parametrize(
    ("name", "graphs", "what"),
    [
        ("out.xyz", [], "not written as .xyz"),
        ("out", [], "without a suffix"),
        ("out.ttl", ["three"], "no named graph 'three'"),
        ("out.graphml", ["one"], "whole knowledge"),
        ("one.ttl/out.ttl", [], "cannot be written"),
    ],
)
def test_what_cannot_be_written_is_told(
    tmp_path: Path, small: KnowledgeGraph, name: str, graphs: list[str], what: str
) -> None:
    (tmp_path / "out.graphml").write_text("before")
    with pytest.raises(KnowledgeError, match=what):
        export(small, tmp_path / name, graphs)
    assert (tmp_path / "out.graphml").read_text() == "before"
