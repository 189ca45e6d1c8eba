"""The knowledge is looked through: nodes, concepts by name, packs, the tree."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from emograph.adapters.stores.oxigraph import open_store
from emograph.adapters.web.app import create_app
from emograph.kg import terms
from emograph.kg.graph import KnowledgeGraph
from emograph.kg.packs.locate import locate_pack
from emograph.kg.packs.pack import read_pack

AWE = terms.emotion("mikels", "awe")
DOG = terms.concept("object", "dog")


@pytest.fixture(scope="module")
def reader(knowledge: KnowledgeGraph) -> TestClient:
    return TestClient(create_app(knowledge))


@pytest.fixture(scope="module")
def packed() -> TestClient:
    """A client of a server with the disaster pack."""
    pack = read_pack(locate_pack("disaster"))
    graph = KnowledgeGraph.load(open_store(), packs={pack.name: pack.triples})
    return TestClient(create_app(graph))


def node(client: TestClient, iri: str) -> Any:
    answer = client.get("/api/node", params={"iri": iri})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_concept_is_told_with_what_it_goes_with(reader: TestClient) -> None:
    told = node(reader, DOG)
    assert (told["label"], told["types"], told["pack"]) == ("dog", ["concept"], None)
    assert told["definition"]
    assert told["source"]
    felt = [n for n in told["neighbours"] if n["relation"] == "goes with"]
    assert all(n["direction"] == "out" for n in felt)
    assert "observations in EmoSet" in felt[0]["note"]
    assert any(n["relation"] == "broader" and n["label"] == "dog" for n in told["neighbours"])


def test_an_emotion_is_told_by_its_strongest_concepts(reader: TestClient) -> None:
    told = node(reader, AWE)
    leading = [n for n in told["neighbours"] if n["relation"] == "goes with"]
    assert {n["direction"] for n in leading} == {"in"}
    assert 5 < len(leading) < 50
    assert told["left_off"] > 100


def test_every_neighbour_in_the_graph_can_be_walked_to(reader: TestClient) -> None:
    for neighbour in node(reader, DOG)["neighbours"]:
        if neighbour["iri"].startswith(terms.BASE):
            assert node(reader, neighbour["iri"])["label"] == neighbour["label"]


@pytest.mark.parametrize(
    ("iri", "status"),
    [("urn:nothing", 404), ("no iri", 400), ("", 422), ("_:b0", 400), ("x" * 3000, 422)],
)
def test_what_is_no_node_is_told(reader: TestClient, iri: str, status: int) -> None:
    answer = reader.get("/api/node", params={"iri": iri})
    assert answer.status_code == status
    assert answer.json().keys() == {"error", "todo"}


def test_concepts_are_found_by_name(reader: TestClient) -> None:
    found = reader.get("/api/concepts", params={"q": " DOG ", "limit": 5}).json()
    assert len(found) == 5
    assert found[0]["label"] == "dog"
    assert reader.get("/api/concepts?q=qwertyuiop").json() == []
    assert reader.get("/api/concepts?q=").json() == []
    assert reader.get("/api/concepts?q=a&limit=0").status_code == 422


def test_a_further_name_finds_too(reader: TestClient) -> None:
    found = reader.get("/api/concepts?q=Canis familiaris").json()
    assert found[0]["iri"] == terms.synset("02084071-n")


def test_packs_are_listed_whether_served_or_not(reader: TestClient, packed: TestClient) -> None:
    rows = {row["name"]: row for row in reader.get("/api/packs").json()}
    assert {"art", "disaster"} <= rows.keys()
    assert not rows["disaster"]["active"]
    served = {row["name"]: row for row in packed.get("/api/packs").json()}
    assert served["disaster"]["active"]
    assert served["disaster"] == {**rows["disaster"], "active": True}
    assert served["disaster"]["title"] == "Disasters"


def test_a_pack_says_what_is_its_own(packed: TestClient) -> None:
    found = packed.get("/api/concepts?q=severe damage").json()[0]
    assert found["pack"] == "disaster"
    assert node(packed, found["iri"])["pack"] == "disaster"
    roots = packed.get("/api/ontology").json()
    assert [row["label"] for row in roots if row["pack"] == "disaster"] == ["disasters"]


def test_the_tree_has_all_concepts(reader: TestClient, knowledge: KnowledgeGraph) -> None:
    roots = reader.get("/api/ontology").json()
    assert {row["kind"] for row in roots} == {"class", "scheme", "vocabulary"}
    counts = sum(row["count"] for row in roots if row["kind"] == "vocabulary")
    assert counts == len(knowledge.concepts())
    mikels = next(row for row in roots if row["label"] == "Mikels")
    emotions = reader.get("/api/ontology/children", params={"iri": mikels["iri"]}).json()
    assert mikels["count"] == len(emotions) == 8


def test_the_tree_is_walked_down(reader: TestClient) -> None:
    animal = next(
        row
        for row in reader.get("/api/concepts?q=dog&limit=50").json()
        if row["vocabulary"] == "wordnet"
    )
    below = reader.get("/api/ontology/children", params={"iri": animal["iri"]}).json()
    assert len(below) > 10
    assert [row["label"] for row in below] == sorted(row["label"] for row in below)
    part = reader.get(
        "/api/ontology/children", params={"iri": animal["iri"], "offset": 2, "limit": 3}
    ).json()
    assert part == below[2:5]
    answer = reader.get("/api/ontology/children?iri=urn:nothing")
    assert answer.status_code == 404


def test_lists_follow_the_store() -> None:
    client = TestClient(create_app(KnowledgeGraph.load(open_store()), writable=True))
    assert client.get("/api/concepts?q=zorblax").json() == []
    triples = '<urn:z> a emo:Concept ; skos:prefLabel "zorblax"'
    added = f"INSERT DATA {{ GRAPH <{terms.pack_graph('mine')}> {{ {triples} }} }}"
    client.post("/update", data={"update": added}).raise_for_status()
    assert client.get("/api/concepts?q=zorblax").json()[0]["pack"] == "mine"
