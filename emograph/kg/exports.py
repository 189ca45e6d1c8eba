"""Writes a knowledge graph to a file: as RDF, GraphML or a script of Cypher."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from emograph.errors import KnowledgeError
from emograph.kg import terms
from emograph.kg.digests import knowledge_graphs
from emograph.kg.graph import KnowledgeGraph
from emograph.kg.jsonld import write_jsonld
from emograph.kg.projection.projecting import project
from emograph.kg.projection.script import to_cypher

if TYPE_CHECKING:
    from pyoxigraph import Quad, RdfFormat

Writer = Callable[[KnowledgeGraph, Sequence[str], BinaryIO], None]
"""Writes the named graphs of those IRIs to a file."""


def named_graphs(graph: KnowledgeGraph, names: Sequence[str] = ()) -> tuple[str, ...]:
    """The IRIs of named graphs: those of the names, or all that are knowledge where none is given.

    A name is an IRI, or short: ``concepts`` for a file of the package, ``pack/disaster`` for a
    pack. Raises `KnowledgeError` where the store has none of that name.
    """
    if not names:
        return knowledge_graphs(graph.store)
    there = graph.store.graphs()
    iris = tuple(name if ":" in name else terms.graph(name) for name in names)
    for name, iri in zip(names, iris, strict=True):
        if iri not in there:
            known = (g.removeprefix(terms.graph("")) for g in knowledge_graphs(graph.store))
            raise KnowledgeError(
                f"The store has no named graph {name!r}.",
                f"Use an IRI, or one of: {', '.join(known)}.",
            )
    return iris


def write_turtle(graph: KnowledgeGraph, graphs: Sequence[str], file: BinaryIO) -> None:
    """Turtle: the triples of all the named graphs together."""
    from pyoxigraph import RdfFormat

    _write_triples(graph, graphs, file, RdfFormat.TURTLE)


def write_trig(graph: KnowledgeGraph, graphs: Sequence[str], file: BinaryIO) -> None:
    """TriG: each named graph with its name."""
    from pyoxigraph import RdfFormat

    _write_quads(graph, graphs, file, RdfFormat.TRIG)


def write_nquads(graph: KnowledgeGraph, graphs: Sequence[str], file: BinaryIO) -> None:
    """N-Quads: a line for each triple and its named graph."""
    from pyoxigraph import RdfFormat

    _write_quads(graph, graphs, file, RdfFormat.N_QUADS)


def write_json_ld(graph: KnowledgeGraph, graphs: Sequence[str], file: BinaryIO) -> None:
    """JSON-LD with prefixes: the resources of each named graph, in its order."""
    write_jsonld({iri: graph.store.quads(iri) for iri in graphs}, terms.PREFIXES, file)


def write_graphml(graph: KnowledgeGraph, graphs: Sequence[str], file: BinaryIO) -> None:
    """GraphML: what `KnowledgeGraph.to_networkx` gives, which is of the whole knowledge.

    Raises `KnowledgeError` where the named graphs are not all of the knowledge and no more.
    """
    import networkx as nx  # type: ignore[import-untyped]

    if set(graphs) != set(knowledge_graphs(graph.store)):
        raise KnowledgeError(
            "GraphML is written of the whole knowledge, not of named graphs.",
            "Name no graph, or write Turtle or TriG.",
        )
    network = graph.to_networkx()
    # GraphML has no word for what is not there.
    for attributes in chain(
        (data for _, data in network.nodes(data=True)),
        (data for _, _, data in network.edges(data=True)),
    ):
        for name in [name for name, value in attributes.items() if value is None]:
            del attributes[name]
    nx.write_graphml(network, file)


def write_cypher(graph: KnowledgeGraph, graphs: Sequence[str], file: BinaryIO) -> None:
    """A script of Cypher: the property graph, one statement a line."""
    quads = chain.from_iterable(graph.store.quads(iri) for iri in graphs)
    for statement in to_cypher(project(quads)):
        file.write(f"{statement}\n".encode())


WRITERS: Mapping[str, Writer] = {
    ".ttl": write_turtle,
    ".trig": write_trig,
    ".nq": write_nquads,
    ".jsonld": write_json_ld,
    ".graphml": write_graphml,
    ".cypher": write_cypher,
}
"""Writers by the suffix of the file."""


def export(
    graph: KnowledgeGraph,
    path: Path,
    graphs: Sequence[str] = (),
    writer: Writer | None = None,
) -> None:
    """Write the knowledge, or chosen named graphs, to a file; the suffix says the format.

    `graphs` are names as in `named_graphs`. Raises `KnowledgeError` where the suffix or a name is
    unknown, or the file cannot be written; what stood at the path is replaced only by a whole file.
    """
    if writer is None:
        if path.suffix not in WRITERS:
            raise KnowledgeError(
                f"A graph is not written as {path.suffix or 'a file without a suffix'}.",
                f"Use one of: {', '.join(WRITERS)}.",
            )
        writer = WRITERS[path.suffix]
    chosen = named_graphs(graph, graphs)
    draft = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with draft.open("wb") as file:
                writer(graph, chosen, file)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as problem:
        raise KnowledgeError(
            f"{path} cannot be written ({problem.strerror}).",
            "Name a file in a folder that you may write to.",
        ) from problem


def _write_quads(
    graph: KnowledgeGraph, graphs: Sequence[str], file: BinaryIO, syntax: RdfFormat
) -> None:
    from pyoxigraph import serialize

    serialize(_quads(graph, graphs), file, format=syntax, prefixes=dict(terms.PREFIXES))


def _write_triples(
    graph: KnowledgeGraph, graphs: Sequence[str], file: BinaryIO, syntax: RdfFormat
) -> None:
    from pyoxigraph import serialize

    triples = dict.fromkeys(quad.triple for quad in _quads(graph, graphs))
    serialize(triples, file, format=syntax, prefixes=dict(terms.PREFIXES))


def _quads(graph: KnowledgeGraph, graphs: Sequence[str]) -> Iterator[Quad]:
    return chain.from_iterable(graph.store.quads(iri) for iri in graphs)
