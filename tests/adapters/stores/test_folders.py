"""Stores on disk: one writer, readers beside it, copies, and folders that are none."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pyoxigraph as ox
import pytest

from emograph.adapters.stores.migrations import FORMAT
from emograph.adapters.stores.oxigraph import open_store
from emograph.errors import KnowledgeError
from emograph.kg.stores import GraphStore, StaleStoreError

GRAPH = "urn:graph"


def triples(*values: object) -> list[ox.Triple]:
    return [
        ox.Triple(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), ox.Literal(str(value)))
        for value in values
    ]


def values(store: GraphStore, graph: str = GRAPH) -> set[object]:
    return {value for _, value in store.pairs("urn:p", graph)}


@pytest.fixture
def place(tmp_path: Path) -> str:
    return f"disk:{tmp_path / 'deep' / 'store'}"


def test_what_is_written_is_there_when_opened_again(place: str) -> None:
    store = open_store(place)
    store.load(b"<urn:s> <urn:p> 'loaded' .", "urn:loaded")
    store.replace({GRAPH: triples(1, 2)})
    store.update("INSERT DATA { GRAPH <urn:graph> { <urn:s> <urn:p> '3' } }", {})
    store.close()
    store = open_store(place)
    assert values(store) == {"1", "2", "3"}
    assert store.graphs() == (GRAPH, "urn:loaded")
    store.close()


def test_a_folder_has_one_writer(place: str) -> None:
    store = open_store(place)
    with pytest.raises(KnowledgeError, match="in this process already"):
        open_store(place)
    store.close()
    open_store(place).close()


def test_a_writer_in_another_process_is_told_of(place: str) -> None:
    script = (
        "import sys; from emograph.adapters.stores.oxigraph import open_store;"
        "store = open_store(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, place], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"
        with pytest.raises(KnowledgeError, match="in use by another process") as caught:
            open_store(place)
        assert "reading" in caught.value.todo
        open_store(place, read_only=True).close()
        other.kill()
    open_store(place).close()


def test_closing_lets_go_though_rows_are_still_being_read(place: str) -> None:
    store = open_store(place)
    store.replace({GRAPH: triples(*range(100))})
    pairs, quads = store.pairs("urn:p"), store.quads()
    rows = store.query("SELECT * { ?s ?p ?o }", {}).rows
    for reader in (pairs, quads, rows):
        next(iter(reader))
    store.close()
    open_store(place).close()
    assert [list(reader) for reader in (pairs, quads, rows)] == [[], [], []]
    with pytest.raises(KnowledgeError, match="closed"):
        store.graphs()


def test_a_reader_sees_the_moment_at_which_it_was_opened(place: str) -> None:
    writer = open_store(place)
    writer.replace({GRAPH: triples("old"), "urn:gone": triples("gone")})
    reader = open_store(place, read_only=True)
    writer.replace({GRAPH: triples("new"), "urn:gone": ()})
    assert values(reader) == {"old"}
    assert values(reader, "urn:gone") == {"gone"}
    later = open_store(place, read_only=True)
    assert values(later) == {"new"}
    assert later.graphs() == (GRAPH,)
    writer.close()
    assert values(reader) == {"old"}


def test_a_reader_keeps_what_the_writer_compacts_away(tmp_path: Path) -> None:
    place = f"disk:{tmp_path / 'store'}"
    writer = open_store(place)
    writer.replace({GRAPH: triples(*range(2_000))})
    reader = open_store(place, read_only=True)
    writer.replace({GRAPH: ()})
    writer.close()
    raw = ox.Store(str(tmp_path / "store" / "data"))
    raw.flush()
    raw.optimize()
    assert len(values(reader)) == 2_000


def test_what_is_open_for_reading_cannot_be_changed(place: str) -> None:
    open_store(place).close()
    for store in (open_store(place, read_only=True), open_store("memory", read_only=True)):
        assert not store.writable
        with pytest.raises(KnowledgeError, match="open for reading"):
            store.load(b"", GRAPH)
        with pytest.raises(KnowledgeError, match="open for reading"):
            store.replace({GRAPH: triples(1)})
        with pytest.raises(KnowledgeError, match="open for reading"):
            store.update("DROP ALL", {})


@pytest.mark.parametrize("read_only", [False, True])
def test_a_folder_that_is_no_store_is_left_alone(tmp_path: Path, read_only: bool) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(KnowledgeError, match="no store"):
        open_store(f"disk:{tmp_path}", read_only)
    with pytest.raises(KnowledgeError, match=r"no store|cannot be opened"):
        open_store(f"disk:{tmp_path / 'letter.txt'}", read_only)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_missing_folder_is_not_made_by_reading(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="There is no store"):
        open_store(f"disk:{tmp_path / 'none'}", read_only=True)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("place", ["", "disk", "disk:", "oracle:x", "/some/folder"])
def test_a_place_that_is_none_is_told(place: str) -> None:
    with pytest.raises(KnowledgeError, match="There is no store"):
        open_store(place)


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize(
    ("text", "what"),
    [
        (json.dumps({"format": FORMAT + 1}), f"has the format {FORMAT + 1}; this version knows"),
        ("{}", "cannot be read"),
        ("[1]", "cannot be read"),
        ("", "cannot be read"),
        ('{"format": "two"}', "no number"),
        ('{"format": 0}', "no number"),
    ],
)
def test_a_format_that_is_not_known_is_told(
    tmp_path: Path, text: str, what: str, read_only: bool
) -> None:
    open_store(f"disk:{tmp_path}").close()
    (tmp_path / "store.json").write_text(text)
    with pytest.raises(KnowledgeError, match=what):
        open_store(f"disk:{tmp_path}", read_only)


def test_damaged_data_is_told(tmp_path: Path) -> None:
    open_store(f"disk:{tmp_path}").close()
    (tmp_path / "data" / "CURRENT").write_text("nonsense")
    for read_only in (False, True):
        with pytest.raises(KnowledgeError, match="cannot be opened"):
            open_store(f"disk:{tmp_path}", read_only)


def test_a_store_that_was_only_begun_is_finished_by_the_next_writer(tmp_path: Path) -> None:
    (tmp_path / "store.json").write_text(json.dumps({"format": FORMAT}))
    with pytest.raises(KnowledgeError, match="There is no store"):
        open_store(f"disk:{tmp_path}", read_only=True)
    store = open_store(f"disk:{tmp_path}")
    store.replace({GRAPH: triples(1)})
    store.close()


@pytest.mark.parametrize("source", ["writer", "reader", "memory"])
def test_a_backup_is_a_store_of_its_own(tmp_path: Path, source: str) -> None:
    place = "memory" if source == "memory" else f"disk:{tmp_path / 'store'}"
    writer = open_store(place)
    writer.replace({GRAPH: triples(1, 2)})
    store = open_store(place, read_only=True) if source == "reader" else writer
    store.backup(tmp_path / "copies" / "first")
    writer.replace({GRAPH: triples(3)})
    writer.close()
    copy = open_store(f"disk:{tmp_path / 'copies' / 'first'}")
    assert values(copy) == {"1", "2"}
    copy.replace({GRAPH: triples(4)})
    copy.close()
    assert [path.name for path in (tmp_path / "copies").iterdir()] == ["first"]


def test_a_backup_overwrites_nothing(tmp_path: Path, place: str) -> None:
    store = open_store(place)
    with pytest.raises(KnowledgeError, match="there already"):
        store.backup(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(KnowledgeError, match="cannot be written"):
        store.backup(tmp_path / "file" / "copy")
    store.close()


def test_an_older_format_is_to_be_opened_for_writing_once(tmp_path: Path) -> None:
    open_store(f"disk:{tmp_path}").close()
    (tmp_path / "store.json").write_text('{"format": 1}')
    with pytest.raises(StaleStoreError, match="has the format 1") as caught:
        open_store(f"disk:{tmp_path}", read_only=True)
    assert "emograph store upgrade" in caught.value.todo


def test_rows_are_read_from_the_moment_they_were_asked_for(place: str) -> None:
    store = open_store(place)
    store.replace({GRAPH: triples(*range(50))})
    rows = store.pairs("urn:p")
    first = list(islice(rows, 10))
    store.replace({GRAPH: ()})
    assert len(first) + len(list(rows)) == 50
    store.close()
