"""Runs the compliance suite on every backend.

What is stored in memory or on disk is asked through kglite, so ``kglite`` stands for what is its
own: its process, which is killed after every push.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest

from emograph.adapters.stores.bolt.graph import BoltGraph
from emograph.adapters.stores.kglite.graph import KgliteGraph
from emograph.adapters.stores.oxigraph import open_store
from emograph.kg import terms
from emograph.kg.graph import KnowledgeGraph
from emograph.kg.property_graphs import Changes, PropertyGraph
from emograph.kg.provenance import explanation_iri, explanation_triples
from emograph.kg.stores import GraphStore
from tests.adapters.stores.compliance import ANIMALS, FEELINGS, Backend, ComplianceTester
from tests.adapters.stores.servers import Server, arcadedb_server, neo4j_server
from tests.kg.observed import documents


@contextmanager
def _memory(folder: Path) -> Iterator[Backend]:  # noqa: ARG001, every opener is given one
    with closing(open_store()) as store, closing(KgliteGraph()) as graph:
        yield Backend(graph, store)


@contextmanager
def _disk(folder: Path) -> Iterator[Backend]:
    with closing(open_store(f"disk:{folder / 'store'}")) as store, KgliteGraph() as graph:
        yield Backend(graph, store)


class _Killed(KgliteGraph):
    """An embedded engine whose process is killed after every push."""

    def push(self, store: GraphStore) -> Changes:
        changes = super().push(store)
        list(self.cypher("RETURN 1").rows)
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGKILL)
        return changes


@contextmanager
def _killed(folder: Path) -> Iterator[Backend]:  # noqa: ARG001
    with closing(open_store()) as store, closing(_Killed()) as graph:
        yield Backend(graph, store)


@contextmanager
def _neo4j(folder: Path) -> Iterator[Backend]:
    with neo4j_server(folder / "neo4j") as server, _pushed_to(server) as backend:
        yield backend


@contextmanager
def _arcadedb(folder: Path) -> Iterator[Backend]:
    with arcadedb_server(folder / "arcadedb") as server, _pushed_to(server) as backend:
        yield backend


@contextmanager
def _pushed_to(server: Server) -> Iterator[Backend]:
    with BoltGraph(server.address, server.user, server.password) as graph:
        yield Backend(graph, open_store())
        if os.environ.get("EMOGRAPH_TEST_NEO4J_URI"):
            graph.push(open_store())  # a server that stays is left as empty as it was


Opener = Callable[[Path], AbstractContextManager[Backend]]

OPENERS: Mapping[str, Opener] = {
    "memory": _memory,
    "disk": _disk,
    "kglite": _killed,
    "ArcadeDB": _arcadedb,
    "Neo4j": _neo4j,
}
"""Opens an empty backend, given a folder of its own; one entry for each that is to comply."""


@pytest.fixture(scope="module", params=list(OPENERS))
def opened(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Backend]:
    with OPENERS[request.param](tmp_path_factory.mktemp("backend")) as backend:
        yield backend


def _clear(backend: Backend) -> None:
    backend.store.replace(dict.fromkeys(backend.store.graphs(), ()))
    backend.graph.push(backend.store)


@pytest.fixture
def backend(opened: Backend) -> Backend:
    """A backend with nothing in it."""
    _clear(opened)
    return opened


@pytest.fixture
def filled(opened: Backend) -> Backend:
    """A backend with the animals and the feelings, which a test must not change."""
    wanted = ("urn:animals", "urn:feelings")
    if opened.store.graphs() != wanted:
        _clear(opened)
        opened.push(animals=ANIMALS, feelings=FEELINGS)
    return opened


@pytest.fixture
def knowing(opened: Backend, observed: bool) -> Mapping[bool, PropertyGraph]:
    """The knowledge of the package, alone or with the explanations of `tests.kg.observed`."""
    if terms.graph("core") not in opened.store.graphs():
        _clear(opened)
        KnowledgeGraph.load(opened.store)
    opened.store.replace(
        {explanation_iri(d): explanation_triples(d) if observed else () for d in documents()}
    )
    opened.graph.push(opened.store)
    return {observed: opened.graph}


class TestCompliance(ComplianceTester):
    """The suite, once for each backend."""
