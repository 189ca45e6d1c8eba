"""The formats of stores on disk, and the steps from each to the next."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pyoxigraph as ox

from emograph.errors import KnowledgeError
from emograph.kg import terms
from emograph.kg.digests import DIGESTS, SHA256, UNKNOWN

FORMAT = 2
"""The format that this version writes.

1: named graphs. 2: with the digests of package files in a named graph of their own.
"""

_FILE = "store.json"


def read_format(folder: Path) -> int | None:
    """The format number of a store's folder, None where the folder says nothing of a store.

    Raises `KnowledgeError` where it is newer than this version knows, or no number.
    """
    try:
        number = json.loads((folder / _FILE).read_text("utf-8"))["format"]
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise KnowledgeError(
            f"{folder / _FILE} cannot be read ({problem!r}).",
            'It should be {"format": NUMBER}; restore it from a backup of the store.',
        ) from problem
    if type(number) is not int or number < 1:
        raise KnowledgeError(
            f"{folder / _FILE} has the format {number!r}, which is no number of a format.",
            "Restore it from a backup of the store.",
        )
    if number > FORMAT:
        raise KnowledgeError(
            f"The store {folder} has the format {number}; this version knows up to {FORMAT}.",
            "Install a newer emograph, or use another folder.",
        )
    return number


def write_format(folder: Path, number: int) -> None:
    """Set the format number in one step, so that a kill leaves the one before or this one."""
    draft = folder / f"{_FILE}.new"
    draft.write_text(json.dumps({"format": number}) + "\n", "utf-8")
    draft.replace(folder / _FILE)


def migrate(folder: Path, store: ox.Store) -> None:
    """Bring an older store, opened for writing, to the newest format, step by step.

    After a kill the step is made again: each is one transaction, and made twice it changes nothing.
    """
    number = read_format(folder)
    while number is not None and number < FORMAT:
        _STEPS[number](store)
        number += 1
        write_format(folder, number)


def _record_package_graphs(store: ox.Store) -> None:
    """1 → 2: the graphs of package files are recorded; which version they are, nobody knows."""
    package, packs = terms.graph(""), terms.pack_graph("")
    store.extend(
        ox.Quad(name, ox.NamedNode(SHA256), ox.Literal(UNKNOWN), ox.NamedNode(DIGESTS))
        for name in store.named_graphs()
        if isinstance(name, ox.NamedNode)
        and name.value.startswith(package)
        and not name.value.startswith(packs)
        and name.value != DIGESTS
    )


_STEPS: Mapping[int, Callable[[ox.Store], None]] = {1: _record_package_graphs}
