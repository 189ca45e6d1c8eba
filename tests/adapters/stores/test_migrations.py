"""Stores of older formats become of the newest, and a kill in between does no harm."""

from __future__ import annotations

import json
from pathlib import Path

import pyoxigraph as ox
import pytest

from emograph.adapters.stores import migrations
from emograph.adapters.stores.migrations import FORMAT, read_format
from emograph.adapters.stores.oxigraph import open_store
from emograph.kg import terms
from emograph.kg.digests import DIGESTS, UNKNOWN, read_digests
from emograph.kg.graph import KnowledgeGraph

OBSERVATION = terms.BASE + "explanation/0123"


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """A store of format 1: the package's files and others as named graphs, and no digests."""
    data = ox.Store(str(tmp_path / "data"))
    for graph in (
        terms.graph("concepts"),
        terms.graph("outdated"),
        terms.pack_graph("mine"),
        OBSERVATION,
    ):
        data.bulk_load(
            b'<urn:old> <urn:says> "something" .', ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(graph)
        )
    (tmp_path / "store.json").write_text(json.dumps({"format": 1}))
    return tmp_path


def test_format_1_gets_records_of_the_package_graphs(first: Path) -> None:
    store = open_store(f"disk:{first}")
    assert read_format(first) == FORMAT
    assert read_digests(store) == {
        terms.graph("concepts"): UNKNOWN,
        terms.graph("outdated"): UNKNOWN,
    }
    store.close()


def test_the_package_is_renewed_and_all_else_kept(first: Path) -> None:
    file = first.parent / "concepts.ttl"
    file.write_text("<urn:new> <urn:says> 'more' .")
    graph = KnowledgeGraph.load(open_store(f"disk:{first}"), [file])
    kept = {terms.pack_graph("mine"), OBSERVATION, DIGESTS}
    assert set(graph.store.graphs()) == kept | {terms.graph("concepts")}
    assert list(graph.store.pairs("urn:says", terms.graph("concepts"))) == [("urn:new", "more")]
    assert list(graph.store.pairs("urn:says", OBSERVATION)) == [("urn:old", "something")]
    graph.close()
    KnowledgeGraph.load(open_store(f"disk:{first}", read_only=True), [file]).close()


@pytest.mark.parametrize("killed", ["before the step", "after the step"])
def test_a_kill_in_between_is_made_good(
    first: Path, monkeypatch: pytest.MonkeyPatch, killed: str
) -> None:
    step = migrations._STEPS[1]

    def stop(store: ox.Store) -> None:
        if killed == "after the step":
            step(store)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setitem(migrations._STEPS, 1, stop)
        with pytest.raises(KeyboardInterrupt):
            open_store(f"disk:{first}")
    assert read_format(first) == 1
    store = open_store(f"disk:{first}")
    assert read_format(first) == FORMAT
    assert len(read_digests(store)) == 2
    store.close()


def test_every_format_has_a_step_to_the_next() -> None:
    assert sorted(migrations._STEPS) == list(range(1, FORMAT))
