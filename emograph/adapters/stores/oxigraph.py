"""Oxigraph as the store of the graph: embedded, in memory, SPARQL 1.1."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from emograph.errors import KnowledgeError
from emograph.kg.stores import Answer, GraphStore, Iri, Value
from emograph.kg.terms import XSD

if TYPE_CHECKING:
    from rdflib import Dataset

_FLOATS = frozenset(XSD + name for name in ("decimal", "double", "float"))
_INTEGERS = frozenset(XSD + name for name in ("integer", "int", "long", "nonNegativeInteger"))
_TRIPLE = ("subject", "predicate", "object")


def open_store(place: str = "memory") -> GraphStore:
    """The store at a place. Only ``memory`` is known: empty at first, gone with the process.

    >>> store = open_store()
    >>> store.load(b"<urn:dog> <urn:is> <urn:animal> .", "urn:graph")
    >>> list(store.pairs("urn:is"))
    [('urn:dog', 'urn:animal')]
    """
    if place != "memory":
        raise KnowledgeError(f"There is no store {place!r}.", 'Use "memory".')
    return OxigraphStore(ox.Store())


class OxigraphStore:
    """A `GraphStore` over a pyoxigraph store."""

    writable = True

    def __init__(self, store: ox.Store) -> None:
        self._store = store

    def load(self, turtle: bytes, graph: str) -> None:
        """Add a Turtle document as a named graph; all of it, or nothing where it is not Turtle."""
        try:
            self._store.bulk_load(turtle, ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(graph))
        except (SyntaxError, ValueError) as problem:
            raise KnowledgeError(
                f"The knowledge for {graph} is not Turtle: {problem}.", "Correct the file."
            ) from problem

    def pairs(self, predicate: str) -> Iterator[tuple[Value, Value]]:
        """Subject and object of every triple with the predicate."""
        for quad in self._store.quads_for_pattern(None, ox.NamedNode(predicate), None, None):
            yield _value(quad.subject), _value(quad.object)

    def query(self, sparql: str, prefixes: Mapping[str, str]) -> Answer:
        """Answer a SPARQL query over the union of all named graphs."""
        result = self.solve(sparql, prefixes)
        if isinstance(result, ox.QueryBoolean):
            return Answer(("answer",), iter([(bool(result),)]))
        if isinstance(result, ox.QuerySolutions):
            columns = tuple(variable.value for variable in result.variables)
            return Answer(columns, (tuple(map(_optional, row)) for row in result))
        return Answer(_TRIPLE, (tuple(map(_optional, triple)) for triple in result))

    def solve(
        self, sparql: str, prefixes: Mapping[str, str]
    ) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        """What `query` answers, in exact RDF terms."""
        try:
            return self._store.query(
                sparql, prefixes=dict(prefixes), use_default_graph_as_union=True
            )
        except SyntaxError as problem:
            raise KnowledgeError(
                f"The query cannot be read: {problem}.",
                "Correct it; SELECT, ASK, CONSTRUCT and DESCRIBE of SPARQL 1.1 are understood.",
            ) from problem

    def update(self, sparql: str, prefixes: Mapping[str, str]) -> None:
        """Carry out a SPARQL update in one transaction."""
        try:
            self._store.update(sparql, prefixes=dict(prefixes))
        except SyntaxError as problem:
            raise KnowledgeError(
                f"The update cannot be read: {problem}.",
                "Correct it; SPARQL 1.1 Update is understood.",
            ) from problem

    def graphs(self) -> tuple[str, ...]:
        """The IRIs of the named graphs, in order."""
        return tuple(sorted(name.value for name in self._store.named_graphs()))

    def quads(self, graph: str | None = None) -> Iterator[ox.Quad]:
        """The quads of a named graph, or of all."""
        name = None if graph is None else ox.NamedNode(graph)
        return self._store.quads_for_pattern(None, None, None, name)

    def replace(self, graphs: Mapping[str, Iterable[ox.Triple]]) -> None:
        """Set named graphs to triples in one transaction; a graph given none is removed."""
        steps = []
        for graph, triples in graphs.items():
            steps.append(f"DROP SILENT GRAPH <{graph}>")
            written = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES)
            if written:
                steps.append(f"INSERT DATA {{ GRAPH <{graph}> {{ {written.decode()} }} }}")
        self._store.update(";\n".join(steps))

    def backup(self, folder: Path) -> None:
        """Not for what is in memory alone."""
        raise KnowledgeError(
            "A store in memory has no copy on disk.", f"Open disk:{folder} and load it there."
        )

    def close(self) -> None:
        """Nothing is held that others want."""

    def to_rdflib(self) -> Dataset:
        """A copy for rdflib, which asks it through Oxigraph and so stays fast."""
        from oxrdflib import OxigraphStore as RdflibStore
        from rdflib import Dataset

        copy = ox.Store()
        copy.bulk_extend(self._store)
        return Dataset(store=RdflibStore(store=copy), default_union=True)


def _value(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> Value:
    if isinstance(term, ox.NamedNode):
        return Iri(term.value)
    if isinstance(term, ox.Literal):
        return _literal(term)
    return Iri(str(term))


def _literal(term: ox.Literal) -> Value:
    datatype = term.datatype.value
    try:
        if datatype in _FLOATS:
            return float(term.value)
        if datatype in _INTEGERS:
            return int(term.value)
    except ValueError:
        return term.value
    return term.value == "true" if datatype == XSD + "boolean" else term.value


def _optional(
    term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None,
) -> Value | None:
    return None if term is None else _value(term)
