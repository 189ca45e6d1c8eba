"""The truth of an index on disk: every entry in an SQLite file, each change one transaction."""

from __future__ import annotations

import json
import sqlite3
import threading
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from emograph.adapters.indexes.database import open_database
from emograph.adapters.indexes.terms import shown_terms
from emograph.engine.retrieval.entry import Entry, Fact
from emograph.errors import KnowledgeError

_AT_ONCE = 500
_TABLES = ("entries", "details", "vectors", "thumbnails")


class Ledger:
    """The entries of an index in a folder, or in memory where it is None.

    One process writes at a time and others wait for it; any number read beside it. Raises
    `KnowledgeError` where the file cannot be read or written, or has a newer format.
    """

    def __init__(self, folder: Path | None, *, writable: bool) -> None:
        self.writable = writable
        self._where = folder or "memory"
        self._lock = threading.RLock()
        self._own_changes = 0
        with self._faults():
            if folder is not None and writable:
                folder.mkdir(parents=True, exist_ok=True)
            self._database = open_database(folder, writable)

    def change(self) -> tuple[int, int]:
        """Two numbers that differ after any change, whoever made it."""
        with self._faults():
            (others,) = self._database.execute("PRAGMA data_version").fetchone()
        return int(others), self._own_changes

    def add(self, entries: Sequence[Entry]) -> None:
        """Add entries in one transaction, in the place of those of the same image and scheme."""
        with self._writing():
            for entry in entries:
                self._remove(
                    "sha256 = ? AND scheme IN (SELECT id FROM schemes WHERE name = ?)",
                    (entry.sha256, entry.scheme),
                )
                self._insert(entry)

    def remove(self, sha256s: Sequence[str]) -> int:
        """Remove images in one transaction; how many entries that were."""
        with self._writing():
            return sum(self._remove("sha256 = ?", (sha256,)) for sha256 in sha256s)

    def count(self) -> int:
        """How many entries there are."""
        return int(self._all("SELECT COUNT(*) FROM entries")[0][0])

    def newest(self, offset: int, limit: int) -> list[int]:
        """Numbers of entries, the newest first."""
        rows = self._all(
            "SELECT id FROM entries ORDER BY id DESC LIMIT ? OFFSET ?", (limit, offset)
        )
        return [number for (number,) in rows]

    def find(self, sha256: str) -> int | None:
        """The number of the newest entry of an image."""
        rows = self._all("SELECT MAX(id) FROM entries WHERE sha256 = ?", (sha256,))
        return None if rows[0][0] is None else int(rows[0][0])

    def explanations(self) -> frozenset[str]:
        """The IRIs of all explanations that have an entry."""
        return frozenset(iri for (iri,) in self._all("SELECT explanation FROM details"))

    def read(self, numbers: Sequence[int]) -> dict[int, Entry]:
        """The entries of these numbers, as far as they are still there."""
        found = {}
        for some in _portions(numbers):
            rows = self._all(
                "SELECT e.id, e.sha256, s.name, s.labels, e.emotions, e.valence, e.arousal,"  # noqa: S608
                " d.explanation, d.source, d.cues, v.vector, c.name, t.jpeg FROM entries e"
                " JOIN schemes s ON s.id = e.scheme JOIN details d ON d.entry = e.id"
                " JOIN vectors v ON v.entry = e.id JOIN encoders c ON c.id = v.encoder"
                f" LEFT JOIN thumbnails t ON t.entry = e.id WHERE e.id IN ({_marks(some)})",
                some,
            )
            found.update({row[0]: _entry(row[1:]) for row in rows})
        return found

    def schemes(self) -> dict[int, tuple[str, tuple[str, ...]]]:
        """The schemes of the entries: name and labels by number."""
        rows = self._all("SELECT id, name, labels FROM schemes")
        return {number: (name, tuple(json.loads(labels))) for number, name, labels in rows}

    def encoders(self) -> dict[int, tuple[str, int]]:
        """The encoders of the entries: name and width by number."""
        rows = self._all("SELECT id, name, width FROM encoders")
        return {number: (name, width) for number, name, width in rows}

    def terms(self) -> dict[str, int]:
        """The numbers of all concepts (IRIs) and words that entries show."""
        return dict(self._all("SELECT name, id FROM terms"))

    def felt_since(self, number: int) -> list[tuple[int, int, bytes]]:
        """Number, scheme and emotions (float32) of the entries after a number, in order."""
        return self._all(
            "SELECT id, scheme, emotions FROM entries WHERE id > ? ORDER BY id", (number,)
        )

    def removed_since(self, number: int) -> list[tuple[int, int]]:
        """Removals after a number: their own numbers, and those of the entries."""
        return self._all(
            "SELECT number, entry FROM removals WHERE number > ? ORDER BY number", (number,)
        )

    def count_vectors(self, encoder: int) -> int:
        """How many entries have a vector of an encoder."""
        return int(self._all("SELECT COUNT(*) FROM vectors WHERE encoder = ?", (encoder,))[0][0])

    def vectors_since(self, encoder: int, number: int) -> Iterator[tuple[list[int], np.ndarray]]:
        """Numbers and vectors (n, width) float16 of an encoder's entries, in order, in portions."""
        while True:
            rows = self._all(
                "SELECT entry, vector FROM vectors WHERE encoder = ? AND entry > ?"
                " ORDER BY entry LIMIT 20000",
                (encoder, number),
            )
            if not rows:
                return
            numbers = [row[0] for row in rows]
            joined = b"".join(row[1] for row in rows)
            yield numbers, np.frombuffer(joined, "<f2").reshape(len(rows), -1)
            number = numbers[-1]

    def vectors(self, numbers: Sequence[int]) -> dict[int, np.ndarray]:
        """Vectors (width,) float16 of entries, by number, as far as they are there."""
        found = {}
        for some in _portions(numbers):
            rows = self._all(
                f"SELECT entry, vector FROM vectors WHERE entry IN ({_marks(some)})",  # noqa: S608
                some,
            )
            found.update({number: np.frombuffer(blob, "<f2") for number, blob in rows})
        return found

    def shown(self, terms: Sequence[int]) -> np.ndarray:
        """Entry and confidence (0..255) of all entries that show one of the terms, (n, 2)."""
        rows: list[tuple[int, int]] = []
        for some in _portions(terms):
            rows += self._all(
                f"SELECT entry, confidence FROM shown WHERE term IN ({_marks(some)})",  # noqa: S608
                some,
            )
        # An array of tuples, of which there may be a hundred thousand, takes over twice as long.
        return np.fromiter(chain.from_iterable(rows), np.int64, 2 * len(rows)).reshape(-1, 2)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._database.close()  # the last writer moves the log into the file

    def _insert(self, entry: Entry) -> None:
        labels = tuple(entry.emotions)
        scheme = self._number("schemes", name=entry.scheme, labels=json.dumps(labels))
        encoder = self._number("encoders", name=entry.encoder, width=len(entry.vector))
        number = self._database.execute(
            "INSERT INTO entries (sha256, scheme, emotions, valence, arousal) VALUES (?,?,?,?,?)",
            (
                entry.sha256,
                scheme,
                np.array([entry.emotions[label] for label in labels], "<f4").tobytes(),
                entry.valence,
                entry.arousal,
            ),
        ).lastrowid
        self._database.execute(
            "INSERT INTO details VALUES (?,?,?,?)",
            (number, entry.explanation, entry.source, _packed(entry.cues)),
        )
        self._database.execute(
            "INSERT INTO vectors VALUES (?,?,?)",
            (number, encoder, np.asarray(entry.vector, "<f2").tobytes()),
        )
        if entry.thumbnail is not None:
            self._database.execute("INSERT INTO thumbnails VALUES (?,?)", (number, entry.thumbnail))
        self._database.executemany(
            "INSERT INTO shown VALUES (?,?,?)",
            [
                (self._number("terms", name=term), number, round(255 * min(confidence, 1.0)))
                for term, confidence in shown_terms(entry.cues).items()
            ],
        )

    def _number(self, table: str, **values: str | int) -> int:
        """The number of a row with these values, which is made where there is none."""
        names, marks = ", ".join(values), _marks(values)
        row = self._database.execute(
            f"SELECT id FROM {table} WHERE ({names}) = ({marks})",  # noqa: S608
            tuple(values.values()),
        ).fetchone()
        if row is not None:
            return int(row[0])
        made = self._database.execute(
            f"INSERT INTO {table} ({names}) VALUES ({marks})",  # noqa: S608
            tuple(values.values()),
        )
        return int(made.lastrowid or 0)

    def _remove(self, where: str, values: Sequence[str]) -> int:
        rows = self._database.execute(f"SELECT id FROM entries WHERE {where}", values).fetchall()  # noqa: S608
        for (number,) in rows:
            (cues,) = self._database.execute(
                "SELECT cues FROM details WHERE entry = ?", (number,)
            ).fetchone()
            self._database.executemany(
                "DELETE FROM shown WHERE entry = ?"
                " AND term = (SELECT id FROM terms WHERE name = ?)",
                [(number, term) for term in shown_terms(_unpacked(cues))],
            )
            for table in _TABLES:
                key = "id" if table == "entries" else "entry"
                self._database.execute(f"DELETE FROM {table} WHERE {key} = ?", (number,))  # noqa: S608
            self._database.execute("INSERT INTO removals (entry) VALUES (?)", (number,))
        return len(rows)

    def _all(self, sql: str, values: Sequence[object] = ()) -> list[Any]:
        with self._faults():
            return self._database.execute(sql, values).fetchall()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        if not self.writable:
            raise KnowledgeError(
                "The index is open for reading, so nothing in it can be changed.",
                "Open it for writing.",
            )
        with self._faults():
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")
            self._own_changes += 1

    @contextmanager
    def _faults(self) -> Iterator[None]:
        with self._lock:
            try:
                yield
            except sqlite3.ProgrammingError as problem:
                raise KnowledgeError("The index is closed.", "Open it again.") from problem
            except (sqlite3.Error, zlib.error, OSError) as problem:
                raise self._explained(problem) from problem

    def _explained(self, problem: Exception) -> KnowledgeError:
        if "locked" in str(problem):
            return KnowledgeError(
                f"The index {self._where} is being written by another process.",
                "Wait until that has ended.",
            )
        return KnowledgeError(
            f"The index {self._where} cannot be used ({problem}).",
            "See that it may be read and written and that the disk has space; where it is broken, "
            "remove it and annotate the images again.",
        )


