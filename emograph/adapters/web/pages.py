"""The web page, what it is made of, and the templates of all pages."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from emograph.adapters.web.http_error import HttpError
from emograph.adapters.web.service import Service
from emograph.kg.terms import PREFIXES
from emograph.version import __version__

_HERE = Path(__file__).parent
_KINDS: Final = {
    ".css": "text/css; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
"""What is served of the static folder, by the ends of the files' names."""

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
    """Add the routes of the page and of what it is made of; they are no part of the API."""
    files = _static_files()

    @app.get("/", include_in_schema=False)
    async def home(request: Request) -> Response:
        page = render(
            "page.html.jinja",
            version=__version__,
            writable=service.writable,
            limits=service.limits,
            examples=EXAMPLES,
            prefixes=PREFIXES,
        )
        return _packed(request, _Static.of(page.encode(), "text/html; charset=utf-8"))

    @app.get("/static/{name:path}", include_in_schema=False)
    async def static(request: Request, name: str) -> Response:
        # A name is looked up, and never joined to a path.
        if name not in files:
            raise HttpError(404, "There is nothing here. See / for what there is.")
        return _packed(request, files[name])


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


@dataclass(frozen=True, slots=True)
class _Static:
    """A file as it is sent: plain and packed, with a tag that changes with what is in it."""

    content: bytes
    packed: bytes
    media_type: str
    tag: str

    @classmethod
    def of(cls, content: bytes, media_type: str) -> _Static:
        tag = f'"{sha256(content).hexdigest()[:16]}"'
        return cls(content, gzip.compress(content, 9, mtime=0), media_type, tag)


def _static_files() -> dict[str, _Static]:
    """All files that are served, by their path below the folder; read once."""
    folder = _HERE / "static"
    return {
        path.relative_to(folder).as_posix(): _Static.of(path.read_bytes(), _KINDS[path.suffix])
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in _KINDS
    }


def _packed(request: Request, file: _Static) -> Response:
    headers = {"ETag": file.tag, "Vary": "Accept-Encoding"}
    known = request.headers.get("if-none-match", "")
    if file.tag in (tag.strip().removeprefix("W/") for tag in known.split(",")):
        return Response(status_code=304, headers=headers)
    content = file.content
    if "gzip" in request.headers.get("accept-encoding", ""):
        content, headers = file.packed, headers | {"Content-Encoding": "gzip"}
    return Response(content, headers=headers, media_type=file.media_type)
