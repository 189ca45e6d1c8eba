"""What is known apart from a pack: that of the package, and of the other packs in a store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from emograph.kg import terms
from emograph.kg.packs.pack import TYPE
from emograph.kg.stores import GraphStore

_OBSERVED = terms.BASE + "explanation/"


@dataclass(frozen=True, eq=False)
class Surroundings:
    """The terms that a pack may refer to, and those that it must not define again.

    `types` are the classes of every node, `members` the nodes of every class; `above` are the
    ``skos:broader`` of concepts, `schemes` the scheme of each emotion, `named` the concepts by kind
    and name in lower case, `versions` the version IRIs of ontologies, `notations` those in use.
    """

    types: Mapping[str, frozenset[str]]
    members: Mapping[str, frozenset[str]]
    above: Mapping[str, tuple[str, ...]]
    schemes: Mapping[str, str]
    kinds: Mapping[str, str]
    named: Mapping[tuple[str, str], str]
    versions: frozenset[str]
    notations: Mapping[str, str]


def surroundings(store: GraphStore, without: str) -> Surroundings:
    """What a store knows apart from the named graph `without` and from observations."""
    graphs = [name for name in store.graphs() if name != without and not name.startswith(_OBSERVED)]
    types: dict[str, set[str]] = defaultdict(set)
    members: dict[str, set[str]] = defaultdict(set)
    for node, node_type in _pairs(store, graphs, TYPE):
        types[node].add(node_type)
        members[node_type].add(node)
    above: dict[str, list[str]] = defaultdict(list)
    for node, broader in _pairs(store, graphs, terms.SKOS + "broader"):
        above[node].append(broader)
    kinds = dict(_pairs(store, graphs, terms.EMO + "kind"))
    return Surroundings(
        types={node: frozenset(found) for node, found in types.items()},
        members={name: frozenset(found) for name, found in members.items()},
        above={node: tuple(found) for node, found in above.items()},
        schemes=dict(_pairs(store, graphs, terms.EMO + "scheme")),
        kinds=kinds,
        named={
            (kinds[node], label.casefold()): node
            for node, label in _pairs(store, graphs, terms.SKOS + "prefLabel")
            if node in kinds
        },
        versions=frozenset(v for _, v in _pairs(store, graphs, terms.OWL + "versionIRI")),
        notations={v: node for node, v in _pairs(store, graphs, terms.SKOS + "notation")},
    )


def _pairs(store: GraphStore, graphs: Iterable[str], predicate: str) -> Iterator[tuple[str, str]]:
    for graph in graphs:
        for node, value in store.pairs(predicate, graph):
            yield str(node), str(value)
