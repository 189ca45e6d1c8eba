"""The images to annotate, cut into units of work that are always the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass

UNIT = 16
"""How many images are seen together.

What is computed together agrees only to the last digits with what is computed alone, so a unit is
done again as a whole or not at all.
"""


@dataclass(frozen=True, slots=True)
class Item:
    """An image to annotate: `name` tells people and rows which, `place` tells where its bytes are.

    A place is a path or an address. A member of a shard lies in it at `offset`, counted in the
    unpacked shard; `size` is in bytes, None where it is not known without opening the file.
    """

    name: str
    place: str
    offset: int | None = None
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """Items that are seen together, with the number that their results are ordered by."""

    number: int
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """An image, or a source of images, of which nothing came; see `EmographError`."""

    source: str
    what: str
    todo: str

    def __str__(self) -> str:
        return f"{self.what} {self.todo}".rstrip()


@dataclass(frozen=True, slots=True)
class Listing:
    """The images of some sources, in order, and what of the sources could not be read."""

    items: tuple[Item, ...]
    faults: tuple[Fault, ...] = ()

    @property
    def digest(self) -> str:
        """A sha256 of names, places and sizes: the same for the same images in the same order."""
        digest = hashlib.sha256()
        for item in self.items:
            digest.update(json.dumps(astuple(item)).encode() + b"\n")
        return digest.hexdigest()


def units_of(items: Sequence[Item]) -> Iterator[Unit]:
    """Items in units of `UNIT`, numbered from 0.

    >>> [len(unit.items) for unit in units_of([Item("a", "a")] * 20)]
    [16, 4]
    """
    for number, start in enumerate(range(0, len(items), UNIT)):
        yield Unit(number, tuple(items[start : start + UNIT]))
