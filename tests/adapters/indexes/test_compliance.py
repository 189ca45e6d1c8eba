"""The compliance suite on every index that there is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from emograph.adapters.indexes.folder import FolderIndex
from emograph.adapters.indexes.server import ServerIndex
from emograph.engine.retrieval.index import ImageIndex
from tests.adapters.indexes.compliance import Compliance
from tests.adapters.stores.servers import Server, neo4j_server


class TestFolder(Compliance):
    @pytest.fixture
    def index(self, tmp_path: Path) -> Iterator[ImageIndex]:
        index = FolderIndex(tmp_path / "index", writable=True)
        yield index
        index.close()


class TestMemory(Compliance):
    @pytest.fixture
    def index(self) -> Iterator[ImageIndex]:
        index = FolderIndex(None, writable=True)
        yield index
        index.close()


@pytest.mark.slow
class TestServer(Compliance):
    @pytest.fixture(scope="class")
    def server(self, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
        with neo4j_server(tmp_path_factory.mktemp("neo4j") / "images") as server:
            yield server

    @pytest.fixture
    def index(self, server: Server) -> Iterator[ImageIndex]:
        index = ServerIndex(server.address, server.user, server.password, writable=True)
        yield index
        index.remove([entry.sha256 for entry in index.browse(0, 1000)])
        index.close()
