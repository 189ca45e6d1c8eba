"""Files that are there as a whole or not at all, whenever the process or the machine ends."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from emograph.errors import EmographError

_DRAFT = ".new"


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A draft to write; it takes the path's place once it is on disk.

    Raises EmographError where it cannot be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}{_DRAFT}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield draft
            with draft.open("rb+") as file:
                os.fsync(file.fileno())
            draft.replace(path)
            sync_folder(path.parent)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as problem:
        raise unwritable(path, problem) from problem


def sync_folder(folder: Path) -> None:
    """See to it that names of files in a folder are on disk, where the system can."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_drafts(path: Path) -> None:
    """Remove what processes that were killed left of a file."""
    for draft in path.parent.glob(f".{path.name}.*{_DRAFT}"):
        draft.unlink(missing_ok=True)


def unwritable(path: Path, problem: OSError) -> EmographError:
    """What is told where a file cannot be written."""
    return EmographError(
        f"{path} cannot be written ({problem.strerror or problem}).",
        "Name a place where you may write, on a disk with space.",
    )
