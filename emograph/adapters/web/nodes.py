"""A node of the knowledge as a person reads it: what it is, who says so, what is next to it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import pyoxigraph as ox

from emograph.adapters.web.http_error import HttpError
from emograph.adapters.web.slots import until
from emograph.engine.explanation.document import percent
from emograph.kg import terms
from emograph.kg.digests import knowledge_graphs
from emograph.kg.graph import KnowledgeGraph
from emograph.kg.stores import Iri, Value

Direction = Literal["out", "in"]

TYPE = terms.RDF + "type"
_NAMES = (terms.SKOS + "prefLabel", terms.DCTERMS + "title", terms.RDFS + "label")
_DEFINITIONS = (terms.SKOS + "definition", terms.DCTERMS + "description")
_SOURCE = terms.DCTERMS + "source"
_LEFT_OUT = frozenset(
    (TYPE, _SOURCE, terms.RDFS + "isDefinedBy", terms.OWL + "disjointWith", terms.OWL + "imports")
)
"""What a node says besides and nobody wants to walk along."""
_OTHER_SCHEME = terms.EMO + "to"
_ENDS: Mapping[str, tuple[str, str]] = {
    terms.EMO + "emotion": ("goes with", "probability"),
    terms.EMO + "appraisal": ("is appraised as", "probability"),
    _OTHER_SCHEME: ("counts as", "weight"),
}
"""The end of a weighted statement: the word for it, and the property that has its weight."""
_STARTS = frozenset((terms.EMO + "subject", terms.EMO + "from"))
_MOST = 24
"""Neighbours of one relation; the strongest, or the first by name, are told."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A node next to another, and by what relation; `note` has the weight and who says so."""

    relation: str
    direction: Direction
    iri: str
    label: str
    note: str


@dataclass(frozen=True, slots=True)
class Node:
    """A node; `pack` is the pack that it is from, `left_off` counts neighbours not told."""

    iri: str
    label: str
    types: list[str]
    definition: str
    source: str
    pack: str | None
    neighbours: list[Neighbour]
    left_off: int


@dataclass(frozen=True, slots=True)
class _Link:
    relation: str
    direction: Direction
    iri: str
    weight: float = 0.0
    note: str = ""


def read_node(graph: KnowledgeGraph, iri: str, deadline: float) -> Node:
    """The node of an IRI; `HttpError` 404 where nothing is known of it."""
    said = _said(graph.about(iri))
    links = [*_outward(graph, said), *_inward(graph, iri, deadline)]
    if not said and not links:
        raise HttpError(404, "The graph knows nothing of this. Search for it by name.")
    neighbours, left_off = _told(graph, links)
    return Node(
        iri=iri,
        label=_name(iri, said),
        types=sorted({label_of(graph, str(kind)) for kind in said.get(TYPE, ())}),
        definition=_first(said, _DEFINITIONS),
        source="; ".join(_source(graph, value) for value in said.get(_SOURCE, ())),
        pack=pack_of(graph, iri),
        neighbours=neighbours,
        left_off=left_off,
    )


def label_of(graph: KnowledgeGraph, iri: str) -> str:
    """What a node is called, or the end of its IRI where it has no name."""
    return _name(iri, {} if iri.startswith("_:") else _said(graph.about(iri)))


def pack_of(graph: KnowledgeGraph, iri: str) -> str | None:
    """The name of the pack that says what a node is; None where the package does."""
    packs = terms.pack_graph("")
    for quad in graph.store.quads(subject=iri):
        name = quad.graph_name
        if quad.predicate.value != TYPE or not isinstance(name, ox.NamedNode):
            continue
        if name.value.startswith(packs):
            return name.value.removeprefix(packs)
    return None


def _outward(graph: KnowledgeGraph, said: Mapping[str, list[Value]]) -> Iterator[_Link]:
    for predicate, values in said.items():
        if predicate not in _LEFT_OUT:
            for value in values:
                if isinstance(value, Iri) and not value.startswith("_:"):
                    yield _Link(_relation(graph, predicate), "out", str(value))


