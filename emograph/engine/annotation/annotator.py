"""Explains a unit of images, so that what came of it can be sent, written and kept."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from emograph.engine.annotation.units import Fault, Item, Unit
from emograph.engine.engine import Engine, Failure
from emograph.engine.images import MAX_BYTES, Photo
from emograph.engine.retrieval.thumbnail import thumbnail
from emograph.errors import EmographError


@dataclass(frozen=True, eq=False, slots=True)
class Annotation:
    """An image that was explained: its document, its vector (t,) and perhaps a small copy."""

    document: Mapping[str, Any]
    vector: NDArray[np.float32] | None
    thumbnail: bytes | None = None


Result: TypeAlias = Annotation | Fault


@dataclass(frozen=True, slots=True)
class Origin:
    """What annotations were made with; where it differs, so may they."""

    scheme: str
    versions: Mapping[str, str]


class Reader(Protocol):
    """Fetches images from where they lie."""

    def fetch(self, item: Item) -> str | bytes:
        """The path of a local file, the bytes of any other; raises ImageError where it cannot."""
        ...


class Annotator:
    """An engine, and what reads its images; with `thumbnails` each annotation has one."""

    def __init__(self, engine: Engine, reader: Reader, *, thumbnails: bool = False) -> None:
        engine.reasoner()  # an unknown scheme is told before anything is read
        self._engine = engine
        self._reader = reader
        self._thumbnails = thumbnails
        self.origin = Origin(engine.scheme, engine.versions)

    def annotate(self, unit: Unit) -> list[Result]:
        """What came of each item of a unit, in their order."""
        opened = [self._open(item) for item in unit.items]
        photos = [photo for photo in opened if isinstance(photo, Photo)]
        explained = iter(self._engine.annotate(photos))
        return [self._annotation(next(explained)) if isinstance(o, Photo) else o for o in opened]

    def _annotation(self, result: Any) -> Result:
        if isinstance(result, Failure):
            return fault(result.source, result.error)
        small = thumbnail(result.photo) if self._thumbnails else None
        return Annotation(result.to_dict(), result.vector, small)

    def _open(self, item: Item) -> Photo | Fault:
        try:
            fetched = self._reader.fetch(item)
            return replace(self._engine.open(fetched, item.name), source=item.name)
        except EmographError as error:
            return fault(item.name, error)


def fault(source: str, error: EmographError) -> Fault:
    """An error as a fault of the source."""
    return Fault(source, error.what, error.todo)


def lost(name: str) -> Fault:
    """The fault of an image whose unit ended the process that explained it, each time."""
    return Fault(
        name,
        f"Each process that explained {name} ended, by it or by another image of its unit.",
        "See whether memory ran out; take fewer --workers, or leave out what is very large.",
    )


def sha256_of(item: Item, reader: Reader) -> str | None:
    """The sha256 of an image's bytes; None where they cannot be read."""
    try:
        fetched = reader.fetch(item)
        if isinstance(fetched, bytes):
            return hashlib.sha256(fetched).hexdigest()
        path = Path(fetched)
        if not path.is_file() or path.stat().st_size > MAX_BYTES:
            return None
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, EmographError):
        return None
