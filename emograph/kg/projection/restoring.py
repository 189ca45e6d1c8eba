"""Property graph to RDF: what `project` wrote, read back exactly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import pyoxigraph as ox

from emograph.kg.projection.elements import Node, PropertyValue, Relationship
from emograph.kg.projection.values import resource_name, to_resource, to_term
from emograph.kg.projection.vocabulary import (
    LABELS,
    PROPERTIES,
    SHAPES,
    TYPE,
    TYPES,
    Fact,
    Shape,
    association_key,
    class_label,
    property_key,
)

_TYPE = ox.NamedNode(TYPE)


def restore(nodes: Iterable[Node], relationships: Iterable[Relationship]) -> Iterator[ox.Quad]:
    """The RDF of nodes and relationships that `project` made, in any order.

    Labels and properties are read where they say something exactly, and ``rdf`` tells the rest;
    what somebody changed in them is read as changed.
    """
    for node in nodes:
        yield from _of_node(node)
    for relationship in relationships:
        shape = SHAPES.get(relationship.type)
        if shape is None:
            yield _of_link(relationship)
        else:
            yield from _of_association(relationship, shape)


def involved(nodes: Iterable[Node], relationships: Iterable[Relationship]) -> set[str]:
    """The resources to project anew where nodes or relationships may be gone; see `touched`."""
    found = {node.iri for node in nodes}
    for relationship in relationships:
        found |= {relationship.resource, relationship.start, relationship.end}
        for quad in restore((), (relationship,)):
            if isinstance(quad.object, (ox.NamedNode, ox.BlankNode)):
                found.add(resource_name(quad.object))
    return found


def _of_node(node: Node) -> Iterator[ox.Quad]:
    subject = to_resource(node.iri)
    graphs = _texts(node.properties, "graphs")
    if not graphs:
        return
    home = _graph(graphs[0])
    exact = list(_statements(node.iri, node.properties))
    yield from exact
    labels = {
        class_label(quad.object.value)
        for quad in exact
        if quad.predicate.value == TYPE and isinstance(quad.object, ox.NamedNode)
    }
    for label in node.labels:
        if label in LABELS and label not in labels:
            yield ox.Quad(subject, _TYPE, ox.NamedNode(LABELS[label]), home)
    kept = {
        property_key(quad.predicate.value, getattr(quad.object, "language", None)) for quad in exact
    }
    yield from _said(node.iri, node.properties, PROPERTIES, kept, home)


def _of_link(relationship: Relationship) -> ox.Quad:
    properties = relationship.properties
    predicate = properties.get("predicate", TYPES.get(relationship.type))
    return ox.Quad(
        to_resource(relationship.start),
        ox.NamedNode(str(predicate)),
        to_resource(relationship.end),
        _graph(str(properties.get("graph", ""))),
    )


def _of_association(relationship: Relationship, shape: Shape) -> Iterator[ox.Quad]:
    name, properties = relationship.resource, relationship.properties
    subject, home = to_resource(name), _graph(str(properties.get("graph", "")))
    yield ox.Quad(subject, _TYPE, ox.NamedNode(shape.type), home)
    yield ox.Quad(subject, ox.NamedNode(shape.start), to_resource(relationship.start), home)
    yield ox.Quad(subject, ox.NamedNode(shape.end), to_resource(relationship.end), home)
    exact = list(_statements(name, properties))
    yield from exact
    kept = {
        association_key(quad.predicate.value, getattr(quad.object, "language", None))
        for quad in exact
    }
    yield from _said(name, properties, shape.facts, kept, home)


def _statements(name: str, properties: Mapping[str, PropertyValue]) -> Iterator[ox.Quad]:
    lines = _texts(properties, "rdf")
    if lines:
        subject = str(to_resource(name))
        yield from ox.parse(
            "".join(f"{subject} {line} .\n" for line in lines), ox.RdfFormat.N_QUADS
        )


def _said(
    name: str,
    properties: Mapping[str, PropertyValue],
    facts: Mapping[str, Fact],
    kept: set[str],
    home: ox.NamedNode | ox.BlankNode | ox.DefaultGraph,
) -> Iterator[ox.Quad]:
    subject = to_resource(name)
    for key, value in properties.items():
        fact = facts.get(key)
        if fact is not None and key not in kept:
            for one in value if isinstance(value, list) else (value,):
                term = to_term(one, fact.datatype)
                yield ox.Quad(subject, ox.NamedNode(fact.predicate), term, home)


def _texts(properties: Mapping[str, PropertyValue], key: str) -> list[str]:
    found = properties.get(key, [])
    return list(map(str, found)) if isinstance(found, list) else [str(found)]


def _graph(name: str) -> ox.NamedNode | ox.BlankNode | ox.DefaultGraph:
    return to_resource(name) if name else ox.DefaultGraph()
