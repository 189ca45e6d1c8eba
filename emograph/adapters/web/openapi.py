"""What the OpenAPI description says of the routes, which read their requests themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from emograph.adapters.web.answers import TRUNCATED

Responses = dict[int | str, dict[str, Any]]

_TEXT = {"schema": {"type": "string"}}
_IRIS = {"schema": {"type": "array", "items": {"type": "string", "format": "uri"}}}

_FAULTS = {
    400: "The request is wrong, and the text says what to do.",
    403: "The server is read-only, or a page of another site asks.",
    404: "There is no such graph.",
    406: "None of the accepted formats can be had.",
    408: "The body did not arrive in time.",
    413: "The body is too large.",
    415: "The body is of another kind, or not in UTF-8.",
    503: "It takes too long, or the server is busy and names a time in Retry-After.",
}

DATASET: list[dict[str, Any]] = [
    {
        "name": name,
        "in": "query",
        "description": f"IRIs of the graphs that are the {what}. Where any is given, the query "
        "is asked of these alone.",
        **_IRIS,
    }
    for name, what in (
        ("default-graph-uri", "default graph"),
        ("named-graph-uri", "named graphs"),
    )
]
"""The parameters that name the dataset of a query."""


def parameter(name: str, description: str) -> dict[str, Any]:
    """A parameter of the address that may be left out."""
    return {"name": name, "in": "query", "description": description, **_TEXT}


def body(name: str, others: Iterable[str] = ()) -> dict[str, Any]:
    """The body of a POST: the query or update itself, or a form with it."""
    fields = {name: {"type": "string"}} | dict.fromkeys(others, _IRIS["schema"])
    form = {"type": "object", "required": [name], "properties": fields}
    return {
        "required": True,
        "content": {
            f"application/sparql-{name}": _TEXT,
            "application/x-www-form-urlencoded": {"schema": form},
        },
    }


def answer(description: str, media_types: Iterable[str], may_be_cut: bool = False) -> Responses:
    """The good answer, in one of several formats."""
    headers = {
        TRUNCATED: {
            "description": "Only where the answer was cut short: how many rows it has.",
            "schema": {"type": "integer"},
        }
    }
    content = dict.fromkeys(media_types, _TEXT)
    return {
        200: {"description": description, "content": content}
        | ({"headers": headers} if may_be_cut else {})
    }


def faults(*statuses: int) -> Responses:
    """The answers that tell what went wrong, as plain text."""
    return {
        status: {"description": _FAULTS[status], "content": {"text/plain": _TEXT}}
        for status in statuses
    }
