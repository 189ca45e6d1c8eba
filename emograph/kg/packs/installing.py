"""Packs in a store: putting them in, taking them out, and which are there."""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox

from emograph.errors import KnowledgeError
from emograph.kg import terms
from emograph.kg.packs.pack import ASSOCIATIONS, TYPE, Pack
from emograph.kg.stores import GraphStore

_GRAPHS = terms.pack_graph("")


@dataclass(frozen=True, slots=True)
class Installed:
    """A pack as a list shows it."""

    name: str
    version: str
    concepts: int
    associations: int


def install(store: GraphStore, pack: Pack) -> bool:
    """Put a checked pack into a store, in place of what was there of it, in one transaction.

    False where the same is there already. Raises `KnowledgeError` where a newer version is there,
    or a pack of the same name by someone else.
    """
    new = frozenset(pack.triples)
    if new == stored_triples(store, pack.name):
        return False
    version = summary(store, pack.name).version
    if _parts(version) > _parts(pack.version):
        raise KnowledgeError(
            f"The store has the pack {pack.name} in version {version}, newer than {pack.version}.",
            f"Raise the version, or remove it first: emograph ontology remove {pack.name}.",
        )
    others = {
        str(node)
        for node, node_type in store.pairs(TYPE, pack.graph)
        if node_type == terms.OWL + "Ontology" and node != pack.iri
    }
    if others:
        raise KnowledgeError(
            f"The store has another pack called {pack.name}, <{min(others)}>.",
            "Remove that first, or give this one another name.",
        )
    store.replace({pack.graph: new})
    return True


def uninstall(store: GraphStore, name: str) -> None:
    """Take a pack out of a store.

    Raises `KnowledgeError` where it is not there, or where another pack imports it.
    """
    if name not in stored_packs(store):
        known = ", ".join(stored_packs(store)) or "none"
        raise KnowledgeError(f"The store has no pack {name!r}.", f"It has: {known}.")
    versions = _values(store, name, terms.OWL + "versionIRI")
    for other in stored_packs(store):
        if other != name and versions & _values(store, other, terms.OWL + "imports"):
            raise KnowledgeError(f"The pack {other} imports {name}.", f"Remove {other} first.")
    store.replace({terms.pack_graph(name): ()})


def stored_packs(store: GraphStore) -> tuple[str, ...]:
    """The names of the packs in a store, in order."""
    return tuple(
        graph.removeprefix(_GRAPHS) for graph in store.graphs() if graph.startswith(_GRAPHS)
    )


def stored_triples(store: GraphStore, name: str) -> frozenset[ox.Triple]:
    """What a store has of a pack; nothing where it has no such pack."""
    return frozenset(quad.triple for quad in store.quads(terms.pack_graph(name)))


def summary(store: GraphStore, name: str) -> Installed:
    """A stored pack's version, and how many concepts and associations it has."""
    types = [str(node_type) for _, node_type in store.pairs(TYPE, terms.pack_graph(name))]
    return Installed(
        name=name,
        version=min(_values(store, name, terms.OWL + "versionInfo"), default=""),
        concepts=types.count(terms.EMO + "Concept"),
        associations=sum(node_type in ASSOCIATIONS for node_type in types),
    )


def _values(store: GraphStore, name: str, predicate: str) -> set[str]:
    return {str(value) for _, value in store.pairs(predicate, terms.pack_graph(name))}


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
