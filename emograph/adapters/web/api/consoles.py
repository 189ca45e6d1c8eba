"""The route for queries in Cypher; SPARQL has a protocol of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import FastAPI, Request, Response
from pydantic import Field, TypeAdapter

from emograph.adapters.web.api.json_answers import answers, json_response
from emograph.adapters.web.bodies import read_json
from emograph.adapters.web.service import Service


@dataclass(frozen=True, slots=True)
class Asked:
    """A query in Cypher and its parameters."""

    query: Annotated[str, Field(max_length=10_000)]
    parameters: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows that answer a query; `complete` is false where more were left off."""

    columns: list[str]
    rows: list[list[Any]]
    complete: bool


_ASKED = TypeAdapter(Asked)


def add_consoles(app: FastAPI, service: Service) -> None:
    """Add the route."""

    @app.post(
        "/api/cypher",
        tags=["Knowledge"],
        response_class=Response,
        summary="Answer a query in Cypher, which changes nothing",
        responses=answers(Rows, 400, 403, 408, 413, 415, 503),
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": _ASKED.json_schema()}},
            }
        },
    )
    async def cypher(request: Request) -> Response:
        asked = await read_json(request, _ASKED, service.limits)

        def work(deadline: float) -> Response:
            table = service.cypher.ask(asked.query, asked.parameters, deadline, service.limits.rows)
            rows = Rows(list(table.columns), [list(row) for row in table.rows], table.complete)
            return json_response(request, rows)

        return await service.slots.run(work)
