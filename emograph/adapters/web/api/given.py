"""Routes for what the page offers: schemes, samples and examples."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from fastapi import FastAPI, Request, Response

from emograph.adapters.web.api.json_answers import answers, json_response, picture
from emograph.adapters.web.http_error import HttpError
from emograph.adapters.web.pages import EXAMPLES
from emograph.adapters.web.service import Service
from emograph.engine.explanation.document import colour

_SAMPLES = Path(__file__).parents[1] / "samples"

CYPHER_EXAMPLES: Final = {
    "What goes most with awe?": """\
MATCH (c:Concept)-[a:ASSOCIATED_WITH]->(e:Emotion)
WHERE e.iri ENDS WITH '/mikels/awe' AND a.count >= 50
RETURN c.prefLabel AS concept, a.weight AS probability, a.count AS images
ORDER BY probability DESC LIMIT 20""",
    "How is each way of judging felt?": """\
MATCH (why:Appraisal)-[a:ASSOCIATED_WITH]->(e:Emotion)
WHERE e.iri CONTAINS '/mikels/' AND a.weight > 0.4
RETURN why.prefLabel AS judged_as, e.prefLabel AS felt, a.weight AS how_much
ORDER BY judged_as, how_much DESC LIMIT 50""",
    "What are the kinds of dog?": """\
MATCH (kind:Concept)-[:BROADER*1..3]->(dog:Concept {prefLabel: 'dog'})
RETURN DISTINCT kind.prefLabel AS kind ORDER BY kind LIMIT 50""",
    "How many nodes are there of each label?": """\
MATCH (n) UNWIND labels(n) AS label
RETURN label, count(*) AS nodes ORDER BY nodes DESC""",
}
"""Queries in Cypher that the page offers, by what they ask."""

RETRIEVAL_EXAMPLES: Final = (
    "awe",
    "awe 0.7, fear 0.3",
    "a quiet morning that feels lonely",
    "contentment without cat",
    "awe without mountain",
)
"""What the page offers to look for among the images."""


@dataclass(frozen=True, slots=True)
class EmotionShown:
    """An emotion and its colour as ``#rrggbb``."""

    name: str
    colour: str


@dataclass(frozen=True, slots=True)
class SchemeShown:
    """An emotion scheme."""

    name: str
    label: str
    emotions: list[EmotionShown]


@dataclass(frozen=True, slots=True)
class Sample:
    """A photograph to try, and who made it."""

    name: str
    title: str
    credit: str


@dataclass(frozen=True, slots=True)
class Example:
    """A query, and what it asks."""

    title: str
    query: str


@dataclass(frozen=True, slots=True)
class Examples:
    """What to ask in each way."""

    sparql: list[Example]
    cypher: list[Example]
    retrieve: list[str]


def add_given(app: FastAPI, service: Service) -> None:
    """Add the routes."""

    @app.get(
        "/api/schemes",
        tags=["Photographs"],
        response_class=Response,
        summary="List the emotion schemes",
        responses=answers(list[SchemeShown], 503),
    )
    async def schemes(request: Request) -> Response:
        def work(_: float) -> Response:
            graph = service.graph
            return json_response(
                request,
                [
                    SchemeShown(
                        scheme.name,
                        scheme.label,
                        [EmotionShown(label, colour(label)) for label in scheme.labels],
                    )
                    for scheme in map(graph.scheme, graph.schemes())
                ],
            )

        return await service.slots.run(work)

    @app.get(
        "/api/samples",
        tags=["Photographs"],
        response_class=Response,
        summary="List photographs to try",
        responses=answers(list[Sample]),
    )
    async def samples(request: Request) -> Response:
        return json_response(request, list(_samples().values()))

    @app.get(
        "/api/samples/{name}",
        tags=["Photographs"],
        response_class=Response,
        summary="Give a photograph to try",
        responses=picture("The photograph.", 404),
    )
    async def sample(name: str) -> Response:
        if name not in _samples():
            raise HttpError(404, "There is no such sample. See /api/samples for those there are.")
        return Response(_photo(name), media_type="image/jpeg")

    @app.get(
        "/api/examples",
        tags=["Knowledge"],
        response_class=Response,
        summary="List queries to try",
        responses=answers(Examples),
    )
    async def examples(request: Request) -> Response:
        return json_response(
            request,
            Examples(_told(EXAMPLES), _told(CYPHER_EXAMPLES), list(RETRIEVAL_EXAMPLES)),
        )


def _told(examples: Mapping[str, str]) -> list[Example]:
    return [Example(title, query) for title, query in examples.items()]


@cache
def _samples() -> Mapping[str, Sample]:
    rows = json.loads((_SAMPLES / "samples.json").read_text("utf-8"))
    return {row["name"]: Sample(**row) for row in rows}


@cache
def _photo(name: str) -> bytes:
    """The file of a sample; its name is one of the list, never a client's word."""
    return (_SAMPLES / f"{name}.jpg").read_bytes()
