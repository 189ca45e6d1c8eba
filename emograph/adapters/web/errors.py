"""How refusals and faults are told: as text, and to the page's API as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from emograph.adapters.web.http_error import HttpError
from emograph.errors import EmographError


@dataclass(frozen=True, slots=True)
class Fault:
    """What an answer of the API says that is none: what happened, and what to do."""

    error: str
    todo: str


def error_response(path: str, problem: HttpError | EmographError) -> Response:
    """The answer that tells a problem; it names nothing of the machine."""
    if isinstance(problem, EmographError):
        status, headers, text = 400, {}, str(problem)
        parts = problem.what, problem.todo
    else:
        status, headers, text, parts = (
            problem.status, problem.headers, problem.message, problem.parts,
        )  # fmt: skip
    if not path.startswith("/api/"):
        return Response(
            text.encode("utf-8", "replace"), status, headers, "text/plain; charset=utf-8"
        )
    content = json.dumps(dict(zip(("error", "todo"), parts, strict=True)), ensure_ascii=False)
    return Response(content.encode("utf-8", "replace"), status, headers, "application/json")


def add_errors(app: FastAPI) -> None:
    """Let an application tell its errors so."""
    app.add_exception_handler(HttpError, _tell)
    app.add_exception_handler(EmographError, _tell)
    app.add_exception_handler(RequestValidationError, _tell_invalid)
    app.add_exception_handler(HTTPException, _tell_http)


async def _tell(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HttpError | EmographError)  # noqa: S101 - it is registered for that
    return error_response(request.url.path, problem)


async def _tell_invalid(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, RequestValidationError)  # noqa: S101 - it is registered for that
    first = problem.errors()[0]
    name = str(first["loc"][-1])
    return error_response(
        request.url.path,
        HttpError(422, f"The parameter {name} is not right: {first['msg']}. Correct it."),
    )


async def _tell_http(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)  # noqa: S101 - it is registered for that
    path = request.url.path
    if problem.status_code != 405:
        return error_response(
            path, HttpError(404, "There is nothing here. See / for what there is.")
        )
    # A path has a route for each of its methods, and only one of them answered.
    allowed = {
        method
        for route in request.app.routes
        if getattr(route, "path", None) == getattr(request.scope.get("route"), "path", path)
        for method in route.methods
    }
    text = f"{path} is asked by {' or '.join(sorted(allowed))}. Use that."
    return error_response(path, HttpError(405, text, {"Allow": ", ".join(sorted(allowed))}))
