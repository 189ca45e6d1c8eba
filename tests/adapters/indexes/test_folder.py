"""What an index in a folder does beyond the compliance suite: files, clusters, other processes."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from emograph.adapters.indexes.database import FILE
from emograph.adapters.indexes.folder import FolderIndex
from emograph.engine.retrieval.query import Hit, Near, Query, Thing
from emograph.errors import KnowledgeError
from tests.adapters.indexes.making import ENCODER, entry, fact, sha, shares, vector_of

MANY = 400


def near(seed: int) -> Query:
    return Query(near=(Near(vector_of(seed), ENCODER, (0.0, 0.25)),))


def names(hits: list[Hit]) -> list[str]:
    return [Path(hit.entry.source).stem for hit in hits]


def filled(folder: Path, exact: int) -> FolderIndex:
    index = FolderIndex(folder, writable=True, exact=exact)
    index.add(
        [
            entry(
                f"i{at}",
                shares(awe=at / (2 * MANY)),
                seed=at,
                cues=[fact("even" if at % 2 else "odd")],
            )
            for at in range(MANY)
        ]
    )
    return index


def test_clusters_find_what_comparing_all_finds(tmp_path: Path) -> None:
    few, many = filled(tmp_path / "few", 10**9), filled(tmp_path / "many", 50)
    queries = [
        near(7),
        Query(emotions={"mikels": {"awe": 1.0}}),
        Query(emotions={"mikels": {"awe": 1.0}}, near=near(9).near),
        Query(near=near(11).near, seen=(Thing("even", frozenset({"urn:even"})),)),
        Query(near=near(12).near, unseen=(Thing("even", frozenset({"urn:even"})),)),
        Query(shows=((Thing("odd", frozenset({"urn:odd"})), 1.0),), near=near(13).near),
    ]
    for query in queries:
        exact, found = few.search(query, 10), many.search(query, 10)
        assert names(found)[0] == names(exact)[0]
        assert len(set(names(found)) & set(names(exact))) >= 8
        assert found[0].score == pytest.approx(exact[0].score, abs=1e-3)
    few.close()
    many.close()


def test_clusters_are_read_again_with_what_came_after(tmp_path: Path) -> None:
    filled(tmp_path, 50).close()
    (written,) = tmp_path.glob("near-*.faiss")
    before = written.stat().st_mtime_ns
    index = FolderIndex(tmp_path, writable=True, exact=50)
    index.add([entry("new", seed=10_001)])
    index.remove([sha("i3")])
    assert names(index.search(near(10_001), 1)) == ["new"]
    assert "i3" not in names(index.search(near(3), 20))
    index.close()
    assert [p.stat().st_mtime_ns for p in tmp_path.glob("near-*.faiss")] == [before]
    reader = FolderIndex(tmp_path, exact=50)
    assert names(reader.search(near(10_001), 1)) == ["new"]
    assert "i3" not in names(reader.search(near(3), 20))
    reader.close()


@pytest.mark.parametrize("harm", ["cut", "gone", "empty"])
def test_clusters_that_are_harmed_are_made_anew(tmp_path: Path, harm: str) -> None:
    filled(tmp_path, 50).close()
    (written,) = tmp_path.glob("near-*.faiss")
    if harm == "gone":
        written.unlink()
    else:
        written.write_bytes(written.read_bytes()[:1000] if harm == "cut" else b"")
    index = FolderIndex(tmp_path, writable=True, exact=50)
    assert names(index.search(near(5), 1)) == ["i5"]
    index.close()


def test_a_reader_sees_what_a_writer_does(tmp_path: Path) -> None:
    writer = FolderIndex(tmp_path, writable=True)
    reader = FolderIndex(tmp_path)
    assert reader.search(Query()) == []
    writer.add([entry("a"), entry("b")])
    assert names(reader.search(Query())) == ["b", "a"]
    writer.remove([sha("a")])
    assert names(reader.search(Query())) == ["b"]
    writer.close()
    assert names(reader.search(Query())) == ["b"]
    reader.close()


def test_a_reader_changes_nothing(tmp_path: Path) -> None:
    FolderIndex(tmp_path, writable=True).close()
    reader = FolderIndex(tmp_path)
    with pytest.raises(KnowledgeError, match="open for reading"):
        reader.add([entry("a")])
    with pytest.raises(KnowledgeError, match="open for reading"):
        reader.remove([sha("a")])
    reader.close()


def test_a_closed_index_is_told(tmp_path: Path) -> None:
    index = FolderIndex(tmp_path, writable=True)
    index.close()
    with pytest.raises(KnowledgeError, match="closed"):
        index.search(Query())


def test_what_is_no_index_is_told(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"something else" * 1000)
    with pytest.raises(KnowledgeError, match="cannot be used"):
        FolderIndex(tmp_path, writable=True)


def test_an_index_of_a_newer_version_is_told(tmp_path: Path) -> None:
    import sqlite3

    FolderIndex(tmp_path, writable=True).close()
    with sqlite3.connect(tmp_path / FILE) as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(KnowledgeError, match="format 99"):
        FolderIndex(tmp_path)


def test_an_index_that_was_just_begun_is_empty(tmp_path: Path) -> None:
    (tmp_path / FILE).touch()
    assert FolderIndex(tmp_path).search(Query()) == []


def test_a_batch_that_fails_leaves_nothing(tmp_path: Path) -> None:
    index = FolderIndex(tmp_path, writable=True)
    broken = entry("b", vector=np.zeros(4, np.float32))
    object.__setattr__(broken, "explanation", None)
    with pytest.raises(KnowledgeError):
        index.add([entry("a"), broken])
    assert len(index) == 0
    index.add([entry("a")])
    assert len(index) == 1
    index.close()


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_folder_that_is_read_only_is_read(tmp_path: Path) -> None:
    filled(tmp_path, 10**9).close()
    tmp_path.chmod(0o500)
    try:
        assert names(FolderIndex(tmp_path).search(near(5), 1)) == ["i5"]
    finally:
        tmp_path.chmod(0o700)
