"""Content negotiation: which of the media types on offer a client likes best."""

from __future__ import annotations

import re
from collections.abc import Iterable

_QUALITY = re.compile(r"\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*", re.IGNORECASE)


def choose(accept: str | None, offered: Iterable[str]) -> str | None:
    """The offered media type of the highest quality; among equals the one offered first.

    None where the client takes none of them. Without an Accept header everything is welcome.

    >>> choose("text/csv;q=0.5, application/*", ["text/csv", "application/json"])
    'application/json'
    >>> choose("image/png", ["text/csv"]) is None
    True
    """
    if not (accept and accept.strip()):
        return next(iter(offered), None)
    ranges = [_range(part) for part in accept.split(",")]
    best, chosen = 0.0, None
    for media_type in offered:
        quality = _quality(media_type, ranges)
        if quality > best:
            best, chosen = quality, media_type
    return chosen


def _range(part: str) -> tuple[str, float]:
    """A media range and its quality; one with parameters of its own stands for all of its type."""
    media_range, *parameters = part.split(";")
    for parameter in parameters:
        found = _QUALITY.fullmatch(parameter)
        if found:
            return media_range.strip().lower(), float(found[1])
    return media_range.strip().lower(), 1.0


def _quality(media_type: str, ranges: list[tuple[str, float]]) -> float:
    """What the most specific range that fits says of the media type; 0 where none fits."""
    kind = media_type.partition("/")[0]
    for wanted in (media_type, f"{kind}/*", "*/*"):
        found = [quality for media_range, quality in ranges if media_range == wanted]
        if found:
            return max(found)
    return 0.0
