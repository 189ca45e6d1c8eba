"""Routes that explain photographs, and say what would be felt if a cue were seen otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, Response
from pydantic import Field, TypeAdapter

from emograph.adapters.web.api.json_answers import answers, json_response
from emograph.adapters.web.bodies import read_json, read_upload
from emograph.adapters.web.explaining import Explainer
from emograph.adapters.web.http_error import HttpError
from emograph.adapters.web.service import Service
from emograph.engine.explanation.document import backing, colour, headline, telling, way
from emograph.engine.explanation.evidence_graph import EvidenceGraph, layout
from emograph.engine.explanation.explanation import Explanation
from emograph.errors import EmographError

_FAINT = 0.1
"""Cues that are less sure than this are folded away, as on the page that `explain` writes."""

PHOTO: dict[str, Any] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["photo"],
                "properties": {"photo": {"type": "string", "format": "binary"}},
            }
        },
        "image/jpeg": {"schema": {"type": "string", "format": "binary"}},
        "image/png": {"schema": {"type": "string", "format": "binary"}},
    },
}
"""A body that is a photograph, or a form with one."""


@dataclass(frozen=True, slots=True)
class Order:
    """The ids of the cues: those that matter, the strongest first, and the fainter ones."""

    matter: list[str]
    faint: list[str]


@dataclass(frozen=True, slots=True)
class PathInWords:
    """A path told: its way in one sentence, whom it speaks for, and what that rests on."""

    cue: str
    emotion: str
    log_odds: float
    way: str
    backing: str


@dataclass(frozen=True, slots=True)
class ExplainedImage:
    """An explanation and what it takes to show it; `id` names it for a what-if.

    `explanation` is a document of the schema emograph.explanation/1; `counted` says in words how
    much each vote counts. `graph` is the drawing of the paths, and `paths` tells them, the
    strongest first.
    """

    id: str
    explanation: dict[str, Any]
    headline: str
    counted: str | None
    order: Order
    graph: EvidenceGraph
    paths: list[PathInWords]
    colours: dict[str, str]


@dataclass(frozen=True, slots=True)
class WhatIf:
    """An explanation's id, and confidences that its cues should have; 0 leaves a cue out."""

    id: Annotated[str, Field(max_length=64)]
    confidences: dict[str, Annotated[float, Field(ge=0, le=1)]]


_WHAT_IF = TypeAdapter(WhatIf)


def add_explaining(app: FastAPI, service: Service) -> None:
    """Add the routes."""

    @app.post(
        "/api/explain",
        tags=["Photographs"],
        response_class=Response,
        summary="Explain a photograph",
        responses=answers(ExplainedImage, 400, 403, 408, 413, 415, 422, 503),
        openapi_extra={"requestBody": PHOTO},
    )
    async def explain(
        request: Request,
        scheme: Annotated[str | None, Query(max_length=100)] = None,
        keep: bool = False,
    ) -> Response:
        try:
            response = await _explain(request, service, scheme, keep)
        except (HttpError, EmographError) as problem:
            status = problem.status if isinstance(problem, HttpError) else 400
            service.figures.failures.labels(str(status)).inc()
            raise
        service.figures.explanations.inc()
        return response

    @app.post(
        "/api/what-if",
        tags=["Photographs"],
        response_class=Response,
        summary="Explain a photograph anew, as if its cues had other confidences",
        responses=answers(ExplainedImage, 400, 403, 404, 408, 413, 415, 503),
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": _WHAT_IF.json_schema()}},
            }
        },
    )
    async def what_if(request: Request) -> Response:
        asked = await read_json(request, _WHAT_IF, service.limits)
        recent = explainer_of(service).recent

        def work(_: float) -> Response:
            changed = recent.what_if(asked.id, asked.confidences)
            return json_response(request, shown(asked.id, changed))

        return await service.slots.run(work)


def explainer_of(service: Service) -> Explainer:
    """What explains; `HttpError` 503 where the server does not."""
    if service.explainer is None:
        raise HttpError(503, "This server explains no photographs. Ask another one.")
    return service.explainer


async def _explain(request: Request, service: Service, scheme: str | None, keep: bool) -> Response:
    if keep and not service.writable:
        raise HttpError(
            403, "The server is read-only, so it keeps nothing. Start it with --writable."
        )
    if scheme is not None:
        service.graph.scheme(scheme)
    explainer = explainer_of(service)
    with service.workers.place():
        upload = await read_upload(request, service.limits)
    explained = await service.workers.run(
        lambda deadline: explainer.explain(upload.data, upload.name, scheme, deadline, keep),
        request.is_disconnected,
    )

    def finish(_: float) -> Response:
        if keep and service.gallery is not None:
            service.gallery.keep(explained.explanation, explained.thumbnail)
            service.cypher.changed()
        return json_response(request, shown(explained.id, explained.explanation))

    return await service.slots.run(finish)


def shown(id: str, explanation: Explanation) -> ExplainedImage:
    """An explanation as the page shows it."""
    document = explanation.to_dict()
    matter, faint = telling(document, _FAINT)
    return ExplainedImage(
        id=id,
        explanation=document,
        headline=headline(document),
        counted=explanation.counted,
        order=Order(_ids(matter), _ids(faint)),
        graph=layout(document["paths"]),
        paths=[
            PathInWords(path["cue"], path["emotion"], path["log_odds"], _way(path), backing(path))
            for path in sorted(document["paths"], key=lambda path: -abs(path["log_odds"]))
        ],
        colours={emotion: colour(emotion) for emotion in document["emotions"]},
    )


def _way(path: Mapping[str, Any]) -> str:
    """The steps of a path in a sentence, as the page that `explain` writes has it."""
    steps, relations = way(path)
    told = f"“{steps[0]['label']}”"
    for number, (before, step) in enumerate(pairwise(steps)):
        if before["type"] == "appraisal":
            told += f"; {before['label']}"
        elif number:
            told += ", which"
        told += f" {relations[number]} {step['label']}"
    return told


def _ids(cues: list[Mapping[str, Any]]) -> list[str]:
    return [cue["id"] for cue in cues]
