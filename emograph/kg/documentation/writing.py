"""An ontology as web pages: pyLODE for classes and properties, tables for what is of them."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emograph.errors import KnowledgeError
from emograph.kg import terms
from emograph.kg.documentation.reading import read_document

if TYPE_CHECKING:
    from rdflib import Graph

_TEMPLATES = Path(__file__).parent / "templates"
_MOST = 500
_MEMBERS = "-members"
_FUNCTIONAL = "Functional: a subject has one value at most."


def write_documentation(files: Sequence[Path], output: Path) -> tuple[Path, ...]:
    """Write a page for each Turtle file and ``index.html`` into a folder; gives the pages' paths.

    Classes and properties become a page of pyLODE; up to 500 other things that are defined in a
    file become a page of tables, and of more the index gives the number. Nothing is fetched. Raises
    `KnowledgeError` where pyLODE is not installed, a file is not Turtle or the folder cannot be
    written.
    """
    documents = [read_document(path) for path in files]
    labels = {iri: label for document in documents for iri, label in document.labels.items()}
    tables = {
        document.name + (_MEMBERS if document.has_classes else ""): document
        for document in documents
        if 0 < document.size <= _MOST
    }
    places = {
        thing.iri: f"{name}.html#{thing.anchor}"
        for name, document in tables.items()
        for things in document.things.values()
        for thing in things
    }
    shared = {"labels": labels, "places": places}
    pages = {
        name: _render("terms", document=document, **shared) for name, document in tables.items()
    }
    for document in documents:
        if document.has_classes:
            pages[document.name] = _pylode(document.path, labels)
    pages["index"] = _render("index", documents=documents, pages=pages, members=_MEMBERS, **shared)
    written = tuple(output / f"{name}.html" for name in pages)
    try:
        output.mkdir(parents=True, exist_ok=True)
        for path, text in zip(written, pages.values(), strict=True):
            path.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise KnowledgeError(
            f"The documentation cannot be written to {output} ({problem.strerror}).",
            "Name a folder that may be written.",
        ) from problem
    return written


def _pylode(path: Path, labels: dict[str, str]) -> str:
    with _quiet():
        try:
            from pylode import OntPub  # type: ignore[import-untyped]
        except ImportError as problem:
            raise KnowledgeError(
                "Pages of classes and properties need pyLODE, which is not installed.",
                "Install it: pip install 'emograph[docs]'.",
            ) from problem
        page: str = OntPub(_prepared(path, labels)).make_html()
    return page


@contextmanager
def _quiet() -> Iterator[None]:
    """Import and run what sets up the root logger for itself; ours stays as it was."""
    root = logging.getLogger()
    level, handlers, disabled = root.level, root.handlers[:], root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(disabled)
        root.setLevel(level)
        root.handlers[:] = handlers


def _prepared(path: Path, labels: dict[str, str]) -> Graph:
    """A file as pyLODE reads it best: in order, prefixes bound, agents and sources named.

    A functional property is a note on the property: as a type it would be a section of its own
    that says everything a second time.
    """
    from rdflib import Graph, Literal, URIRef
    from rdflib.namespace import DCTERMS, OWL, RDF, SDO, SKOS

    graph = Graph(bind_namespaces="none").parse(path, format="turtle")
    copy = Graph(bind_namespaces="none")
    for prefix, namespace in graph.namespaces():
        copy.bind(prefix, namespace)
    for triple in sorted(graph):
        copy.add(triple)
    for node in list(copy.subjects(RDF.type, OWL.FunctionalProperty)):
        copy.remove((node, RDF.type, OWL.FunctionalProperty))
        copy.add((node, SKOS.note, Literal(_FUNCTIONAL)))
    for agent in {*graph.objects(None, DCTERMS.creator), *graph.objects(None, DCTERMS.publisher)}:
        if isinstance(agent, URIRef):
            copy.add((agent, SDO.name, Literal(labels.get(str(agent), str(agent)))))
            copy.add((agent, SDO.url, agent))
    return copy


def _render(template: str, **values: Any) -> str:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["base"] = terms.BASE
    return environment.get_template(f"{template}.html.jinja").render(**values)
