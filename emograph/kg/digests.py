"""Which version of which file a store holds: digests, recorded in a named graph of their own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from emograph.errors import KnowledgeError
from emograph.kg import terms
from emograph.kg.stores import GraphStore, StaleStoreError, parse_turtle

if TYPE_CHECKING:
    from pyoxigraph import Triple

DIGESTS = terms.graph("digests")
"""The named graph with the sha256 of each package file, as text about its named graph.

About itself it has the chained sha256 of the SPARQL updates that were made, if there were any.
"""
SHA256 = terms.EMO + "sha256"
UNKNOWN = ""
"""Stands for the digest of a package graph whose file is not known."""


def knowledge_graphs(store: GraphStore) -> tuple[str, ...]:
    """The IRIs of the named graphs that are knowledge: the package's and the packs', in order."""
    knowledge = terms.graph("")
    return tuple(g for g in store.graphs() if g.startswith(knowledge) and g != DIGESTS)


def read_digests(store: GraphStore) -> dict[str, str]:
    """Digest by named graph, as recorded."""
    return {str(graph): str(digest) for graph, digest in store.pairs(SHA256, DIGESTS)}


def digest_triples(digests: Mapping[str, str]) -> list[Triple]:
    """The triples that record digests by named graph."""
    from pyoxigraph import Literal, NamedNode, Triple

    return [
        Triple(NamedNode(graph), NamedNode(SHA256), Literal(digest))
        for graph, digest in sorted(digests.items())
    ]


def bring_up_to_date(store: GraphStore, files: Sequence[Path]) -> None:
    """Make the package graphs of a store those of Turtle files; what is there is passed over.

    Raises what `KnowledgeGraph.load` raises.
    """
    given = _read_files(files)
    digests = {graph: hashlib.sha256(turtle).hexdigest() for graph, turtle in given.items()}
    recorded = read_digests(store)
    updates = recorded.pop(DIGESTS, None)
    if recorded == digests:
        return
    if not store.writable:
        raise StaleStoreError(
            "The store has the knowledge of another version of emograph."
            if recorded
            else "The store has no knowledge of the package yet."
        )
    changed = {graph: given[graph] for graph in given if recorded.get(graph) != digests[graph]}
    if not recorded:
        # Into an empty store, bulk loading is faster, and nobody has read it yet. What a kill
        # left half done is there without a digest, and replaced.
        there = store.graphs()
        for graph in [graph for graph in changed if graph not in there]:
            store.load(changed.pop(graph), graph)
    if updates is not None:
        digests[DIGESTS] = updates
    store.replace(
        {
            **{graph: () for graph in recorded if graph not in given},
            **{graph: parse_turtle(turtle, graph) for graph, turtle in changed.items()},
            DIGESTS: digest_triples(digests),
        }
    )


def _read_files(files: Sequence[Path]) -> dict[str, bytes]:
    names: dict[str, Path] = {}
    turtle: dict[str, bytes] = {}
    for path in files:
        if path.stem in names:
            raise KnowledgeError(
                f"{names[path.stem]} and {path} would be one named graph.", "Rename one."
            )
        names[path.stem] = path
        try:
            turtle[terms.graph(path.stem)] = path.read_bytes()
        except OSError as problem:
            raise KnowledgeError(
                f"The knowledge file {path} cannot be read ({problem.strerror}).",
                "Give a Turtle file that is there.",
            ) from problem
    return turtle


@contextmanager
def recorded_update(store: GraphStore, sparql: str) -> Iterator[None]:
    """Record an update, so that the version of the knowledge changes with it, if it succeeds."""
    before = read_digests(store)
    chained = hashlib.sha256(f"{before.get(DIGESTS, '')}\0{sparql}".encode()).hexdigest()
    # First, since a kill after the update would leave other knowledge under the same version.
    store.replace({DIGESTS: digest_triples({**before, DIGESTS: chained})})
    try:
        yield
    except KnowledgeError:
        store.replace({DIGESTS: digest_triples(before)})
        raise


def forget_digests(store: GraphStore) -> None:
    """Make all package graphs count as changed, and forget the updates that were made."""
    known = dict.fromkeys(read_digests(store), UNKNOWN)
    known.pop(DIGESTS, None)
    store.replace({DIGESTS: digest_triples(known)})


def read_version(store: GraphStore) -> str:
    """The first 16 hex digits of a sha256 over the recorded digests and the packs."""
    digests = read_digests(store)
    packs = terms.pack_graph("")
    for graph in knowledge_graphs(store):
        if graph.startswith(packs):
            digests[graph] = _content_digest(quad.triple for quad in store.quads(graph))
    text = "".join(f"{graph}\0{digest}\n" for graph, digest in sorted(digests.items()))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _content_digest(triples: Iterable[Triple]) -> str:
    """The same for the same triples in any order; blank nodes are not told apart."""
    from pyoxigraph import BlankNode

    lines = sorted(
        " ".join("_:" if isinstance(term, BlankNode) else str(term) for term in triple)
        for triple in triples
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
