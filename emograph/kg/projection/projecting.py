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
from emograph.kg.projection.values import Term, resource_name, says, to_list, to_value
from emograph.kg.projection.vocabulary import (
    PROPERTIES,
    RESOURCE,
    SHAPES,
    TYPE,
    TYPES,
    Fact,
    Shape,
    association_key,
    class_label,
    class_labels,
    property_key,
    relationship_type,
)
from emograph.kg.stores import GraphStore

Statement = tuple[str, Term, str]
"""What a quad says of its subject: predicate, object, and named graph (the default's is empty)."""

_Joint = tuple[Shape, str, str]
"""The shape of an association, and the resources where it starts and ends."""

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
        about: defaultdict[str, list[Statement]] = defaultdict(list)
        referred: set[str] = set()
        for quad in quads:
            statement = _statement(quad)
            about[resource_name(quad.subject)].append(statement)
            predicate, term, _ = statement
            if isinstance(term, _RESOURCES) and predicate != TYPE:
                referred.add(resource_name(term))
        nodes, relationships = _assemble(about.items(), referred.__contains__)
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
        name for name in objects - subjects if _joint(_statements(store, name)) is not None
    }


def project_part(store: GraphStore, resources: Iterable[str]) -> Projection:
    """The projection of some resources of a store: their nodes, and relationships they make.

    Of these resources, those without a node in it are to have none. Nodes that nothing is said of
    are there too, with the ``iri`` alone; they are to go when no relationship is left at them.
    """
    names = set(resources)
    with _all_kept():
        nodes, relationships = _assemble(
            ((name, _statements(store, name)) for name in names),
            lambda name: _is_referred(store, name),
        )
    for name in (names | _ends(relationships)) - nodes.keys():
        if next(store.quads(subject=name), None) is None:
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
    about: Iterable[tuple[str, Sequence[Statement]]], is_referred: Callable[[str], bool]
) -> tuple[dict[str, Node], list[Relationship]]:
    """What resources become, given what is said of each: nodes by IRI, and relationships.

    Statements come one resource at a time and are not kept, which is kinder to the memory's caches.
    """
    nodes: dict[str, Node] = {}
    relationships: list[Relationship] = []
    for name, statements in about:
        if not statements:
            continue
        joint = _joint(statements)
        if joint is not None and not is_referred(name):
            relationship = _association(name, joint, statements)
            if relationship is not None:
                relationships.append(relationship)
                continue
        types, literals = [], []
        for statement in statements:
            predicate, term, graph = statement
            if not isinstance(term, _RESOURCES):
                literals.append(statement)
            elif predicate == TYPE:
                types.append(statement)
            else:
                relationships.append(_relationship(name, predicate, resource_name(term), graph))
        nodes[name] = _node(name, _graphs(statements), types, literals)
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


def _node(
    name: str, graphs: list[str], types: Sequence[Statement], literals: Sequence[Statement]
) -> Node:
    labels, lines = _labels(types, graphs[0])
    properties, more = _properties(literals, graphs[0], PROPERTIES, property_key)
    properties["iri"] = name
    properties["graphs"] = graphs
    if lines or more:
        properties["rdf"] = sorted({*lines, *more})
    return Node(name, labels, properties)


def _graphs(statements: Sequence[Statement]) -> list[str]:
    """The named graphs of statements, that with the most of them first."""
    graphs = {graph for _, _, graph in statements}
    if len(graphs) == 1:
        return list(graphs)
    counts = Counter(graph for _, _, graph in statements)
    return sorted(counts, key=lambda graph: (-counts[graph], graph))


def _labels(types: Sequence[Statement], home: str) -> tuple[tuple[str, ...], list[str]]:
    """The labels of a node, and the types that they do not say exactly."""
    named = [(term.value, graph) for _, term, graph in types if isinstance(term, ox.NamedNode)]
    labels, exact = class_labels(tuple([iri for iri, _ in named]))
    if len(exact) == len(types) and all(graph == home for _, _, graph in types):
        return labels, []
    foreign = {class_label(iri) for iri, graph in named if graph != home}
    lines = [
        _line(statement)
        for statement in types
        if not isinstance(term := statement[1], ox.NamedNode)
        or class_label(term.value) not in exact - foreign
    ]
    return labels, lines


