"""A small dataset served to a client, which talks to the application in this process."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from emograph.adapters.stores.oxigraph import open_store
from emograph.adapters.web.app import create_app
from emograph.adapters.web.service import Limits
from emograph.kg.graph import KnowledgeGraph

GRAPHS = {
    "http://example.org/one": b'<urn:a> <urn:p> "1"@en . <urn:a> <urn:q> <urn:b> .',
    "http://example.org/two": b'<urn:b> <urn:p> 2 . <urn:b> <urn:q> "x\\ty" .',
}

Serve = Callable[..., TestClient]


@pytest.fixture
def graph() -> KnowledgeGraph:
    store = open_store()
    for name, turtle in GRAPHS.items():
        store.load(turtle, name)
    return KnowledgeGraph(store)


@pytest.fixture
def serve(graph: KnowledgeGraph) -> Serve:
    """A client of the dataset, served with the limits and options that are given."""

    def serve(limits: Limits | None = None, **options: object) -> TestClient:
        return TestClient(create_app(graph, limits, **options))  # type: ignore[arg-type]

    return serve


@pytest.fixture
def client(serve: Serve) -> TestClient:
    return serve()


@pytest.fixture
def writer(serve: Serve) -> TestClient:
    return serve(writable=True)


@pytest.fixture(scope="session")
def cat(photos: Path) -> bytes:
    """The bytes of a photograph of a cat."""
    return (photos / "chelsea.png").read_bytes()


@pytest.fixture(scope="session")
def jpeg(photos: Path) -> bytes:
    """The bytes of a small JPEG."""
    buffer = BytesIO()
    Image.open(photos / "coffee.png").convert("RGB").resize((160, 120)).save(buffer, "JPEG")
    return buffer.getvalue()
