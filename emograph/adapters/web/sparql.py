"""SPARQL 1.1 Protocol: queries at /sparql, updates at /update."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import pyoxigraph as ox
from fastapi import FastAPI, Request, Response

from emograph.adapters.web import openapi
from emograph.adapters.web.answers import negotiate, respond
from emograph.adapters.web.description import describe
from emograph.adapters.web.http_error import HttpError
from emograph.adapters.web.negotiation import choose
from emograph.adapters.web.protocol import (
    Asked,
    address_parameters,
    read_posted_query,
    read_posted_update,
    read_query,
    refuse_other_sites,
)
from emograph.adapters.web.service import Limits, Service
from emograph.adapters.web.slots import until
from emograph.adapters.web.tables import TABLES
from emograph.adapters.web.triples import GRAPHS, write_triples
from emograph.kg.queries import refuse
from emograph.kg.terms import PREFIXES

_ANSWER = openapi.answer("The answer.", TABLES | GRAPHS, may_be_cut=True)
_Item = TypeVar("_Item", bound=Iterable[object])
_DATASET = ("default-graph-uri", "named-graph-uri")


def add_sparql(app: FastAPI, service: Service) -> None:
    """Add the routes of the SPARQL 1.1 Protocol."""

    @app.get(
        "/sparql",
        tags=["SPARQL"],
        response_class=Response,
        summary="Answer a query; without one, describe the service",
        responses=_ANSWER | openapi.faults(400, 406, 503),
        openapi_extra={
            "parameters": [openapi.parameter("query", "A SPARQL 1.1 query."), *openapi.DATASET]
        },
    )
    async def query(request: Request) -> Response:
        given, accept = address_parameters(request), request.headers.get("accept")
        if given:
            return await service.slots.run(_answer(service, read_query(given), accept))
        endpoint = str(request.url.replace(query="", fragment=""))
        media_type = negotiate(accept, GRAPHS)
        return await service.slots.run(lambda _: describe(service, endpoint, media_type))

    @app.post(
        "/sparql",
        tags=["SPARQL"],
        response_class=Response,
        summary="Answer a query",
        responses=_ANSWER | openapi.faults(400, 406, 408, 413, 415, 503),
        openapi_extra={
            "requestBody": openapi.body("query", _DATASET),
            "parameters": openapi.DATASET,
        },
    )
    async def posted_query(request: Request) -> Response:
        asked = await read_posted_query(request, service.limits)
        return await service.slots.run(_answer(service, asked, request.headers.get("accept")))

    @app.post(
        "/update",
        tags=["SPARQL"],
        response_class=Response,
        summary="Change the store, where the server was started so that it may",
        status_code=204,
        responses=openapi.faults(400, 403, 408, 413, 415, 503),
        openapi_extra={"requestBody": openapi.body("update")},
    )
    async def update(request: Request) -> Response:
        if not service.writable:
            raise HttpError(
                403, "The server is read-only. Start it with --writable to allow updates."
            )
        refuse_other_sites(request)
        text = await read_posted_update(request, service.limits)

        def work(_: float) -> None:
            service.graph.update(text)
            service.cypher.changed()

        await service.slots.run(work)
        return Response(status_code=204)


def _answer(service: Service, asked: Asked, accept: str | None) -> Callable[[float], Response]:
    """What answers the query in a slot's thread, where its rows must also be let go of."""
    table, graph = choose(accept, TABLES), choose(accept, GRAPHS)
    if table is None and graph is None:
        negotiate(accept, TABLES | GRAPHS)

    def work(deadline: float) -> Response:
        refuse(asked.text)
        found = service.graph.store.solve(
            asked.text,
            PREFIXES,
            default_graphs=asked.default_graphs,
            named_graphs=asked.named_graphs,
        )
        if isinstance(found, ox.QueryTriples):
            media_type = graph or negotiate(accept, GRAPHS)
            triples, cut = _bounded(found, service.limits, deadline)
            return respond(write_triples(triples, media_type), media_type, cut)
        media_type = table or negotiate(accept, TABLES)
        written = TABLES[media_type]
        if isinstance(found, ox.QueryBoolean):
            return respond(written.truth(bool(found)), media_type)
        columns = [variable.value for variable in found.variables]
        rows, cut = _bounded(map(tuple, found), service.limits, deadline)
        return respond(written.rows(columns, rows), media_type, cut)

    return work


def _bounded(
    items: Iterable[_Item], limits: Limits, deadline: float
) -> tuple[list[_Item], int | None]:
    """The first rows or triples, and how many these are where there are more.

    Raises `HttpError` where the time is over or they are too much text.
    """
    found: list[_Item] = []
    size = 0
    for item in until(deadline, items):
        if len(found) == limits.rows:
            return found, len(found)
        found.append(item)
        size += sum(len(str(term)) for term in item)
        if size > limits.answer:
            raise HttpError(503, "The answer is too large. Ask for less, or add a LIMIT.")
    return found, None
