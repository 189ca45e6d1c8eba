"""Answers of the page's API: JSON, packed where the client takes it so."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from fastapi import Request, Response

from emograph.adapters.web.errors import Fault
from emograph.adapters.web.openapi import Responses

_SMALL = 1000
"""Bytes that are not worth packing."""

_FAULTS = {
    400: "The request is wrong.",
    401: "The server asks for a token.",
    403: "The server is read-only, or a page of another site asks.",
    404: "There is no such thing.",
    408: "The body did not arrive in time.",
    413: "The body is too large.",
    415: "The body is of another kind.",
    422: "A parameter is wrong.",
    503: "It takes too long, or the server is busy and names a time in Retry-After.",
}


def json_response(request: Request, value: Any) -> Response:
    """A value as JSON: dataclasses as objects, and numbers that JSON does not have as null."""
    try:
        content = _written(value)
    except ValueError:
        content = _written(_finite(value))
    body = content.encode("utf-8", "replace")
    headers = {"Vary": "Accept-Encoding"}
    if len(body) > _SMALL and "gzip" in request.headers.get("accept-encoding", ""):
        body, headers = gzip.compress(body, 5), headers | {"Content-Encoding": "gzip"}
    return Response(body, headers=headers, media_type="application/json")


def answers(shape: Any, *statuses: int) -> Responses:
    """What the OpenAPI description says of a route's answers, the good one and the faults."""
    good: Responses = {200: {"model": shape, "description": "The answer."}}
    return good | faults(*statuses)


def picture(what: str, *statuses: int) -> Responses:
    """The same of a route whose good answer is a JPEG."""
    good: Responses = {200: {"description": what, "content": {"image/jpeg": {}}}}
    return good | faults(*statuses)


def faults(*statuses: int) -> Responses:
    """What the OpenAPI description says of answers that are none."""
    return {status: {"model": Fault, "description": _FAULTS[status]} for status in statuses}


def _written(value: Any) -> str:
    return json.dumps(
        value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_fields
    )


def _fields(value: Any) -> dict[str, Any]:
    """A dataclass as an object; `asdict` would copy all that is in it."""
    if not is_dataclass(value):
        raise TypeError(f"{type(value).__name__} is no JSON.")
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _finite(value: Any) -> Any:
    if is_dataclass(value):
        value = _fields(value)
    if isinstance(value, Mapping):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(part) for part in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
