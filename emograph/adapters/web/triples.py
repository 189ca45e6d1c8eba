"""Triples as Turtle, N-Triples, RDF/XML and JSON-LD."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pyoxigraph as ox

from emograph.adapters.web.http_error import HttpError
from emograph.kg.terms import PREFIXES

GRAPHS: dict[str, ox.RdfFormat] = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/json": ox.RdfFormat.JSON_LD,
    "application/xml": ox.RdfFormat.RDF_XML,
    "text/xml": ox.RdfFormat.RDF_XML,
}
"""By media type; the first is the one for clients that take anything."""

_PREFIX_LINES = re.compile(rb"(?:@prefix [^\n]*\n)*")
# In RDF/XML a predicate is the name of an element, so it must end in one.
_ENDS_IN_NAME = re.compile(r"[^\W\d][\w.\-]*\Z")
_NO_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")


def write_triples(
    triples: Sequence[ox.Triple], media_type: str, prefixes: Mapping[str, str] = PREFIXES
) -> bytes:
    """Triples in a format of `GRAPHS`, in UTF-8.

    Raises `HttpError` with status 406 where they cannot be written so, which only RDF/XML knows.
    """
    rdf_format = GRAPHS[media_type]
    if rdf_format == ox.RdfFormat.RDF_XML:
        _refuse_unwritable(triples)
    # Going through Python for each triple lets other threads have their turn.
    each = (triple for triple in triples)
    written = ox.serialize(each, format=rdf_format, prefixes=dict(prefixes))
    assert written is not None  # noqa: S101 - it is None where an output is given
    if rdf_format == ox.RdfFormat.TURTLE:
        return _tidy(written)
    if rdf_format != ox.RdfFormat.RDF_XML:
        return written
    if _NO_XML.search(written):
        raise HttpError(406, "The graph has a character that XML cannot hold. Ask for Turtle.")
    # A carriage return as it is would be read back as a line feed; all come from literals.
    return written.replace(b"\r", b"&#13;")


def _tidy(turtle: bytes) -> bytes:
    """Turtle without the prefixes that it does not use: Oxigraph declares all, in no order."""
    head = _PREFIX_LINES.match(turtle)
    assert head is not None  # noqa: S101 - it matches nothing at the least
    body = turtle[head.end() :]
    lines = head[0].splitlines(keepends=True)
    return b"".join(sorted(line for line in lines if line.split()[1] in body)) + body


def _refuse_unwritable(triples: Sequence[ox.Triple]) -> None:
    for predicate in {triple.predicate.value for triple in triples}:
        if not _ENDS_IN_NAME.search(predicate):
            raise HttpError(
                406, f"RDF/XML cannot write the predicate <{predicate}>. Ask for Turtle."
            )