def _inward(graph: KnowledgeGraph, iri: str, deadline: float) -> Iterator[_Link]:
    """What refers to a node; weighted statements are told by their other end."""
    quads = (
        quad
        for name in knowledge_graphs(graph.store)
        for quad in graph.store.quads(name, object=iri)
    )
    for quad in until(deadline, quads):
        predicate = quad.predicate.value
        if predicate in _STARTS or predicate in _ENDS:
            yield from _weighted(graph, quad.subject, predicate)
        elif predicate not in _LEFT_OUT and isinstance(quad.subject, ox.NamedNode):
            yield _Link(_relation(graph, predicate), "in", quad.subject.value)
        elif predicate == TYPE and isinstance(quad.subject, ox.NamedNode):
            yield _Link("example", "in", quad.subject.value)


def _weighted(
    graph: KnowledgeGraph, node: ox.NamedNode | ox.BlankNode | ox.Triple, met: str
) -> Iterator[_Link]:
    """The other end of an association or a mapping that was met at one of its ends."""
    name = f"_:{node.value}" if isinstance(node, ox.BlankNode) else getattr(node, "value", "")
    said = {quad.predicate.value: quad.object for quad in graph.store.quads(subject=name)}
    start = next((said[end] for end in _STARTS if end in said), None)
    for end, (relation, weighing) in _ENDS.items():
        if end not in said or not isinstance(start, ox.NamedNode):
            continue
        weight = float(getattr(said.get(terms.EMO + weighing), "value", 0.0))
        direction: Direction = "out" if met in _STARTS else "in"
        other = said[end] if direction == "out" else start
        source = getattr(said.get(_SOURCE), "value", "")
        total = getattr(said.get(terms.EMO + "total"), "value", "")
        by = label_of(graph, source) if source else ""
        counted = f" of {float(total):,.0f} observations" if total else ""
        note = f"{percent(weight)}{counted}{' in ' if counted else ', ' if by else ''}{by}"
        if isinstance(other, ox.NamedNode):
            if end == _OTHER_SCHEME:
                # Emotions of several schemes have the same name.
                note = f"{_scheme_of(graph, other.value)}, {note}"
            strength = weight * (float(total) if total else 1.0) ** 0.5
            yield _Link(relation, direction, other.value, strength, note)


def _scheme_of(graph: KnowledgeGraph, emotion: str) -> str:
    schemes = _said(graph.about(emotion)).get(terms.EMO + "scheme", ())
    return next((label_of(graph, str(scheme)) for scheme in schemes), "")


def _told(graph: KnowledgeGraph, links: Iterable[_Link]) -> tuple[list[Neighbour], int]:
    by_relation: dict[tuple[Direction, str], list[_Link]] = defaultdict(list)
    for link in dict.fromkeys(links):
        by_relation[link.direction, link.relation].append(link)
    told, left_off = [], 0
    # What is weighted says most of a node, then what the node itself says.
    for found in sorted(
        by_relation.values(), key=lambda found: (not found[0].note, found[0].direction == "in")
    ):
        found.sort(key=lambda link: (-link.weight, link.iri))
        left_off += max(len(found) - _MOST, 0)
        told += [
            Neighbour(link.relation, link.direction, link.iri, label_of(graph, link.iri), link.note)
            for link in found[:_MOST]
        ]
    return told, left_off


def _relation(graph: KnowledgeGraph, predicate: str) -> str:
    """What a property is called; one of another ontology by its words, such as “exact match”."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", label_of(graph, predicate)).lower()


def _said(pairs: Iterable[tuple[str, Value]]) -> dict[str, list[Value]]:
    said: dict[str, list[Value]] = defaultdict(list)
    for predicate, value in pairs:
        said[predicate].append(value)
    return said


def _source(graph: KnowledgeGraph, value: Value) -> str:
    return label_of(graph, str(value)) if isinstance(value, Iri) else str(value)


def _name(iri: str, said: Mapping[str, list[Value]]) -> str:
    end = iri.rstrip("/#").rsplit("/", 1)[-1].rsplit("#", 1)[-1]
    return _first(said, _NAMES) or end or iri


def _first(said: Mapping[str, list[Value]], predicates: Iterable[str]) -> str:
    return next((min(map(str, said[p])) for p in predicates if said.get(p)), "")