def _properties(
    statements: Iterable[Statement],
    home: str,
    facts: Mapping[str, Fact],
    key_of: Callable[[str, str | None], str],
) -> tuple[dict[str, PropertyValue], list[str]]:
    """What properties say of a resource, and the statements that they do not say exactly.

    A property is exact where all of its name is said by the predicate and in the datatype that
    `facts` has for it, and in the home graph; else all of that name is kept as statements.
    """
    said: defaultdict[str, list[Statement]] = defaultdict(list)
    for statement in statements:
        language = getattr(statement[1], "language", None)
        said[key_of(statement[0], language)].append(statement)
    properties: dict[str, PropertyValue] = {}
    lines: list[str] = []
    for key, group in said.items():
        fact = facts.get(key)
        values = []
        exact = fact is not None
        for predicate, term, graph in group:
            value, kind = to_value(term)
            if value is not None:
                values.append(value)
            exact = (
                exact
                and fact is not None
                and kind == fact.datatype
                and says(value, term)
                and predicate == fact.predicate
                and graph == home
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


def _association(name: str, joint: _Joint, statements: Sequence[Statement]) -> Relationship | None:
    """An association node as a relationship; None where it must stay a node."""
    shape, start, end = joint
    home = statements[0][2]
    others, lines = [], []
    for statement in statements:
        predicate, term, _ = statement
        if predicate != TYPE:
            if predicate not in (shape.start, shape.end):
                others.append(statement)
        elif term != shape.node:
            lines.append(_line(statement))
    properties, more = _properties(others, home, shape.facts, association_key)
    if any(isinstance(properties.get(number), (bool, str, list)) for number in _NUMBERS):
        return None
    source = properties.get("source")
    if isinstance(source, list):  # one can be asked for, and all are kept
        properties["source"] = source[0]
        more += (
            _line(statement)
            for statement in others
            if association_key(statement[0], getattr(statement[1], "language", None)) == "source"
        )
    properties |= {"key": name, "iri": name, "graph": home}
    if lines or more:
        properties["rdf"] = sorted({*lines, *more})
    return Relationship(name, shape.name, start, end, properties)


def _joint(statements: Sequence[Statement]) -> _Joint | None:
    """What a resource joins, if it is an association of which all is said in one graph."""
    shapes = [
        shape
        for predicate, term, _ in statements
        if predicate == TYPE
        and isinstance(term, ox.NamedNode)
        and (shape := _SHAPE_OF.get(term.value))
    ]
    if len(shapes) != 1:
        return None
    shape, home = shapes[0], statements[0][2]
    ends: dict[str, str] = {}
    for predicate, term, graph in statements:
        if graph != home:
            return None
        if predicate in (shape.start, shape.end):
            if predicate in ends or not isinstance(term, _RESOURCES):
                return None
            ends[predicate] = resource_name(term)
    return (shape, ends[shape.start], ends[shape.end]) if len(ends) == 2 else None


def _statements(store: GraphStore, name: str) -> list[Statement]:
    return [_statement(quad) for quad in store.quads(subject=name)]


def _statement(quad: ox.Quad) -> Statement:
    graph = quad.graph_name
    if isinstance(graph, ox.NamedNode):
        return quad.predicate.value, quad.object, graph.value
    return (
        quad.predicate.value,
        quad.object,
        "" if isinstance(graph, ox.DefaultGraph) else str(graph),
    )


def _line(statement: Statement) -> str:
    predicate, term, graph = statement
    line = f"<{predicate}> " + (f"<<( {term} )>>" if isinstance(term, ox.Triple) else str(term))
    if not graph:
        return line
    return f"{line} {graph}" if graph.startswith("_:") else f"{line} <{graph}>"


def _is_referred(store: GraphStore, name: str) -> bool:
    return any(quad.predicate.value != TYPE for quad in store.quads(object=name))
