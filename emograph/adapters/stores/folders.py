"""The folder of a store on disk: its format in ``store.json``, its data in a RocksDB."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pyoxigraph as ox

from emograph.adapters.stores.migrations import FORMAT, migrate, read_format, write_format
from emograph.errors import KnowledgeError
from emograph.kg.stores import StaleStoreError

_DATA = "data"
_TRIES = 100
_PAUSE = 0.02  # seconds


def holds_store(folder: Path) -> bool:
    """Whether something is kept there; not in a folder that is missing, empty or just begun."""
    if (folder / "store.json").exists():
        return (folder / _DATA / "CURRENT").exists()
    return folder.exists() and (not folder.is_dir() or any(folder.iterdir()))


def open_for_writing(folder: Path) -> ox.Store:
    """The one writer of a folder; a missing or empty folder becomes a store, an older is migrated.

    Raises `KnowledgeError` where it is in use, no store, of a newer format or not writable.
    """
    try:
        if read_format(folder) is None:
            _begin(folder)
        store = ox.Store(str(folder / _DATA))
    except (OSError, RuntimeError) as problem:
        raise _explained(folder, problem) from problem
    # Read again: another process may have migrated it before this one held the lock.
    migrate(folder, store)
    return store


def open_for_reading(folder: Path) -> ox.Store:
    """A snapshot of a folder, which a writer beside it leaves as it is.

    Raises `KnowledgeError` where there is no store or one of a newer format, and `StaleStoreError`
    where the format is older.
    """
    number = read_format(folder)
    if number is None:
        raise _no_store(folder) if holds_store(folder) else _missing(folder)
    if number < FORMAT:
        raise StaleStoreError(
            f"The store {folder} has the format {number}; this version reads {FORMAT}."
        )
    if not holds_store(folder):
        raise _missing(folder)
    return _snapshot(folder)


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """Fill a new store's data, at the path that is given; the folder appears when all is there.

    Raises `KnowledgeError` where the folder is there already or cannot be written.
    """
    if folder.exists():
        raise KnowledgeError(f"{folder} is there already.", "Name a folder that is not.")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as draft:
            whole = Path(draft) / folder.name
            whole.mkdir()
            yield whole / _DATA
            write_format(whole, FORMAT)
            whole.rename(folder)
    except OSError as problem:
        raise KnowledgeError(
            f"The folder {folder} cannot be written ({problem}).",
            "Name one that you may write to, on a disk with space.",
        ) from problem


def _begin(folder: Path) -> None:
    if holds_store(folder):
        raise _no_store(folder)
    folder.mkdir(parents=True, exist_ok=True)
    write_format(folder, FORMAT)


def _snapshot(folder: Path) -> ox.Store:
    """Open the data while a writer may move it from its log into tables.

    A snapshot taken across such a move could lack a transaction; then it is taken again.
    """
    for _ in range(_TRIES):
        before = _files(folder / _DATA)
        try:
            store = ox.Store.read_only(str(folder / _DATA))
        except (OSError, RuntimeError) as problem:
            if _files(folder / _DATA) == before:
                raise _explained(folder, problem) from problem
        else:
            if _files(folder / _DATA) == before:
                return store
        time.sleep(_PAUSE)
    raise KnowledgeError(
        f"The store {folder} is being rewritten by another process.", "Try again in a while."
    )


def _files(data: Path) -> dict[str, int]:
    """What changes when RocksDB moves data: names of files, and how long its manifest is."""
    found = {}
    for path in data.iterdir():
        if path.name.startswith("MANIFEST"):
            with suppress(FileNotFoundError):
                found[path.name] = path.stat().st_size
        elif path.suffix in (".sst", ".log"):
            found[path.name] = 0
    return found


def _no_store(folder: Path) -> KnowledgeError:
    return KnowledgeError(
        f"{folder} is no store of emograph, and not empty.",
        "Name the folder of a store, or one that is empty or not there yet.",
    )


def _missing(folder: Path) -> KnowledgeError:
    return KnowledgeError(
        f"There is no store in {folder}.",
        "Name the folder of a store, or make one there with `emograph store upgrade`.",
    )


def _explained(folder: Path, problem: Exception) -> KnowledgeError:
    text = str(problem)
    if "lock hold by current process" in text:
        return KnowledgeError(
            f"The store {folder} is open for writing in this process already.",
            "Close it first, or open this one for reading.",
        )
    if "LOCK: " in text and "Permission denied" not in text:
        return KnowledgeError(
            f"The store {folder} is in use by another process, which writes to it.",
            "Wait until that has ended, or open it for reading.",
        )
    return KnowledgeError(
        f"The store {folder} cannot be opened ({text}).",
        "See that it may be read and written, or restore it from a backup.",
    )
