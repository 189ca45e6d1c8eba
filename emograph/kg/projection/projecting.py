"""RDF to property graph: resource by resource, so that a part can be projected alone."""

from __future__ import annotations

import gc
import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import attrgetter

import pyoxigraph as ox

from emograph.kg.projection.elements import Node, Projection, PropertyValue, Relationship
from emograph.kg.projection.values import resource_name, says, to_list, to_value
from emograph.kg.projection.vocabulary import (
    LABELS,
    PROPERTIES,
    RESOURCE,
    SHAPES,
    TYPE,
    TYPES,
    Fact,
    Shape,
    association_key,
    class_label,
    property_key,
    relationship_type,
)
from emograph.kg.stores import GraphStore

_RESOURCES = (ox.NamedNode, ox.BlankNode)
_SHAPE_OF = {shape.type: shape for shape in SHAPES.values()}
_NUMBERS = ("weight", "strength", "count", "total")


def project(quads: Iterable[ox.Quad]) -> Projection:
    """The property graph of RDF; `restore` gives the same RDF again, but for blank nodes' labels.

    Every subject becomes a `Node`, as does every resource that a relationship leads to, with a
    label for each class, a property for what literals say, and a `Relationship` for each statement
    about another resource. Association nodes become relationships with ``weight`` (see `SHAPES`)
    unless something refers to them or they are odd.

    Nodes have ``graphs``, the named graphs that speak of them (first the one that says most; the
    default graph is empty text), and ``rdf``, the statements that labels and properties do not say
    exactly, in N-Quads without the subject. Relationships have ``graph``, and ``predicate`` where
    the type is none of `TYPES`.
    """
    with _all_kept():
        about: defaultdict[str, list[ox.Quad]] = defaultdict(list)
        referred: set[str] = set()
        for quad in quads:
            about[resource_name(quad.subject)].append(quad)
            if isinstance(quad.object, _RESOURCES) and quad.predicate.value != TYPE:
                referred.add(resource_name(quad.object))
        nodes, relationships = _assemble(about, referred.__contains__)
        for end in _ends(relationships) - nodes.keys():
            nodes[end] = _bare(end)
        return _sorted(nodes, relationships)


def touched(store: GraphStore, graphs: Iterable[str]) -> set[str]:
    """The resources to project anew where named graphs were added, as `project_part` takes them.

    These are the subjects, and the association nodes that they refer to. Where graphs were changed
    or removed, those of `involved` come to it.
    """
    subjects, objects = set(), set()
    for graph in graphs:
        for quad in store.quads(graph):
            subjects.add(resource_name(quad.subject))
            term = quad.object
            if isinstance(term, _RESOURCES):
                objects.add(resource_name(term))
    return subjects | {
        name for name in objects - subjects if _shape(list(store.quads(subject=name))) is not None
    }


def project_part(store: GraphStore, resources: Iterable[str]) -> Projection:
    """The projection of some resources of a store: their nodes, and relationships they make.

    Of these resources, those without a node in it are to have none. Nodes that nothing is said of
    are there too, with the ``iri`` alone; they are to go when no relationship is left at them.
    """
    with _all_kept():
        about = {name: list(store.quads(subject=name)) for name in resources}
        nodes, relationships = _assemble(
            {name: quads for name, quads in about.items() if quads},
            lambda name: _is_referred(store, name),
        )
    for name in (about.keys() | _ends(relationships)) - nodes.keys():
        if not about[name] if name in about else next(store.quads(subject=name), None) is None:
            nodes[name] = _bare(name)
    return _sorted(nodes, relationships)


