"""SPARQL 1.1 Graph Store HTTP Protocol, the reading part, at /graphs."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from fastapi import FastAPI, Request, Response

from emograph.adapters.web import openapi
from emograph.adapters.web.answers import negotiate, respond
from emograph.adapters.web.http_error import HttpError
from emograph.adapters.web.pages import render
from emograph.adapters.web.protocol import address_parameters
from emograph.adapters.web.service import Service
from emograph.adapters.web.slots import until
from emograph.adapters.web.triples import GRAPHS, write_triples

_LISTS = ("application/json", "text/html")

if TYPE_CHECKING:
    from pyoxigraph import Triple


def add_graphs(app: FastAPI, service: Service) -> None:
    """Add the routes that give whole graphs."""

    @app.get(
        "/graphs",
        tags=["Graphs"],
        response_class=Response,
        summary="List the named graphs, or give one of them whole",
        responses=openapi.answer("The graph, or the list.", [*GRAPHS, *_LISTS], may_be_cut=True)
        | openapi.faults(400, 404, 406, 503),
        openapi_extra={
            "parameters": [
                openapi.parameter("graph", "The IRI of a named graph."),
                openapi.parameter("default", "Without a value: the union of all graphs."),
            ]
        },
    )
    async def graphs(request: Request) -> Response:
        given, accept = address_parameters(request), request.headers.get("accept")
        if given.keys() - {"graph", "default"} or sum(map(len, given.values())) > 1:
            raise HttpError(400, "Name one graph by ?graph=IRI, or ask for ?default.")
        if not given:
            return await service.slots.run(_list(service, negotiate(accept, _LISTS)))
        name = given["graph"][0] if "graph" in given else None
        return await service.slots.run(_read(service, name, negotiate(accept, GRAPHS)))

    app.add_api_route("/graphs", graphs, methods=["HEAD"], include_in_schema=False)


def _list(service: Service, media_type: str) -> Callable[[float], Response]:
    def work(_: float) -> Response:
        names = service.graph.store.graphs()
        most = service.limits.rows
        shown, cut = names[:most], most if len(names) > most else None
        if media_type == "application/json":
            return respond(json.dumps({"graphs": shown}, ensure_ascii=False), media_type, cut)
        page = render("graphs.html.jinja", graphs=shown, total=len(names))
        return respond(page, media_type, cut)

    return work


def _read(service: Service, name: str | None, media_type: str) -> Callable[[float], Response]:
    """A named graph, or the union of all, which is the default graph of queries too."""

    def work(deadline: float) -> Response:
        store = service.graph.store
        if name is not None and name not in store.graphs():
            raise HttpError(404, "There is no such graph. See /graphs for those there are.")
        triples: dict[Triple, None] = {}
        for quad in until(deadline, store.quads(name)):
            triples[quad.triple] = None
            if len(triples) > service.limits.triples:
                raise HttpError(
                    503,
                    f"The graph has over {service.limits.triples} triples. "
                    "Ask for parts of it by CONSTRUCT.",
                )
        return respond(write_triples(list(triples), media_type), media_type)

    return work