def _packed(cues: Sequence[Fact]) -> bytes:
    rows = [(c.concept, c.label, c.kind, round(c.confidence, 4)) for c in cues]
    return zlib.compress(json.dumps(rows, separators=(",", ":")).encode())


def _unpacked(packed: bytes) -> tuple[Fact, ...]:
    return tuple(Fact(*row) for row in json.loads(zlib.decompress(packed)))


def _entry(row: Sequence[Any]) -> Entry:
    sha256, scheme, labels, felt, valence, arousal, iri, source, cues, vector, encoder, jpeg = row
    numbers = np.frombuffer(felt, "<f4").tolist()
    return Entry(
        explanation=iri,
        source=source,
        sha256=sha256,
        scheme=scheme,
        emotions=dict(zip(json.loads(labels), numbers, strict=True)),
        valence=valence,
        arousal=arousal,
        vector=np.frombuffer(vector, "<f2").astype(np.float32),
        encoder=encoder,
        cues=_unpacked(cues),
        thumbnail=jpeg,
    )


def _marks(values: Iterable[object]) -> str:
    return ",".join("?" for _ in values)


def _portions(values: Sequence[int]) -> Iterator[Sequence[int]]:
    return (values[at : at + _AT_ONCE] for at in range(0, len(values), _AT_ONCE))
