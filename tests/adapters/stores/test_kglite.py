"""The process behind embedded Cypher: when it starts, when it ends, and what becomes of faults."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from emograph.adapters.stores.kglite.graph import KgliteGraph
from emograph.adapters.stores.oxigraph import open_store
from emograph.errors import KnowledgeError
from emograph.kg.stores import GraphStore

_PARENT = """
import sys, time
from emograph.adapters.stores.kglite.graph import KgliteGraph
graph = KgliteGraph()
graph.cypher("RETURN 1")
print(graph._process.pid, flush=True)
if sys.argv[1] == "busy":
    graph.cypher("UNWIND range(1, 5000) AS a UNWIND range(1, 5000) AS b "
                 "UNWIND range(1, 5000) AS c RETURN sum(a * b * c)", seconds=60)
elif sys.argv[1] == "wait":
    time.sleep(60)
"""


@pytest.fixture
def store() -> Iterator[GraphStore]:
    with closing(open_store()) as store:
        store.load(b"<urn:dog> <urn:x:is> <urn:animal> ; <urn:x:legs> 4 .", "urn:g")
        yield store


@pytest.fixture
def graph(store: GraphStore) -> Iterator[KgliteGraph]:
    with KgliteGraph() as graph:
        graph.push(store)
        yield graph


def _pid(graph: KgliteGraph) -> int:
    assert graph._process is not None
    return graph._process.pid


def _is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and is not waited for yet does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8")
    except (FileNotFoundError, ProcessLookupError):  # the second where it ends while it is read
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def _ends(pid: int) -> bool:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if not _is_alive(pid):
            return True
        time.sleep(0.05)
    return False


def test_it_starts_with_the_first_query_and_ends_with_close(graph: KgliteGraph) -> None:
    assert graph._process is None
    assert graph.cypher("MATCH (n {iri: 'urn:dog'}) RETURN n.legs").rows == ((4,),)
    pid = _pid(graph)
    graph.close()
    assert _ends(pid)
    with pytest.raises(KnowledgeError, match="closed"):
        graph.cypher("RETURN 1")


def test_one_that_died_is_followed_by_another_with_the_same_in_it(graph: KgliteGraph) -> None:
    graph.cypher("RETURN 1")
    for kind in (signal.SIGKILL, signal.SIGTERM):
        os.kill(_pid(graph), kind)
        assert graph.cypher("MATCH (n) RETURN count(n)").rows == ((2,),)


def test_a_push_after_it_died_is_not_lost(graph: KgliteGraph, store: GraphStore) -> None:
    graph.cypher("RETURN 1")
    os.kill(_pid(graph), signal.SIGKILL)
    store.load(b"<urn:cat> <urn:x:is> <urn:animal> .", "urn:h")
    graph.push(store)
    assert graph.cypher("MATCH (n) RETURN count(n)").rows == ((3,),)


def test_a_graph_that_is_dropped_leaves_no_process(store: GraphStore) -> None:
    graph = KgliteGraph()
    graph.push(store)
    graph.cypher("RETURN 1")
    pid = _pid(graph)
    del graph
    assert _ends(pid)


@pytest.mark.parametrize("doing", ["wait", "busy", "leave"])
def test_it_never_outlives_its_parent(doing: str) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", _PARENT, doing], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    if doing != "leave":
        time.sleep(0.3)
        assert _is_alive(pid)
        parent.kill()
    parent.wait(30)
    parent.stdout.close()
    assert _ends(pid)


def test_several_threads_may_ask(graph: KgliteGraph) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(
            pool.map(lambda n: graph.cypher("RETURN $n AS n", {"n": n}).rows[0][0], range(40))
        )
    assert found == list(range(40))


def test_a_process_forked_from_its_own_has_another(graph: KgliteGraph) -> None:
    graph.cypher("RETURN 1")
    before = _pid(graph)
    child = os.fork()
    if child == 0:
        rows = graph.cypher("MATCH (n) RETURN count(n)").rows
        fine = rows == ((2,),) and _pid(graph) != before
        graph.close()
        os._exit(0 if fine else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert graph.cypher("MATCH (n) RETURN count(n)").rows == ((2,),)
    assert _pid(graph) == before


def test_what_cannot_be_sent_is_told(graph: KgliteGraph) -> None:
    for wrong in (object(), 2**70, {1, 2}):
        with pytest.raises(KnowledgeError, match="parameter"):
            graph.cypher("RETURN $x", {"x": wrong})
    assert graph.cypher("RETURN 1").rows == ((1,),)


def test_what_it_prints_harms_nothing(graph: KgliteGraph) -> None:
    for _ in range(200):  # each brings a warning of the engine
        graph.cypher("MATCH (n:Nowhere)-[:NOTHING]->(m) RETURN m.neither")
    assert graph.cypher("RETURN 1").rows == ((1,),)
