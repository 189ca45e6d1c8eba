"""Requests of the SPARQL 1.1 Protocol: what is asked, of which graphs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from fastapi import Request

from emograph.adapters.web.bodies import media_type, read_body
from emograph.adapters.web.guarding import from_other_site
from emograph.adapters.web.http_error import HttpError
from emograph.adapters.web.service import Limits

Parameters = Mapping[str, Sequence[str]]

_FORM = "application/x-www-form-urlencoded"
_MOST_PARAMETERS = 1000


@dataclass(frozen=True, slots=True)
class Asked:
    """A query, and the dataset that the request names; None where it names none."""

    text: str
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None


def parameters(raw: bytes) -> Parameters:
    """The values of each parameter of a query string or a form; status 400 where it is neither.

    >>> parameters(b"query=ASK+%7B%7D&query=")
    {'query': ['ASK {}', '']}
    """
    values: dict[str, list[str]] = {}
    try:
        pairs = parse_qsl(
            raw.decode("utf-8"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MOST_PARAMETERS,
        )
    except UnicodeDecodeError:
        raise HttpError(400, "A parameter is not UTF-8. Send it in UTF-8.") from None
    except ValueError:
        raise HttpError(400, "There are too many parameters. Send fewer.") from None
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


def address_parameters(request: Request) -> Parameters:
    """The parameters in the address of a request."""
    return parameters(request.scope["query_string"])


def read_query(given: Parameters) -> Asked:
    """A query from the parameters of an address or a form."""
    if "update" in given:
        raise HttpError(400, "An update is not answered here. Send it to /update by POST.")
    return Asked(_only(given, "query"), *_dataset(given))


async def read_posted_query(request: Request, limits: Limits) -> Asked:
    """A query from a POST: a form, or the query itself with the dataset in the address."""
    given = address_parameters(request)
    body = await _read(request, "query", limits)
    if media_type(request) == _FORM:
        return read_query(_joined(given, parameters(body)))
    if "query" in given:
        raise HttpError(400, "There are two queries, in the address and in the body. Send one.")
    return Asked(_text(body), *_dataset(given))


async def read_posted_update(request: Request, limits: Limits) -> str:
    """An update from a POST: a form, or the update itself."""
    given = address_parameters(request)
    body = await _read(request, "update", limits)
    is_form = media_type(request) == _FORM
    if is_form:
        given = _joined(given, parameters(body))
    if "using-graph-uri" in given or "using-named-graph-uri" in given:
        raise HttpError(
            400,
            "The parameters using-graph-uri and using-named-graph-uri are not understood. "
            "Write USING in the update.",
        )
    if "query" in given:
        raise HttpError(400, "A query is not answered here. Send it to /sparql.")
    if is_form:
        return _only(given, "update")
    if "update" in given:
        raise HttpError(400, "There are two updates, in the address and in the body. Send one.")
    return _text(body)


def refuse_other_sites(request: Request) -> None:
    """Refuse what a web page of another site sends: a browser lets it post forms anywhere."""
    if from_other_site(request.headers):
        raise HttpError(403, "A page of another site may not change the store. Send it from here.")


async def _read(request: Request, name: str, limits: Limits) -> bytes:
    """The body, of one of the two kinds of content, within the limits."""
    direct = f"application/sparql-{name}"
    if media_type(request) not in (_FORM, direct):
        raise HttpError(415, f"A {name} comes as {_FORM} or {direct}. Say so in Content-Type.")
    if _charset(request) not in ("utf-8", "utf8", "us-ascii", ""):
        raise HttpError(415, "Only UTF-8 is understood. Send the request in UTF-8.")
    return await read_body(request, limits.body, limits.seconds)


def _charset(request: Request) -> str:
    for parameter in request.headers.get("content-type", "").split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip('"').lower()
    return ""


def _joined(first: Parameters, second: Parameters) -> Parameters:
    return {
        name: [*first.get(name, ()), *second.get(name, ())] for name in first.keys() | second.keys()
    }


def _only(given: Parameters, name: str) -> str:
    values = given.get(name, ())
    if len(values) != 1:
        count = len(values) or "no"
        raise HttpError(400, f"The request has {count} parameters named {name}. Send exactly one.")
    return values[0]


def _dataset(given: Parameters) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None]:
    """The graphs that the request names; where it names some, there are no others."""
    default, named = given.get("default-graph-uri"), given.get("named-graph-uri")
    if not default and not named:
        return None, None
    return tuple(default or ()), tuple(named or ())


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise HttpError(400, "The body is not UTF-8. Send it in UTF-8.") from None
