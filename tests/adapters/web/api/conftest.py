"""The whole server in this process: the package's knowledge, the real engine, a gallery."""

from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient

from emograph.adapters.indexes.folder import FolderIndex
from emograph.adapters.stores.oxigraph import open_store
from emograph.adapters.web.app import create_app
from emograph.adapters.web.gallery import Gallery
from emograph.adapters.web.service import Limits
from emograph.config import load_settings
from emograph.engine.engine import Engine
from emograph.kg.graph import KnowledgeGraph
from emograph.retrieving import Retriever

Serve = Callable[..., TestClient]


@pytest.fixture(scope="session")
def knowledge() -> KnowledgeGraph:
    """The package's knowledge, which no test changes."""
    return KnowledgeGraph.load(open_store())


@pytest.fixture
def serve(engine: Engine) -> Iterator[Serve]:
    """A client of a server that explains, with the limits and options that are given."""
    opened: list[TestClient] = []

    def serve(
        limits: Limits | None = None, graph: KnowledgeGraph | None = None, **options: object
    ) -> TestClient:
        graph = graph or KnowledgeGraph.load(open_store())
        gallery = Gallery(
            graph.store,
            lambda: FolderIndex(None, writable=True),
            lambda index, engine: Retriever(index, load_settings(), engine),
        )
        given = {"load_engine": lambda: engine, "gallery": gallery, **options}
        client = TestClient(create_app(graph, limits, **given))  # type: ignore[arg-type]
        opened.append(client.__enter__())
        return client

    yield serve
    for client in opened:
        client.__exit__(None, None, None)


@pytest.fixture
def client(serve: Serve, knowledge: KnowledgeGraph) -> TestClient:
    """A client of a read-only server."""
    return serve(graph=knowledge)


@pytest.fixture
def writer(serve: Serve) -> TestClient:
    """A client of a server that may keep what it is sent."""
    return serve(writable=True)
