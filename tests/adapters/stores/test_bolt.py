"""The Bolt adapter on real servers: signing in, pushing, searching, and a server that goes away."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from emograph.adapters.stores.bolt.connection import Connection
from emograph.adapters.stores.bolt.graph import BoltGraph
from emograph.adapters.stores.bolt.indexes import search_statement
from emograph.adapters.stores.oxigraph import OxigraphStore
from emograph.errors import KnowledgeError
from emograph.kg import terms
from tests.adapters.stores.servers import (
    Server,
    free_port,
    neo4j_process,
    neo4j_server,
)

_BROADER = terms.SKOS + "broader"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with neo4j_server(tmp_path_factory.mktemp("neo4j") / "open") as server:
        yield server


@pytest.fixture
def graph(server: Server) -> Iterator[BoltGraph]:
    with BoltGraph(server.uri, server.user, server.password) as graph:
        yield graph
        graph.push(OxigraphStore(ox.Store()))  # an empty store takes everything away again


def store_of(**graphs: str) -> OxigraphStore:
    store = OxigraphStore(ox.Store())
    head = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in terms.PREFIXES.items())
    for name, turtle in graphs.items():
        store.load((head + turtle).encode(), terms.graph(name))
    return store


def concept(name: str, *more: str) -> str:
    label = name.replace("_", " ")
    lines = [f'object:{name} a emo:Concept ; skos:prefLabel "{label}"@en', *more]
    return " ; ".join(lines) + " .\n"


def chain(length: int) -> str:
    """Concepts, each below the one before it."""
    return concept("c0") + "".join(
        concept(f"c{n}", f"skos:broader object:c{n - 1}") for n in range(1, length)
    )


def count(graph: BoltGraph, pattern: str) -> object:
    return graph.cypher(f"MATCH {pattern} RETURN count(*) AS n").rows[0][0]


def test_a_password_is_needed_where_the_server_asks_for_one(tmp_path: Path) -> None:
    process = neo4j_process(tmp_path / "closed", password="correct horse")
    process.start()
    try:
        with BoltGraph(process.server.uri, "neo4j", "correct horse") as graph:
            assert graph.push(store_of(a=concept("dog"))).nodes == 1
        for password in (None, "battery staple"):
            with pytest.raises(KnowledgeError, match="does not let the user in") as caught:
                BoltGraph(process.server.uri, "neo4j", password)
            assert "EMOGRAPH_NEO4J_PASSWORD" in caught.value.todo
    finally:
        process.stop(kill=True)


@pytest.mark.parametrize("scheme", ["bolt", "neo4j"])
def test_no_server_is_told_as_such_and_once(scheme: str) -> None:
    address = f"{scheme}://127.0.0.1:{free_port()}"
    done = subprocess.run(
        [sys.executable, "-c", "from emograph.cli import main; main()", "push", address],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith(f"There is no graph server at {address}")
    assert done.stderr.count("\n") == 2


@pytest.mark.parametrize("address", ["http://localhost", "neo4j://", "neo4j:///x", "dogs"])
def test_what_is_no_address_is_told(address: str) -> None:
    with pytest.raises(KnowledgeError, match="no address of a graph server"):
        BoltGraph(address)


def test_a_password_in_the_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(KnowledgeError) as caught:
        BoltGraph("neo4j://me:secret@localhost")
    assert "secret" not in str(caught.value)


def test_a_database_that_is_not_there_is_told(server: Server) -> None:
    with pytest.raises(KnowledgeError, match="no such database"):
        BoltGraph(f"{server.uri}/nowhere", server.user, server.password).push(store_of())


def test_indexes_come_with_the_first_push(graph: BoltGraph, server: Server) -> None:
    graph.push(store_of(a=concept("dog")))
    connection = Connection(server.uri, server.user, server.password)
    rows = connection.read("SHOW INDEXES YIELD name, state RETURN name, state")
    connection.close()
    states = {row["name"]: row["state"] for row in rows}
    for name in ("emograph_resource", "emograph_namedgraph", "emograph_words"):
        assert states[name] == "ONLINE"


def test_words_are_found_whatever_signs_are_among_them(graph: BoltGraph) -> None:
    graph.push(
        store_of(
            a=concept("dog", 'skos:definition "a pet that barks"@en', 'skos:altLabel "hound"@en')
            + concept("cat", 'skos:definition "a pet that purrs"@en')
        )
    )
    dog, cat = terms.concept("object", "dog"), terms.concept("object", "cat")
    assert [iri for iri, _ in graph.find_words("barks")] == [dog]
    assert [iri for iri, _ in graph.find_words('hound AND ( [ " ~*')] == [dog]
    assert {iri for iri, _ in graph.find_words("PET")} == {dog, cat}
    assert graph.find_words('*? "') == ()


def test_vectors_are_searched_in_the_server(graph: BoltGraph) -> None:
    graph.push(store_of(a=concept("dog") + concept("cat") + concept("sea")))
    dog, cat, sea = (terms.concept("object", name) for name in ("dog", "cat", "sea"))
    graph.push_vectors({dog: [1.0, 0.2, 0.0], cat: [0.8, 0.6, 0.0], sea: [0.0, 0.0, 1.0]})
    found = graph.nearest([1.0, 0.0, 0.0], 2)
    assert [iri for iri, _ in found] == [dog, cat]
    assert found[1][1] == pytest.approx(0.8, abs=0.01)
    with pytest.raises(KnowledgeError, match="have 3 numbers"):
        graph.nearest([1.0, 0.0], 1)
    graph.push_vectors({dog: [1.0, 0.0], sea: [0.0, 1.0]})  # another encoder
    assert graph.nearest([0.0, 1.0], 1)[0][0] == sea


def test_vectors_outlive_a_push_and_are_no_rdf(graph: BoltGraph) -> None:
    store = store_of(a=concept("dog"), b=concept("cat"))
    graph.push(store)
    dog = terms.concept("object", "dog")
    graph.push_vectors({dog: [1.0, 0.0]})
    store.load(f"<{dog}> <{terms.SKOS}note> 'good' .".encode(), terms.graph("c"))
    assert graph.push(store).nodes >= 1
    assert graph.nearest([1.0, 0.1], 1)[0][0] == dog
    assert set(graph.pull()) == set(store.quads())


def test_searching_without_vectors_says_how_to_get_them(graph: BoltGraph, server: Server) -> None:
    connection = Connection(server.uri, server.user, server.password)
    connection.define("DROP INDEX emograph_vectors IF EXISTS")
    connection.close()
    with pytest.raises(KnowledgeError, match="no vectors") as caught:
        graph.nearest([1.0], 1)
    assert "--vectors" in caught.value.todo


def test_newer_servers_are_asked_by_the_search_clause() -> None:
    assert "db.index.vector.queryNodes" in search_statement((5, 26, 31))
    assert "db.index.vector.queryNodes" in search_statement((2025, 12))
    assert "SEARCH node IN (VECTOR INDEX" in search_statement((2026, 1))


def test_what_others_keep_on_the_server_is_left_alone(graph: BoltGraph, server: Server) -> None:
    connection = Connection(server.uri, server.user, server.password)
    connection.write("CREATE (:Invoice {number: 7})-[:TO]->(:Customer {name: 'Ann'})")
    try:
        store = store_of(a=chain(5))
        graph.push(store)
        graph.push(store_of())
        assert count(graph, "(:Invoice)-[:TO]->(:Customer)") == 1
        assert count(graph, "(:Resource)") == 0
    finally:
        connection.write("MATCH (n) WHERE n:Invoice OR n:Customer DETACH DELETE n")
        connection.close()


def test_a_push_that_was_cut_off_is_made_up_for(graph: BoltGraph, server: Server) -> None:
    """Left as by a process that died: some of a graph is written, and its digest is not set."""
    store = store_of(a=chain(50))
    graph.push(store)
    connection = Connection(server.uri, server.user, server.password)
    connection.write("MATCH (g:NamedGraph) SET g.digest = ''")
    connection.write("MATCH (n:Resource)-[r:BROADER]->() WHERE n.iri ENDS WITH '7' DELETE r")
    connection.close()
    changes = graph.push(store)
    assert changes.relationships == 49
    assert set(graph.pull()) == set(store.quads())
    assert count(graph, "()-[:BROADER]->()") == 49


@pytest.mark.slow
def test_a_server_that_stops_and_starts_amid_a_push_ends_with_the_right_counts(
    tmp_path: Path,
) -> None:
    length = 6_000
    store = store_of(a=chain(length), b="".join(concept(f"d{n}") for n in range(500)))
    process = neo4j_process(tmp_path / "stopped")
    process.start()
    try:
        graph, watcher = BoltGraph(process.server.uri), BoltGraph(process.server.uri)
        done: list[object] = []

        def work() -> None:
            try:
                done.append(graph.push(store))
            except KnowledgeError as problem:
                done.append(problem)

        push = threading.Thread(target=work)
        push.start()
        while count(watcher, "(:Resource)") == 0:
            assert push.is_alive()
        watcher.close()
        process.stop(kill=True)
        assert push.is_alive(), f"the push did not wait for the server: {done}"
        process.start()
        push.join(180)
        assert done
        if isinstance(done[0], KnowledgeError):  # told, and then made up for by the next push
            graph.push(store)
        assert count(graph, "(:Concept)") == length + 500
        assert count(graph, "()-[:BROADER]->()") == length - 1
        assert count(graph, "()-[r]->() WHERE r.key IS NOT NULL") == length - 1
        assert set(graph.pull()) == set(store.quads())
        assert graph.push(store).skipped == 2
        graph.close()
    finally:
        process.stop(kill=True)
