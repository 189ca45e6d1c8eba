"""The package's knowledge in a store that packs may be tried in, and small packs."""

from __future__ import annotations

from pathlib import Path

import pytest

from emograph.adapters.stores.oxigraph import open_store
from emograph.kg.graph import KnowledgeGraph
from emograph.kg.stores import GraphStore

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def knowledge() -> GraphStore:
    """The package's knowledge, to check packs against."""
    store = open_store()
    KnowledgeGraph.load(store)
    return store


@pytest.fixture(scope="session")
def good() -> Path:
    """A pack with every part and no fault."""
    return HERE / "good"


@pytest.fixture(scope="session")
def turtle(good: Path) -> str:
    """The Turtle of the good pack."""
    return (good / "pack.ttl").read_text("utf-8")
