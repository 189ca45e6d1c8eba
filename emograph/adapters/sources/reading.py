"""Reads images from where they lie."""

from __future__ import annotations

import zlib
from contextlib import ExitStack
from typing import IO

from emograph.adapters.sources.places import is_address, reach, unreadable
from emograph.adapters.sources.shards import open_shard
from emograph.engine.annotation.units import Item
from emograph.engine.images import MAX_BYTES
from emograph.errors import EmographError, ImageError


class PlaceReader:
    """A `Reader` of local files, addresses and members of shards.

    It keeps the shard open that it read last: of one that is packed, what was read is not read
    again as long as members are asked for in their order.
    """

    def __init__(self) -> None:
        self._shard: tuple[str, IO[bytes]] | None = None
        self._opened = ExitStack()

    def fetch(self, item: Item) -> str | bytes:
        """The path of a local file, the bytes of any other; raises ImageError where it cannot."""
        if item.offset is None and not is_address(item.place):
            return item.place
        if (item.size or 0) > MAX_BYTES:
            raise _too_big(item)
        try:
            return self._bytes(item)
        except EmographError as error:
            raise ImageError(error.what, error.todo) from error

    def close(self) -> None:
        """Close the shard that is open, if one is."""
        self._shard = None
        self._opened.close()

    def _bytes(self, item: Item) -> bytes:
        if item.offset is None:
            system, path = reach(item.place)
            try:
                with system.open(path, "rb") as file:
                    data: bytes = file.read(MAX_BYTES + 1)
            except Exception as problem:
                raise unreadable(item.name, problem) from problem
            if len(data) > MAX_BYTES:
                raise _too_big(item)
            return data
        file = self._open(item.place)
        try:
            file.seek(item.offset)
            return file.read(item.size or 0)
        except (OSError, EOFError, zlib.error) as problem:
            self.close()
            raise unreadable(item.name, problem) from problem

    def _open(self, place: str) -> IO[bytes]:
        if self._shard is None or self._shard[0] != place:
            self.close()
            self._shard = (place, self._opened.enter_context(open_shard(place)))
        return self._shard[1]


def _too_big(item: Item) -> ImageError:
    return ImageError(
        f"The file {item.name} is larger than {MAX_BYTES // 1_000_000} MB.",
        "Save it smaller, as a JPEG.",
    )
