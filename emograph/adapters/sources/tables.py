"""Lists of images as CSV: a column named ``path``, or the first one."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from posixpath import dirname

from emograph.adapters.sources.names import is_image, shown
from emograph.adapters.sources.places import is_address, reach, unreadable
from emograph.engine.annotation.units import Item
from emograph.errors import EmographError


def listed_items(place: str) -> Iterator[Item]:
    """The images that a CSV lists, in its order; relative paths start from its folder.

    Without a column ``path`` the first is taken, and the first row is a heading unless it names an
    image. Raises EmographError where it cannot be read.
    """
    system, path = reach(place)
    try:
        with system.open(path, "rb") as file:
            rows = csv.reader(io.TextIOWrapper(file, "utf-8-sig", newline=""))
            for name in _column(rows):
                yield _item(place, name)
    except (UnicodeDecodeError, csv.Error) as problem:
        raise EmographError(
            f"The list {place} is no CSV in UTF-8 ({problem}).", "Save it as CSV with UTF-8."
        ) from problem
    except EmographError:
        raise
    except Exception as problem:
        raise unreadable(place, problem) from problem


def _column(rows: Iterator[list[str]]) -> Iterator[str]:
    first = next(rows, [])
    heading = [cell.strip().lower() for cell in first]
    column = heading.index("path") if "path" in heading else 0
    if "path" not in heading and first and is_image(first[0].strip()):
        yield first[0].strip()
    for row in rows:
        if len(row) > column and row[column].strip():
            yield row[column].strip()


def _item(place: str, name: str) -> Item:
    if is_address(name):
        return Item(shown(name), name)
    if is_address(place):
        found = name if name.startswith("/") else f"{dirname(place)}/{name}"
        return Item(shown(found), found)
    path = str(Path(place).absolute().parent / name)
    return Item(shown(path), path)
