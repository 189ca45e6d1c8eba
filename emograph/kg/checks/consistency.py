"""What follows from knowledge by OWL 2 RL, and where that contradicts itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from emograph.kg.checks.asking import asker
from emograph.kg.validation import Violation

if TYPE_CHECKING:
    from rdflib import Graph

# The rules of OWL 2 RL that derive "false", by their names in the recommendation. The reasoner
# derives triples only, so what contradicts is asked of its closure.
_RULES: tuple[tuple[str, str, str], ...] = (
    (
        "cax-dw",
        "It is of the classes <{left}> and <{right}>, which are disjoint.",
        "?left owl:disjointWith ?right . ?node a ?left, ?right",
    ),
    (
        "cax-adc",
        "It is of the classes <{left}> and <{right}>, which are disjoint.",
        """?all a owl:AllDisjointClasses ; owl:members/rdf:rest*/rdf:first ?left, ?right .
        FILTER (STR(?left) < STR(?right)) ?node a ?left, ?right""",
    ),
    ("cls-nothing2", "It is of owl:Nothing, which has no members.", "?node a owl:Nothing"),
    (
        "cls-com",
        "It is of the class <{left}> and of its complement.",
        "?right owl:complementOf ?left . ?node a ?left, ?right",
    ),
    (
        "eq-diff1",
        "It is the same as <{left}> and different from it.",
        "?node owl:sameAs ?left ; owl:differentFrom ?left",
    ),
    (
        "prp-irp",
        "It has <{left}> to itself, which is irreflexive.",
        "?left a owl:IrreflexiveProperty . ?node ?left ?node",
    ),
    (
        "prp-asyp",
        "It has <{left}> to <{right}> and back, which is asymmetric.",
        "?left a owl:AsymmetricProperty . ?node ?left ?right . ?right ?left ?node",
    ),
    (
        "prp-pdw",
        "It has <{left}> and <{right}> to one node, which are disjoint properties.",
        "?left owl:propertyDisjointWith ?right . ?node ?left ?value ; ?right ?value",
    ),
    # prp-fp makes two literals the same, and dt-diff says that they are not.
    (
        "dt-diff",
        "It has two values of <{left}>, which is functional.",
        """?left a owl:FunctionalProperty . ?node ?left ?one, ?two .
        FILTER (isLiteral(?one) && isLiteral(?two) && STR(?one) < STR(?two) && ?one != ?two)""",
    ),
)


def closure(graph: Graph) -> Graph:
    """All that is said and all that follows from it by the rules of OWL 2 RL.

    What `graph` imports is not fetched: add it first.
    """
    from rdflib import Graph
    from reasonable import PyReasoner  # type: ignore[import-untyped]

    reasoner = PyReasoner()
    reasoner.from_graph(graph)
    closed = Graph()
    for triple in reasoner.reason():
        closed.add(triple)
    return closed


def inconsistencies(graph: Graph) -> tuple[Violation, ...]:
    """What contradicts itself in the closure of an rdflib graph, by node; none if consistent.

    A message begins with the rule of OWL 2 RL that derives "false", such as ``cax-dw``.
    """
    return tuple(
        sorted(
            {*_contradictions(closure(graph)), *_ill_typed(graph)},
            key=lambda violation: (violation.node, violation.message),
        )
    )


def _contradictions(closed: Graph) -> Iterator[Violation]:
    ask = asker(closed)
    for rule, message, pattern in _RULES:
        for found in ask(pattern):
            said = message.format(left=found.get("left"), right=found.get("right"))
            yield Violation(found["node"], f"{rule}: {said}")


def _ill_typed(graph: Graph) -> Iterator[Violation]:
    """Literals that their datatype does not have: dt-not-type."""
    from rdflib import Literal

    for node, predicate, value in graph:
        if isinstance(value, Literal) and value.ill_typed:
            yield Violation(
                str(node),
                f"dt-not-type: {str(value)!r} of <{predicate}> is no <{value.datatype}>.",
            )
