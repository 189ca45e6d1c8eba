"""The HTTP API of the knowledge graph: SPARQL, whole graphs, and a page to try it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware

from emograph.adapters.web.graphs import add_graphs
from emograph.adapters.web.http_error import HttpError
from emograph.adapters.web.pages import add_pages
from emograph.adapters.web.service import Limits, Service
from emograph.adapters.web.slots import Slots
from emograph.adapters.web.sparql import add_sparql
from emograph.errors import EmographError
from emograph.kg.graph import KnowledgeGraph
from emograph.version import __version__

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


@dataclass(frozen=True, slots=True)
class Health:
    """That the server is there, and what it serves."""

    status: str
    version: str
    graph: str
    writable: bool


def create_app(
    graph: KnowledgeGraph,
    limits: Limits | None = None,
    *,
    writable: bool = False,
    hosts: Iterable[str] = ("*",),
) -> FastAPI:
    """The application that serves a graph.

    Updates are refused unless `writable`. `hosts` are the names that requests may call the server
    by; naming them keeps pages of other sites from reaching it under a name of theirs.
    """
    limits = limits or Limits()
    service = Service(graph, limits, Slots(limits.slots, limits.seconds, limits.patience), writable)
    app = FastAPI(
        title="emograph",
        summary="The affective knowledge graph over SPARQL 1.1 Protocol and Graph Store Protocol",
        version=__version__,
        docs_url=None,  # their pages load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
    )
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False)
    app.middleware("http")(_secured)
    app.add_exception_handler(HttpError, _tell_refusal)
    app.add_exception_handler(EmographError, _tell_error)
    app.add_exception_handler(HTTPException, _tell_http)
    add_sparql(app, service)
    add_graphs(app, service)
    add_pages(app, service)

    @app.get("/health", tags=["Health"], summary="Tell that the server is there")
    async def health() -> Health:
        return Health("ok", __version__, graph.version, writable)

    return app


async def _secured(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await answer(request)
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response


async def _tell_refusal(_: Request, problem: Exception) -> Response:
    assert isinstance(problem, HttpError)  # noqa: S101 - it is registered for that
    return PlainTextResponse(problem.message, problem.status, problem.headers)


async def _tell_error(_: Request, problem: Exception) -> Response:
    return PlainTextResponse(str(problem), 400)


async def _tell_http(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)  # noqa: S101 - it is registered for that
    if problem.status_code != 405:
        return PlainTextResponse("There is nothing here. See / for what there is.", 404)
    # A path has a route for each of its methods, and only one of them answered.
    allowed = {
        method
        for route in request.app.routes
        if getattr(route, "path", None) == request.url.path
        for method in route.methods
    }
    text = f"{request.url.path} is asked by {' or '.join(sorted(allowed))}."
    return PlainTextResponse(text, 405, {"Allow": ", ".join(sorted(allowed))})
