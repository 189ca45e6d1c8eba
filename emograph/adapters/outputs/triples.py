"""Annotations as RDF: a named graph for each image, written one after the other."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from emograph.adapters.outputs.files import whole
from emograph.errors import EmographError
from emograph.kg.provenance import NAMESPACES, explanation_iri, explanation_triples

if TYPE_CHECKING:
    from pyoxigraph import Triple

_FORMATS = (".nq", ".trig")


def check_name(path: Path) -> None:
    """Raise EmographError where a file's name ends in none of the formats."""
    if Path(path.name.removesuffix(".gz")).suffix not in _FORMATS:
        raise EmographError(
            f"Named graphs are not written as {path.name}.",
            "Name a file that ends in .nq, .trig, .nq.gz or .trig.gz.",
        )


def graphs_of(documents: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Iterable[Triple]]]:
    """The named graph of each explanation document: its IRI, and its triples."""
    for document in documents:
        yield explanation_iri(document), explanation_triples(document)


def write_rdf(path: Path, graphs: Iterable[tuple[str, Iterable[Triple]]]) -> None:
    """Write named graphs as N-Quads or TriG, packed where the name ends in ``.gz``.

    One that comes again is left out. The file takes its place when all is written. Raises
    EmographError where it cannot be written, or is called something else.
    """
    import pyoxigraph as ox

    check_name(path)
    trig = ".trig" in path.suffixes
    syntax = ox.RdfFormat.TRIG if trig else ox.RdfFormat.N_QUADS
    prefixes = dict(NAMESPACES) if trig else None
    written = set()
    with whole(path) as draft, ExitStack() as opened:
        file = cast("IO[bytes]", opened.enter_context(draft.open("wb")))
        if path.suffix == ".gz":
            # Without the time in its head, the same annotations are the same bytes.
            packed = gzip.GzipFile("", "wb", fileobj=file, mtime=0)
            file = cast("IO[bytes]", opened.enter_context(packed))
        for iri, triples in graphs:
            if iri in written:
                continue
            written.add(iri)
            name = ox.NamedNode(iri)
            quads = (ox.Quad(t.subject, t.predicate, t.object, name) for t in triples)
            file.write(ox.serialize(quads, format=syntax, prefixes=prefixes) or b"")
