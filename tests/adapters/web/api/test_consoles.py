"""Cypher over HTTP, and the examples for it."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from emograph.adapters.stores.oxigraph import open_store
from emograph.adapters.web.app import create_app
from emograph.adapters.web.service import Limits
from emograph.kg.graph import KnowledgeGraph


@pytest.fixture(scope="module")
def reader(knowledge: KnowledgeGraph) -> Iterator[TestClient]:
    with TestClient(create_app(knowledge, Limits(rows=100))) as client:
        yield client


def ask(client: TestClient, query: str, **parameters: object) -> Any:
    answer = client.post("/api/cypher", json={"query": query, "parameters": parameters})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_query_is_answered_with_parameters(reader: TestClient) -> None:
    query = "MATCH (c:Concept {prefLabel: $label}) RETURN c.iri AS iri ORDER BY iri"
    told = ask(reader, query, label="dog")
    assert told["columns"] == ["iri"]
    assert told["complete"] is True
    assert len(told["rows"]) == 2


def test_rows_beyond_the_limit_are_left_off(reader: TestClient) -> None:
    told = ask(reader, "MATCH (c:Concept) RETURN c.iri")
    assert (len(told["rows"]), told["complete"]) == (100, False)


def test_nodes_and_odd_numbers_are_json(reader: TestClient) -> None:
    told = ask(reader, "MATCH (e:Emotion) RETURN e, 0.0 / 0.0 AS none LIMIT 1")
    assert "Emotion" in told["rows"][0][0]["labels"]
    assert told["rows"][0][1] is None


@pytest.mark.parametrize(
    "query",
    [
        "CREATE (n:Concept) RETURN n",
        "MATCH (n) DETACH DELETE n",
        "MATCH (n) SET n.x = 1",
        "LOAD CSV FROM 'file:///etc/passwd' AS line RETURN line",
        "CALL dbms.listConfig()",
        "RETURN",
        "",
        "(" * 300,
        "RETURN " + "1 + " * 4000 + "1",
    ],
)
def test_what_is_no_reading_query_is_refused(reader: TestClient, query: str) -> None:
    answer = reader.post("/api/cypher", json={"query": query})
    assert answer.status_code == 400
    assert "passwd" not in answer.text or "LOAD" in answer.text


def test_a_query_has_its_time(knowledge: KnowledgeGraph) -> None:
    with TestClient(create_app(knowledge)) as client:
        ask(client, "RETURN 1 AS one")
    long = "MATCH (a:Concept), (b:Concept), (c:Concept) RETURN count(*) AS n"
    with TestClient(create_app(knowledge, Limits(seconds=1.0))) as client:
        for _ in range(8):  # the first ones wait for the graph to be made
            answer = client.post("/api/cypher", json={"query": long})
            assert answer.status_code == 503
        assert client.get("/health").status_code == 200


def test_a_change_of_the_store_is_seen() -> None:
    graph = KnowledgeGraph.load(open_store())
    with TestClient(create_app(graph, writable=True)) as client:
        query = "MATCH (c:Concept {prefLabel: 'zorblax'}) RETURN c.iri AS iri"
        assert ask(client, query)["rows"] == []
        added = 'INSERT DATA { GRAPH <urn:g> { <urn:z> a emo:Concept ; skos:prefLabel "zorblax" } }'
        client.post("/update", data={"update": added}).raise_for_status()
        assert ask(client, query)["rows"] == [["urn:z"]]


def test_every_example_has_an_answer(reader: TestClient) -> None:
    examples = reader.get("/api/examples").json()
    assert examples["retrieve"]
    for example in examples["cypher"]:
        assert ask(reader, example["query"])["rows"], example["title"]
    for example in examples["sparql"]:
        assert reader.get("/sparql", params={"query": example["query"]}).status_code == 200
