"""Finds the images of what a person names: folders, patterns, lists, shards, object stores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from emograph.adapters.sources.names import is_image, is_shard, is_table, shown
from emograph.adapters.sources.places import (
    exists,
    fixed_part,
    is_address,
    is_pattern,
    reach,
    unreadable,
)
from emograph.adapters.sources.shards import shard_items
from emograph.adapters.sources.tables import listed_items
from emograph.engine.annotation.units import Fault, Item, Listing
from emograph.errors import EmographError


def list_images(sources: Sequence[str]) -> Listing:
    """The images of sources, in the order of these and by name within each; each image once.

    A source is a folder for all image files below it, a pattern such as ``album/**/*.jpg``, a CSV
    list, a tar shard, or a file; as a local path, or an address that fsspec knows, such as
    ``s3://bucket/*.tar``. A source that cannot be read gives a fault and does not stop the others.
    """
    items: dict[tuple[str, int | None], Item] = {}
    faults = []
    for source in sources:
        try:
            for found in _found(source):
                if isinstance(found, Fault):
                    faults.append(found)
                else:
                    items.setdefault((found.place, found.offset), found)
        except EmographError as error:
            faults.append(Fault(shown(source), error.what, error.todo))
    return Listing(tuple(items.values()), tuple(faults))


def _found(source: str) -> Iterator[Item | Fault]:
    if is_pattern(source):
        yield from _matching(source)
    elif _is_folder(source):
        yield from _below(source)
    else:
        yield from _in_file(source)


def _in_file(place: str, size: int | None = None) -> Iterator[Item | Fault]:
    if is_table(place):
        yield from listed_items(place)
    elif is_shard(place):
        yield from shard_items(place if is_address(place) else str(Path(place).absolute()))
    else:
        yield _file(place, size)


def _file(place: str, size: int | None) -> Item:
    if is_address(place):
        return Item(shown(place), place, size=size)
    path = Path(place).absolute()
    if size is None and exists(place):
        size = path.stat().st_size
    return Item(shown(str(path)), str(path), size=size)


def _is_folder(source: str) -> bool:
    if not is_address(source):
        return Path(source).is_dir() if exists(source) else False
    system, path = reach(source)
    try:
        return bool(system.isdir(path))
    except Exception as problem:
        raise unreadable(source, problem) from problem


def _below(folder: str) -> Iterator[Item | Fault]:
    """All image files below a folder, by name; hidden ones are left out."""
    system, path = reach(folder)
    try:
        below: dict[str, dict[str, Any]] = system.find(path, detail=True)
    except Exception as problem:
        raise unreadable(folder, problem) from problem
    found = [
        name for name in below if is_image(name) and not _is_hidden(name[len(path.rstrip("/")) :])
    ]
    if not found:
        raise EmographError(f"The folder {folder} has no image files.", "Name another folder.")
    for name in sorted(found, key=_order):
        yield _file(_place(system, folder, name), below[name].get("size"))


def _matching(pattern: str) -> Iterator[Item | Fault]:
    """All that matches a pattern: images, and what the pattern's own ending says."""
    system, path = reach(pattern)
    try:
        matching: dict[str, dict[str, Any]] = system.glob(path, detail=True)
    except Exception as problem:
        raise unreadable(pattern, problem) from problem
    ending = PurePosixPath(pattern).suffix
    named = bool(ending) and not is_pattern(ending)
    fixed = fixed_part(path)
    count = 0
    for name in sorted(matching, key=_order):
        place = _place(system, pattern, name)
        if matching[name].get("type") == "directory" or _is_hidden(name[len(fixed) :]):
            continue
        if is_image(name) or (named and name.endswith(ending)):
            count += 1
            yield from _in_file(place, matching[name].get("size"))
    if not count:
        raise EmographError(
            f"No image file matches {pattern}.",
            "Check the pattern; ** stands for folders within folders, as in album/**/*.jpg.",
        )


def _place(system: Any, source: str, name: str) -> str:
    return str(system.unstrip_protocol(name)) if is_address(source) else name


def _order(name: str) -> tuple[str, ...]:
    return PurePosixPath(name).parts


def _is_hidden(below: str) -> bool:
    return any(part.startswith(".") for part in PurePosixPath(below).parts)
