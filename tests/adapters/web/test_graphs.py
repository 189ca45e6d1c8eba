"""The reading part of the Graph Store HTTP Protocol."""

from collections.abc import Callable

import pyoxigraph as ox
import pytest
from fastapi.testclient import TestClient

from emograph.adapters.web.service import Limits
from emograph.kg.graph import KnowledgeGraph

ONE, TWO = "http://example.org/one", "http://example.org/two"


def triples(content: bytes, rdf_format: ox.RdfFormat = ox.RdfFormat.TURTLE) -> set[ox.Triple]:
    return {quad.triple for quad in ox.parse(content, rdf_format)}


@pytest.mark.parametrize(
    ("accept", "rdf_format"),
    [
        ("text/turtle", ox.RdfFormat.TURTLE),
        ("application/n-triples", ox.RdfFormat.N_TRIPLES),
        ("application/rdf+xml", ox.RdfFormat.RDF_XML),
        ("application/ld+json", ox.RdfFormat.JSON_LD),
    ],
)
def test_a_graph_is_read_whole(
    client: TestClient, graph: KnowledgeGraph, accept: str, rdf_format: ox.RdfFormat
) -> None:
    answer = client.get("/graphs", params={"graph": ONE}, headers={"Accept": accept})
    assert answer.headers["content-type"].startswith(accept)
    expected = {quad.triple for quad in graph.store.quads(ONE)}
    assert triples(answer.content, rdf_format) == expected


def test_the_default_graph_is_the_union(client: TestClient, graph: KnowledgeGraph) -> None:
    expected = {quad.triple for quad in graph.store.quads()}
    for address in ("/graphs?default", "/graphs?default="):
        assert triples(client.get(address).content) == expected


def test_head_tells_what_get_would(client: TestClient) -> None:
    got, told = (ask("/graphs", params={"graph": ONE}) for ask in (client.get, client.head))
    assert told.status_code == 200
    assert told.headers["content-length"] == got.headers["content-length"]
    assert client.head("/graphs", params={"graph": "urn:unknown"}).status_code == 404


def test_the_graphs_are_listed(client: TestClient) -> None:
    assert client.get("/graphs").json() == {"graphs": [ONE, TWO]}
    page = client.get("/graphs", headers={"Accept": "text/html"})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "?graph=http%3A%2F%2Fexample.org%2Fone" in page.text


def test_names_of_graphs_are_escaped_in_the_list(writer: TestClient) -> None:
    update = "INSERT DATA { GRAPH <urn:x?a=1&b='c'> { <urn:s> <urn:p> 1 } }"
    assert writer.post("/update", data={"update": update}).status_code == 204
    page = writer.get("/graphs", headers={"Accept": "text/html"}).text
    assert "a=1&amp;b=&#39;c&#39;" in page


@pytest.mark.parametrize("name", ["urn:unknown", "not an IRI", "", "urn:a> } DROP ALL #"])
def test_what_there_is_not_is_told(client: TestClient, name: str) -> None:
    assert client.get("/graphs", params={"graph": name}).status_code == 404


@pytest.mark.parametrize("query", [f"graph={ONE}&default", f"graph={ONE}&graph={TWO}", "other=1"])
def test_one_graph_is_named(client: TestClient, query: str) -> None:
    assert client.get(f"/graphs?{query}").status_code == 400


def test_a_graph_is_never_cut_short(serve: Callable[..., TestClient]) -> None:
    client = serve(Limits(rows=1))
    assert len(triples(client.get("/graphs", params={"graph": ONE}).content)) == 2
    client = serve(Limits(triples=1))
    answer = client.get("/graphs", params={"graph": ONE})
    assert answer.status_code == 503
    assert "over 1 triples" in answer.text


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
def test_graphs_are_only_read(writer: TestClient, method: str) -> None:
    answer = writer.request(method, "/graphs", params={"graph": ONE})
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
