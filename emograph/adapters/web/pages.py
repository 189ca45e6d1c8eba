"""The web pages: a box for queries, and the list of graphs."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from emograph.adapters.web.service import Service
from emograph.kg.terms import PREFIXES
from emograph.version import __version__

_HERE = Path(__file__).parent
_STATIC: Final = {"page.css": "text/css", "page.js": "text/javascript"}

EXAMPLES: Final = {
    "What goes most with awe?": """\
SELECT ?concept ?probability ?images WHERE {
  ?association emo:subject/skos:prefLabel ?concept ; emo:emotion mikels:awe ;
    emo:probability ?probability ; emo:total ?images
  FILTER (?images >= 50)
}
ORDER BY DESC(?probability) LIMIT 20""",
    "The emotions of each scheme": """\
SELECT ?scheme (GROUP_CONCAT(?label; separator=", ") AS ?emotions) WHERE {
  { SELECT ?scheme ?label ?order WHERE {
      ?emotion emo:scheme/skos:prefLabel ?scheme ; skos:prefLabel ?label ; emo:order ?order
    } ORDER BY ?order }
}
GROUP BY ?scheme ORDER BY ?scheme""",
    "What is known of the dog?": """\
DESCRIBE ?dog WHERE { ?dog a emo:Concept ; skos:prefLabel "dog"@en }""",
    "How large is each graph?": """\
SELECT ?graph (COUNT(*) AS ?triples) WHERE { GRAPH ?graph { ?s ?p ?o } }
GROUP BY ?graph ORDER BY DESC(?triples)""",
}
"""Queries that the page offers, by what they ask."""


def add_pages(app: FastAPI, service: Service) -> None:
    """Add the routes of the pages and of what they look like; they are no part of the API."""

    @app.get("/", include_in_schema=False)
    async def home() -> HTMLResponse:
        return HTMLResponse(
            render(
                "home.html.jinja",
                version=__version__,
                writable=service.writable,
                limits=service.limits,
                examples=EXAMPLES,
                prefixes=PREFIXES,
            )
        )

    @app.get("/static/{name}", include_in_schema=False)
    async def static(name: str) -> Response:
        if name not in _STATIC:
            return Response("There is nothing here.", 404, media_type="text/plain")
        return Response(_static(name), media_type=_STATIC[name])


def render(template: str, **values: Any) -> str:
    """A page from its template; what is put in is escaped."""
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _static(name: str) -> bytes:
    return (_HERE / "static" / name).read_bytes()
