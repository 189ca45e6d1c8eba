"""Files by path or address: local, in object stores, in memory, by fsspec."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emograph.errors import EmographError

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem  # type: ignore[import-untyped]

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*(://|::)", re.IGNORECASE)
_WILD = re.compile(r"[*?[]")


def is_address(place: str) -> bool:
    """Whether it names a place by its protocol.

    >>> is_address("s3://bucket/cat.jpg"), is_address("album/cat.jpg")
    (True, False)
    """
    return _ADDRESS.match(place) is not None


def is_pattern(place: str) -> bool:
    """Whether it stands for all that match it; a local file of that very name is none."""
    return _WILD.search(place) is not None and (is_address(place) or not exists(place))


def fixed_part(pattern: str) -> str:
    """The folder that a pattern starts from.

    >>> fixed_part("album/20*/**/*.jpg")
    'album'
    """
    return _WILD.split(pattern, maxsplit=1)[0].rpartition("/")[0]


def exists(path: str) -> bool:
    """Whether there is a local file or folder."""
    try:
        return Path(path).exists()
    except OSError:  # such as a name that is too long for one
        return False


def reach(place: str) -> tuple[AbstractFileSystem, str]:
    """The file system of a place, and the path in it.

    Raises EmographError where the protocol is unknown or its package is missing.
    """
    import fsspec

    try:
        found: tuple[AbstractFileSystem, str] = fsspec.core.url_to_fs(place)
    except (ImportError, ValueError) as problem:
        raise _unreachable(place, problem) from problem
    except Exception as problem:  # a store's client raises what it likes
        raise unreadable(place, problem) from problem
    return found


def unreadable(place: str, problem: Exception) -> EmographError:
    """What is told where a place cannot be read."""
    reason = getattr(problem, "strerror", None) or " ".join(str(problem).split())
    return EmographError(
        f"{place} cannot be read: {(reason or type(problem).__name__)[:200].rstrip('.')}.",
        "Check the name, and that you may read it.",
    )


def _unreachable(place: str, problem: Exception) -> EmographError:
    from fsspec.registry import known_implementations  # type: ignore[import-untyped]

    protocol = re.split("::|:", place, maxsplit=1)[0].lower()
    known: dict[str, Any] = known_implementations.get(protocol, {})
    if not known:
        return EmographError(
            f"{place} begins with {protocol}:, and there is no such place.",
            "Name a folder, a file, or an address such as s3://BUCKET/*.jpg.",
        )
    if isinstance(problem, ValueError):
        return unreadable(place, problem)
    package = str(known["class"]).split(".", maxsplit=1)[0]
    return EmographError(
        f"Addresses with {protocol}: are read by a package that is not installed.",
        f"Run `pip install {package}`."
        if package != "fsspec"
        else f"{known.get('err', problem)}.".replace("..", "."),
    )