@contextmanager
def _all_kept() -> Iterator[None]:
    """Where all that is made is kept: looking for garbage in it would take a third of the time."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _assemble(
    about: Mapping[str, Sequence[ox.Quad]], is_referred: Callable[[str], bool]
) -> tuple[dict[str, Node], list[Relationship]]:
    """What resources become: nodes by IRI, and relationships."""
    nodes: dict[str, Node] = {}
    relationships: list[Relationship] = []
    for name, quads in about.items():
        shape = _shape(quads)
        if shape is not None and not is_referred(name):
            relationship = _association(name, shape, quads)
            if relationship is not None:
                relationships.append(relationship)
                continue
        nodes[name] = _node(name, quads)
        for quad in quads:
            term = quad.object
            if isinstance(term, _RESOURCES) and (predicate := quad.predicate.value) != TYPE:
                link = _relationship(name, predicate, resource_name(term), _graph_name(quad))
                relationships.append(link)
    return nodes, relationships


def _ends(relationships: Iterable[Relationship]) -> set[str]:
    return {end for relationship in relationships for end in (relationship.start, relationship.end)}


def _sorted(nodes: Mapping[str, Node], relationships: Iterable[Relationship]) -> Projection:
    return Projection(
        tuple(nodes[iri] for iri in sorted(nodes)),
        tuple(sorted(relationships, key=attrgetter("key"))),
    )


def _bare(name: str) -> Node:
    return Node(name, (RESOURCE,), {"iri": name})


def _node(name: str, quads: Sequence[ox.Quad]) -> Node:
    graphs = _graphs(quads)
    types, literals = [], []
    for quad in quads:
        if not isinstance(quad.object, _RESOURCES):
            literals.append(quad)
        elif quad.predicate.value == TYPE:
            types.append(quad)
    labels, lines = _labels(types, graphs[0])
    properties, more = _properties(literals, graphs[0], PROPERTIES, property_key)
    properties |= {"iri": name, "graphs": graphs}
    if lines or more:
        properties["rdf"] = sorted({*lines, *more})
    return Node(name, labels, properties)


def _graphs(quads: Sequence[ox.Quad]) -> list[str]:
    """The named graphs of quads, that with the most of them first."""
    first = quads[0].graph_name
    if all(quad.graph_name == first for quad in quads):
        return [_graph_name(quads[0])]
    counts = Counter(_graph_name(quad) for quad in quads)
    return sorted(counts, key=lambda graph: (-counts[graph], graph))


def _labels(types: Sequence[ox.Quad], home: str) -> tuple[tuple[str, ...], list[str]]:
    """The labels of a node, and the types that they do not say exactly."""
    said: defaultdict[str, list[ox.Quad]] = defaultdict(list)
    lines = []
    for quad in types:
        term = quad.object
        if isinstance(term, ox.NamedNode):
            said[class_label(term.value)].append(quad)
        else:
            lines.append(_line(quad))
    for label, group in said.items():
        if [(q.object.value, _graph_name(q)) for q in group] != [(LABELS.get(label), home)]:  # type: ignore[union-attr]
            lines += map(_line, group)
    return (RESOURCE, *sorted(said.keys() - {RESOURCE})), lines


def _properties(
    quads: Iterable[ox.Quad],
    home: str,
    facts: Mapping[str, Fact],
    key_of: Callable[[str, str | None], str],
) -> tuple[dict[str, PropertyValue], list[str]]:
    """What properties say of a resource, and the statements that they do not say exactly.

    A property is exact where all of its name is said by the predicate and in the datatype that
    `facts` has for it, and in the home graph; else all of that name is kept as statements.
    """
    said: defaultdict[str, list[ox.Quad]] = defaultdict(list)
    for quad in quads:
        language = getattr(quad.object, "language", None)
        said[key_of(quad.predicate.value, language)].append(quad)
    properties: dict[str, PropertyValue] = {}
    lines: list[str] = []
    for key, group in said.items():
        fact = facts.get(key)
        values = []
        exact = fact is not None
        for quad in group:
            value, kind = to_value(quad.object)
            if value is not None:
                values.append(value)
            exact = (
                exact
                and fact is not None
                and kind == fact.datatype
                and says(value, quad.object)
                and quad.predicate.value == fact.predicate
                and _graph_name(quad) == home
            )
        if not exact:
            lines += map(_line, group)
        if len(values) == 1 and not (fact and fact.many):
            properties[key] = values[0]
        elif values:
            several = to_list(values)
            many = len(several) > 1 or (fact is not None and fact.many)
            properties[key] = several if many else several[0]
    return properties, lines


def _relationship(name: str, predicate: str, end: str, graph: str) -> Relationship:
    text = f"{name}\n{predicate}\n{end}\n{graph}"
    key = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
    kind = relationship_type(predicate)
    properties: dict[str, PropertyValue] = {"key": key, "graph": graph}
    if TYPES.get(kind) != predicate:
        properties["predicate"] = predicate
    return Relationship(key, kind, name, end, properties)


def _association(name: str, shape: Shape, quads: Sequence[ox.Quad]) -> Relationship | None:
    """An association node as a relationship; None where it must stay a node."""
    home = _graph_name(quads[0])
    ends = {}
    others, lines = [], []
    for quad in quads:
        predicate = quad.predicate.value
        if predicate in (shape.start, shape.end):
            ends[predicate] = resource_name(quad.object)  # type: ignore[arg-type]
        elif predicate != TYPE:
            others.append(quad)
        elif quad.object != shape.node:
            lines.append(_line(quad))
    properties, more = _properties(others, home, shape.facts, association_key)
    if any(isinstance(properties.get(number), (bool, str, list)) for number in _NUMBERS):
        return None
    source = properties.get("source")
    if isinstance(source, list):  # one can be asked for, and all are kept
        properties["source"] = source[0]
        more += (
            _line(quad)
            for quad in others
            if association_key(quad.predicate.value, getattr(quad.object, "language", None))
            == "source"
        )
    properties |= {"key": name, "iri": name, "graph": home}
    if lines or more:
        properties["rdf"] = sorted({*lines, *more})
    return Relationship(name, shape.name, ends[shape.start], ends[shape.end], properties)


def _shape(quads: Sequence[ox.Quad]) -> Shape | None:
    """What a resource is an association of, if all is said in one graph and joins two resources."""
    shapes = [
        shape
        for quad in quads
        if quad.predicate.value == TYPE
        and isinstance(quad.object, ox.NamedNode)
        and (shape := _SHAPE_OF.get(quad.object.value))
    ]
    if len(shapes) != 1:
        return None
    shape, graph = shapes[0], quads[0].graph_name
    ends = []
    for quad in quads:
        if quad.graph_name != graph:
            return None
        predicate = quad.predicate.value
        if predicate in (shape.start, shape.end):
            if not isinstance(quad.object, _RESOURCES):
                return None
            ends.append(predicate)
    return shape if len(ends) == 2 and ends[0] != ends[1] else None


def _line(quad: ox.Quad) -> str:
    term = f"<<( {quad.object} )>>" if isinstance(quad.object, ox.Triple) else str(quad.object)
    line = f"{quad.predicate} {term}"
    return line if isinstance(quad.graph_name, ox.DefaultGraph) else f"{line} {quad.graph_name}"


def _graph_name(quad: ox.Quad) -> str:
    graph = quad.graph_name
    if isinstance(graph, ox.NamedNode):
        return graph.value
    return "" if isinstance(graph, ox.DefaultGraph) else str(graph)


def _is_referred(store: GraphStore, name: str) -> bool:
    return any(quad.predicate.value != TYPE for quad in store.quads(object=name))
