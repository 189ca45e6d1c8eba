"""Tar archives of images, which are read where they lie and never unpacked to disk.

An archive may come from anywhere. Names in it are names and lead nowhere; what it claims of itself
is bounded before it is believed.
"""

from __future__ import annotations

import gzip
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, cast

from emograph.adapters.sources.names import is_image, is_packed, shown
from emograph.adapters.sources.places import reach, unreadable
from emograph.engine.annotation.units import Fault, Item
from emograph.errors import EmographError

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem  # type: ignore[import-untyped]

_HEADER = 1 << 16
"""Longest header that is read, in bytes: longer names are none."""
_MEMBERS = 1_000_000
"""Images that one shard may hold."""
_SMALL = 1 << 30
"""Bytes that any packed shard may have unpacked."""
_RATIO = 50
"""How many bytes one packed byte may become beyond that; photographs hardly shrink."""
_BROKEN = (tarfile.TarError, EOFError, OSError, zlib.error, ValueError)


class _BombError(Exception):
    """A shard that claims more than is believed."""


def shard_items(place: str) -> Iterator[Item | Fault]:
    """The images of a shard in its order; where it is broken, those before and a fault."""
    try:
        with open_shard(place) as file:
            yield from _members(place, file, _limit(place))
    except EmographError as error:
        yield Fault(place, error.what, error.todo)


@contextmanager
def open_shard(place: str) -> Iterator[IO[bytes]]:
    """The unpacked bytes of a shard, to be read and sought forwards in."""
    system, path = reach(place)
    try:
        packed = system.open(path, "rb")
    except Exception as problem:
        raise unreadable(place, problem) from problem
    with packed:
        if is_packed(place):
            with gzip.GzipFile(fileobj=packed) as file:
                yield cast("IO[bytes]", file)
        else:
            yield packed


def _members(place: str, file: IO[bytes], limit: int | None) -> Iterator[Item | Fault]:
    headers = _Headers(file, limit)
    count = 0
    try:
        with tarfile.open(fileobj=cast("IO[bytes]", headers), mode="r:") as tar:
            for member in tar:
                tar.members = []  # type: ignore[attr-defined]  # they are not needed again
                if member.isreg() and not member.issparse() and is_image(member.name):
                    count += 1
                    if count > _MEMBERS:
                        raise _BombError
                    name = f"{place}/{shown(member.name)}"
                    yield Item(name, place, member.offset_data, member.size)
        headers.check_end()
    except _BombError:
        yield Fault(
            place,
            f"{shown(place)} claims to hold more than is believed of it after {count} images.",
            "Unpack and look through it yourself, if you trust whoever made it.",
        )
    except _BROKEN as problem:
        yield Fault(
            place,
            f"{shown(place)} is broken or cut short after {count} images ({problem}).",
            "Download or make it again.",
        )


def _limit(place: str) -> int | None:
    """How many bytes a packed shard may have unpacked; others end where their file does."""
    if not is_packed(place):
        return None
    system, path = reach(place)
    return _SMALL + _RATIO * int(_size(system, path) or 0)


def _size(system: AbstractFileSystem, path: str) -> int | None:
    try:
        return cast("int | None", system.size(path))
    except Exception:  # noqa: BLE001 - where it is not told, the bound is the smaller one
        return None


class _Headers:
    """The file that tarfile reads headers from: forwards only, and none beyond belief.

    Otherwise a size below zero would have it go round in circles, and a name of gigabytes fill the
    memory.
    """

    def __init__(self, file: IO[bytes], limit: int | None) -> None:
        self._file = file
        self._limit = limit
        self._at = 0
        self._last = b""

    def read(self, count: int) -> bytes:
        if not 0 <= count <= _HEADER:
            raise _BombError
        self._check(self._at + count)
        self._last = self._file.read(count)
        self._at += len(self._last)
        return self._last

    def seek(self, position: int) -> int:
        self._check(position)
        self._at = position
        return self._file.seek(position)

    def tell(self) -> int:
        return self._at

    def check_end(self) -> None:
        """Raise ReadError unless what was read last is empty or zeros, as at the end of a shard.

        tarfile itself takes a header that is none for the end.
        """
        if self._last.strip(b"\0") or len(self._last) % tarfile.BLOCKSIZE:
            raise tarfile.ReadError("bad header")

    def _check(self, position: int) -> None:
        if position < self._at or (self._limit is not None and position > self._limit):
            raise _BombError
