"""Answers in the format that the client likes best."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import Response

from emograph.adapters.web.http_error import HttpError
from emograph.adapters.web.negotiation import choose

TRUNCATED = "X-Emograph-Truncated"
"""The header of an answer that was cut short; its value is how many rows or triples it has."""


def negotiate(accept: str | None, offered: Iterable[str]) -> str:
    """The media type for the answer; status 406 where the client takes none of them."""
    offered = tuple(offered)
    chosen = choose(accept, offered)
    if chosen is None:
        known = ", ".join(dict.fromkeys(offered))
        raise HttpError(406, f"The answer comes in no accepted format. Accept one of: {known}.")
    return chosen


def respond(content: str | bytes, media_type: str, given: int | None = None) -> Response:
    """A negotiated answer; `given` is how many rows it has where more were left off."""
    headers = {"Vary": "Accept"} | ({} if given is None else {TRUNCATED: str(given)})
    return Response(content, media_type=media_type, headers=headers)
