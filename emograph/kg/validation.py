"""Checking knowledge against the shapes: what is missing, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from emograph.kg.graph import ONTOLOGIES

if TYPE_CHECKING:
    from rdflib import Graph

SHAPES = ONTOLOGIES / "shapes.ttl"


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is wrong: the node's IRI, and what the shape says about it."""

    node: str
    message: str


def validate(data: Graph) -> tuple[Violation, ...]:
    """All violations of the shapes in an rdflib graph, by node; none where all is well.

    The graph must hold the ontology's files that it refers to; what a shape calls a class is looked
    up there.
    """
    from pyshacl import validate as shacl
    from rdflib import Graph
    from rdflib.namespace import RDF, SH

    shapes = Graph().parse(SHAPES)
    _, report, _ = shacl(data, shacl_graph=shapes, advanced=True)
    assert isinstance(report, Graph)  # noqa: S101 - what pyshacl gives without serialising
    return tuple(
        sorted(
            (
                Violation(
                    str(report.value(result, SH.focusNode)),
                    str(report.value(result, SH.resultMessage)),
                )
                for result in report.subjects(RDF.type, SH.ValidationResult)
            ),
            key=lambda violation: (violation.node, violation.message),
        )
    )
