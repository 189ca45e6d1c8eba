"""Whether an ontology stays within the syntax of OWL 2 RL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from emograph.kg.terms import OWL, RDF, RDFS, XSD
from emograph.kg.validation import Violation

if TYPE_CHECKING:
    from rdflib import Graph
    from rdflib.term import Node

# https://www.w3.org/TR/owl2-profiles/#OWL_2_RL: what may stand below a SubClassOf, what above it,
# and what beside an EquivalentClasses, besides a name.
_SUBCLASS = frozenset({"intersectionOf", "unionOf", "oneOf", "someValuesFrom", "hasValue"})
_SUPERCLASS = frozenset(
    {
        "intersectionOf", "complementOf", "allValuesFrom", "hasValue", "maxCardinality",
        "maxQualifiedCardinality",
    }
)  # fmt: skip
_EQUIVALENT = frozenset({"intersectionOf", "hasValue"})
_EXPRESSIONS = _SUBCLASS | _SUPERCLASS | {
    "minCardinality", "cardinality", "minQualifiedCardinality", "qualifiedCardinality", "hasSelf",
    "onDatatype",
}  # fmt: skip
_NOT_IN_RL = frozenset({"disjointUnionOf", "datatypeComplementOf", "hasSelf", "onDatatype"})
_DATATYPES = frozenset(
    {RDFS + "Literal", RDF + "PlainLiteral", RDF + "langString", RDF + "XMLLiteral"}
) | frozenset(
    XSD + name
    for name in (
        "decimal", "integer", "nonNegativeInteger", "nonPositiveInteger", "positiveInteger",
        "negativeInteger", "long", "int", "short", "byte", "unsignedLong", "unsignedInt",
        "unsignedShort", "unsignedByte", "float", "double", "string", "normalizedString", "token",
        "language", "Name", "NCName", "NMTOKEN", "boolean", "hexBinary", "base64Binary", "anyURI",
        "dateTime", "dateTimeStamp",
    )
)  # fmt: skip


def outside_rl(ontology: Graph) -> tuple[Violation, ...]:
    """The axioms of an rdflib graph that OWL 2 RL does not have, by node; none where it keeps it.

    What is looked at is the T-Box: class expressions where they stand, kinds of property, ranges.
    """
    return tuple(
        sorted(
            {*_positions(ontology), *_properties(ontology), *_ranges(ontology)},
            key=lambda violation: (violation.node, violation.message),
        )
    )


def _positions(ontology: Graph) -> Iterator[Violation]:
    from rdflib.namespace import OWL as O
    from rdflib.namespace import RDFS as R

    for lower, upper in ontology.subject_objects(R.subClassOf):
        yield from _expression(ontology, lower, _SUBCLASS, "as a subclass", lower)
        yield from _expression(ontology, upper, _SUPERCLASS, "as a superclass", lower)
    for left, right in ontology.subject_objects(O.equivalentClass):
        for side in (left, right):
            yield from _expression(ontology, side, _EQUIVALENT, "in an equivalence", left)
    for left, right in ontology.subject_objects(O.disjointWith):
        for side in (left, right):
            yield from _expression(ontology, side, _SUBCLASS, "in a disjointness", left)
    for predicate in (R.domain, R.range):
        for term, value in ontology.subject_objects(predicate):
            yield from _expression(ontology, value, _SUPERCLASS, "as a domain or range", term)
    for name in sorted(_NOT_IN_RL):
        for node in ontology.subjects(O[name]):
            yield Violation(str(node), f"OWL 2 RL has no owl:{name}.")


def _expression(
    ontology: Graph, node: Node, allowed: frozenset[str], place: str, owner: Node
) -> Iterator[Violation]:
    """Faults of one class expression, and of those in it."""
    from rdflib import Literal
    from rdflib.collection import Collection
    from rdflib.namespace import OWL as O

    for predicate, value in ontology.predicate_objects(node):
        name = str(predicate).removeprefix(OWL)
        if name not in _EXPRESSIONS:
            continue
        if name not in allowed:
            yield Violation(str(owner), f"OWL 2 RL has no owl:{name} {place}.")
        elif name in ("intersectionOf", "unionOf"):
            for part in Collection(ontology, value):
                yield from _expression(ontology, part, allowed, place, owner)
        elif name.startswith("max") and not (isinstance(value, Literal) and int(value) in (0, 1)):
            yield Violation(str(owner), f"OWL 2 RL has owl:{name} 0 or 1 only.")
        elif name == "complementOf":
            yield from _expression(ontology, value, _SUBCLASS, "in a complement", owner)
        elif name in ("someValuesFrom", "allValuesFrom") and value != O.Thing:
            yield from _expression(ontology, value, allowed, place, owner)
    if node == O.Thing and place != "as a domain or range":
        yield Violation(str(owner), f"OWL 2 RL has no owl:Thing {place}.")


def _properties(ontology: Graph) -> Iterator[Violation]:
    from rdflib.namespace import OWL as O
    from rdflib.namespace import RDF as R

    for node in ontology.subjects(R.type, O.ReflexiveProperty):
        yield Violation(str(node), "OWL 2 RL has no owl:ReflexiveProperty.")
    kinds = (O.ObjectProperty, O.DatatypeProperty, O.AnnotationProperty)
    for node in {node for kind in kinds for node in ontology.subjects(R.type, kind)}:
        if sum((node, R.type, kind) in ontology for kind in kinds) > 1:
            yield Violation(str(node), "A property is of one kind: object, datatype or annotation.")


def _ranges(ontology: Graph) -> Iterator[Violation]:
    from rdflib.namespace import OWL as O
    from rdflib.namespace import RDF as R
    from rdflib.namespace import RDFS as S

    for node in ontology.subjects(R.type, O.DatatypeProperty):
        for datatype in ontology.objects(node, S.range):
            if str(datatype) not in _DATATYPES:
                yield Violation(str(node), f"OWL 2 RL has no datatype <{datatype}>.")
