"""The SQLite file of an index: its tables, its format, and how it is opened."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from emograph.errors import KnowledgeError

FILE = "entries.sqlite"
FORMAT = 1

_WAIT_SECONDS = 60.0
_SCHEMA = """
CREATE TABLE schemes (id INTEGER PRIMARY KEY, name TEXT NOT NULL, labels TEXT NOT NULL,
  UNIQUE (name, labels));
CREATE TABLE encoders (id INTEGER PRIMARY KEY, name TEXT NOT NULL, width INTEGER NOT NULL,
  UNIQUE (name, width));
CREATE TABLE terms (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
-- Numbers are never given again, so what is derived of an entry stays true as long as it is there.
CREATE TABLE entries (id INTEGER PRIMARY KEY AUTOINCREMENT, sha256 TEXT NOT NULL,
  scheme INTEGER NOT NULL, emotions BLOB NOT NULL, valence REAL NOT NULL, arousal REAL NOT NULL,
  UNIQUE (sha256, scheme));
CREATE TABLE details (entry INTEGER PRIMARY KEY, explanation TEXT NOT NULL, source TEXT NOT NULL,
  cues BLOB NOT NULL);
CREATE TABLE vectors (entry INTEGER PRIMARY KEY, encoder INTEGER NOT NULL, vector BLOB NOT NULL);
CREATE INDEX vectors_of ON vectors (encoder);
CREATE TABLE thumbnails (entry INTEGER PRIMARY KEY, jpeg BLOB NOT NULL);
CREATE TABLE shown (term INTEGER NOT NULL, entry INTEGER NOT NULL, confidence INTEGER NOT NULL,
  PRIMARY KEY (term, entry)) WITHOUT ROWID;
CREATE TABLE removals (number INTEGER PRIMARY KEY AUTOINCREMENT, entry INTEGER NOT NULL);
"""


def open_database(folder: Path | None, writable: bool) -> sqlite3.Connection:
    """The database of a folder, with its tables; an empty one in memory where it is None.

    To be read, one that its maker has not come to write anything to is empty, too. Raises
    `KnowledgeError` where its format is newer, and `sqlite3.Error` where it cannot be opened.
    """
    database = _connect(folder, writable)
    (found,) = database.execute("PRAGMA user_version").fetchone()
    if found > FORMAT:
        raise KnowledgeError(
            f"The index {folder} has the format {found}; this version reads {FORMAT}.",
            "Update emograph.",
        )
    if found == FORMAT:
        return database
    if folder is not None and not writable:
        return open_database(None, writable=True)
    database.execute("BEGIN IMMEDIATE")
    # Another process may have made them meanwhile.
    if database.execute("PRAGMA user_version").fetchone() == (0,):
        for statement in _SCHEMA.split(";\n"):
            database.execute(statement)
        database.execute(f"PRAGMA user_version = {FORMAT}")
    database.execute("COMMIT")
    return database


def _connect(folder: Path | None, writable: bool) -> sqlite3.Connection:
    if folder is None:
        name = ":memory:"
    else:
        # On a disk that is read-only nobody writes, and SQLite could make no lock there.
        mode = "rwc" if writable else "ro"
        still = "" if os.access(folder, os.W_OK) else "&immutable=1"
        name = f"{(folder / FILE).absolute().as_uri()}?mode={mode}{still}"
    database = sqlite3.connect(
        name, uri=True, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False
    )
    if writable:
        database.execute("PRAGMA journal_mode = WAL")
        # Written through to the disk at each commit: a power cut loses nothing either.
        database.execute("PRAGMA synchronous = FULL")
    return database
