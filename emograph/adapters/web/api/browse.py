"""Routes to look through the knowledge: nodes, concepts by name, packs, the ontology's tree."""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, Query, Request, Response

from emograph.adapters.web.api.json_answers import answers, json_response
from emograph.adapters.web.knowledge import Branch, FoundConcept, PackRow, Twig
from emograph.adapters.web.nodes import Node, read_node
from emograph.adapters.web.service import Service

_Iri = Annotated[str, Query(min_length=1, max_length=2000)]


def add_browsing(app: FastAPI, service: Service) -> None:
    """Add the routes."""

    @app.get(
        "/api/node",
        tags=["Knowledge"],
        response_class=Response,
        summary="Say what a node is, and what is next to it",
        responses=answers(Node, 400, 404, 422, 503),
    )
    async def node(request: Request, iri: _Iri) -> Response:
        return await service.slots.run(
            lambda deadline: json_response(request, read_node(service.graph, iri, deadline))
        )

    @app.get(
        "/api/concepts",
        tags=["Knowledge"],
        response_class=Response,
        summary="Search concepts by name",
        responses=answers(list[FoundConcept], 422, 503),
    )
    async def concepts(
        request: Request,
        q: Annotated[str, Query(max_length=200)] = "",
        limit: Annotated[int, Query(ge=1, le=200)] = 20,
    ) -> Response:
        return await service.slots.run(
            lambda _: json_response(request, service.knowledge.concepts(q, limit))
        )

    @app.get(
        "/api/packs",
        tags=["Knowledge"],
        response_class=Response,
        summary="List packs, those that are served and those that could be",
        responses=answers(list[PackRow], 503),
    )
    async def packs(request: Request) -> Response:
        return await service.slots.run(lambda _: json_response(request, service.knowledge.packs()))

    @app.get(
        "/api/ontology",
        tags=["Knowledge"],
        response_class=Response,
        summary="List the classes, the emotion schemes and the vocabularies",
        responses=answers(list[Branch], 503),
    )
    async def ontology(request: Request) -> Response:
        return await service.slots.run(lambda _: json_response(request, service.knowledge.roots()))

    @app.get(
        "/api/ontology/children",
        tags=["Knowledge"],
        response_class=Response,
        summary="List what is right below a class, a scheme, a vocabulary or a concept",
        responses=answers(list[Twig], 404, 422, 503),
    )
    async def children(
        request: Request,
        iri: _Iri,
        offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
        limit: Annotated[int, Query(ge=1, le=1000)] = 500,
    ) -> Response:
        return await service.slots.run(
            lambda _: json_response(request, service.knowledge.children(iri, offset, limit))
        )
