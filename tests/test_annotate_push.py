"""`emograph annotate --push`: what is kept, and what finds it, on a Neo4j server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from emograph.adapters.stores.bolt.graph import BoltGraph
from emograph.retrieving import open_index
from tests.adapters.stores.servers import Server, neo4j_server

pytestmark = [pytest.mark.slow, pytest.mark.weights]

Run = Callable[..., int | str | None]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with neo4j_server(tmp_path / "neo4j") as server:
        yield server


def test_what_is_kept_is_on_the_server_and_found_there(
    run: Run, photos: Path, tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    if server.password:
        monkeypatch.setenv("EMOGRAPH_NEO4J_PASSWORD", server.password)
    album = tmp_path / "album"
    album.mkdir()
    for name in ("chelsea.png", "rocket.jpg"):
        with Image.open(photos / name) as photo:
            photo.convert("RGB").resize((120, 100)).save(album / f"{name}.jpg")
    place = f"disk:{tmp_path / 'store'}"
    for _ in range(2):  # the second time nothing is new
        assert run("annotate", album, "--store", place, "--push", server.address) == 0
    with BoltGraph(server.uri, server.user, server.password) as graph:
        rows = graph.cypher("MATCH (e:Explanation) RETURN count(e) AS kept").rows
    assert rows == ((2,),)
    here, there = open_index(place), open_index(server.address)
    try:
        assert there.explanations() == here.explanations()
        assert len(there) == 2
    finally:
        here.close()
        there.close()
