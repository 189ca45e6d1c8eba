"""Oxigraph as the store of the graph: embedded, in memory or on disk, SPARQL 1.1."""

from __future__ import annotations

import gc
import threading
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakSet

import pyoxigraph as ox

from emograph.adapters.stores.folders import new_folder, open_for_reading, open_for_writing
from emograph.errors import KnowledgeError
from emograph.kg.queries import names_dataset
from emograph.kg.stores import Answer, GraphStore, Iri, Value, not_turtle
from emograph.kg.terms import XSD

if TYPE_CHECKING:
    from rdflib import Dataset

_FLOATS = frozenset(XSD + name for name in ("decimal", "double", "float"))
_INTEGERS = frozenset(XSD + name for name in ("integer", "int", "long", "nonNegativeInteger"))
_TRIPLE = ("subject", "predicate", "object")
_ANY = (None, None, None)
_LONGEST_MESSAGE = 200
_Row = TypeVar("_Row")


def open_store(place: str = "memory", read_only: bool = False) -> GraphStore:
    """The store at a place: ``memory``, empty and gone with the process, or ``disk:FOLDER``.

    A folder has one writer at a time, and any number of readers beside it. Opened for writing, one
    that is missing or empty becomes a store, and an older format is migrated. Opened with
    `read_only`, what is asked is what the folder held at that moment.

    Raises `KnowledgeError` where the place is none, is in use by another writer, is no store or has
    a newer format; and `StaleStoreError` where it is to be read and has an older format.

    >>> store = open_store()
    >>> store.load(b"<urn:dog> <urn:is> <urn:animal> .", "urn:graph")
    >>> list(store.pairs("urn:is"))
    [('urn:dog', 'urn:animal')]
    """
    folder = store_folder(place)
    if folder is None:
        return OxigraphStore(ox.Store(), writable=not read_only)
    if read_only:
        return OxigraphStore(open_for_reading(folder), folder, writable=False)
    return OxigraphStore(open_for_writing(folder), folder)


def store_folder(place: str) -> Path | None:
    """The folder of a place on disk, None for ``memory``; raises `KnowledgeError` for others."""
    kind, _, path = place.partition(":")
    if place == "memory":
        return None
    if kind != "disk" or not path:
        raise KnowledgeError(
            f"There is no store {place!r}.", 'Use "memory", or "disk:" and a folder.'
        )
    return Path(path).expanduser()


class OxigraphStore:
    """A `GraphStore` over a pyoxigraph store; `folder` is None for what is in memory alone."""

    def __init__(self, store: ox.Store, folder: Path | None = None, writable: bool = True) -> None:
        self.writable = writable
        self._held: ox.Store | None = store
        self._folder = folder
        self._changing = threading.Lock()
        # Rows that are still being read hold on to the store, and with it to the folder.
        self._readers: WeakSet[Generator[Any, None, None]] = WeakSet()

    def load(self, turtle: bytes, graph: str) -> None:
        """Add a Turtle document as a named graph; all of it, or nothing where it is not Turtle."""
        with self._change() as store:
            try:
                store.bulk_load(turtle, ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(graph))
            except (SyntaxError, ValueError) as problem:
                raise not_turtle(graph, problem) from problem

    def pairs(self, predicate: str, graph: str | None = None) -> Iterator[tuple[Value, Value]]:
        """Subject and object of every triple with the predicate, of one named graph or of all."""
        name = None if graph is None else _named(graph)
        quads = self._store.quads_for_pattern(None, ox.NamedNode(predicate), None, name)
        return self._read((_value(quad.subject), _value(quad.object)) for quad in quads)

    def about(self, iri: str) -> Iterator[tuple[str, Value]]:
        """Predicate and object of every triple whose subject is the IRI."""
        quads = self._store.quads_for_pattern(_named(iri), None, None, None)
        return self._read((quad.predicate.value, _value(quad.object)) for quad in quads)

    def query(self, sparql: str, prefixes: Mapping[str, str]) -> Answer:
        """Answer a SPARQL query over the union of all named graphs."""
        result = self.solve(sparql, prefixes)
        if isinstance(result, ox.QueryBoolean):
            return Answer(("answer",), iter([(bool(result),)]))
        if isinstance(result, ox.QuerySolutions):
            columns = tuple(variable.value for variable in result.variables)
            return Answer(columns, self._read(tuple(map(_optional, row)) for row in result))
        return Answer(_TRIPLE, self._read(tuple(map(_optional, triple)) for triple in result))

    def solve(
        self,
        sparql: str,
        prefixes: Mapping[str, str],
        *,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
    ) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        """What `query` answers, in exact RDF terms, of all graphs or of those that are given."""
        dataset: dict[str, Any]
        if default_graphs is None and named_graphs is None:
            # Asked for the union, Oxigraph would not heed FROM.
            dataset = {"use_default_graph_as_union": not names_dataset(sparql)}
        else:
            dataset = {
                "default_graph": _nodes(default_graphs or ()),
                "named_graphs": _nodes(named_graphs or ()),
            }
        try:
            return self._store.query(sparql, prefixes=dict(prefixes), **dataset)
        except (SyntaxError, RuntimeError) as problem:  # the latter for unknown functions
            raise KnowledgeError(
                f"The query cannot be read: {_brief(problem)}.",
                "Correct it; SELECT, ASK, CONSTRUCT and DESCRIBE of SPARQL 1.1 are understood.",
            ) from problem

    def update(self, sparql: str, prefixes: Mapping[str, str]) -> None:
        """Carry out a SPARQL update in one transaction."""
        with self._change() as store:
            try:
                store.update(sparql, prefixes=dict(prefixes))
            except SyntaxError as problem:
                raise KnowledgeError(
                    f"The update cannot be read: {_brief(problem)}.",
                    "Correct it; SPARQL 1.1 Update is understood.",
                ) from problem
            except RuntimeError as problem:
                raise KnowledgeError(
                    f"The update cannot be carried out: {problem}.",
                    "Nothing was changed; correct it.",
                ) from problem

    def graphs(self) -> tuple[str, ...]:
        """The IRIs of the named graphs, in order."""
        return tuple(sorted(name.value for name in self._store.named_graphs()))

    def quads(
        self,
        graph: str | None = None,
        *,
        subject: str | None = None,
        object: str | None = None,  # noqa: A002, the word of RDF
    ) -> Iterator[ox.Quad]:
        """The quads of a named graph, or of all; about a resource, or that refer to one."""
        quads = self._store.quads_for_pattern(
            None if subject is None else _resource(subject),
            None,
            None if object is None else _resource(object),
            None if graph is None else _named(graph),
        )
        if subject is not None:  # few, and soon read: an iterator of our own costs more
            return iter(list(quads))
        return self._read(quad for quad in quads)

    def replace(self, graphs: Mapping[str, Iterable[ox.Triple]]) -> None:
        """Set named graphs to triples in one transaction; a graph given none is removed.

        Only what differs is written, so a graph that changes little is set quickly.
        """
        with self._change() as store:
            removals: list[str] = []
            added: dict[str, list[ox.Triple]] = {}
            for graph, triples in graphs.items():
                old = {quad.triple for quad in store.quads_for_pattern(*_ANY, _named(graph))}
                new = dict.fromkeys(triples)
                gone = old.difference(new)
                # A blank node has no name by which it could be taken out alone.
                if not new or any(map(_has_blank, gone)):
                    removals.append(f"DROP SILENT GRAPH <{graph}>")
                    old = set()
                elif gone:
                    removals.append(f"DELETE DATA {_data(gone, graph)}")
                added[graph] = [triple for triple in new if triple not in old]
            if removals:
                additions = [f"INSERT DATA {_data(new, graph)}" for graph, new in added.items()]
                store.update(";\n".join(removals + additions))
            else:
                store.extend(
                    ox.Quad(triple.subject, triple.predicate, triple.object, _named(graph))
                    for graph, new in added.items()
                    for triple in new
                )

    def backup(self, folder: Path) -> None:
        """Copy the store as it is now into a new folder, which ``disk:`` opens."""
        store = self._store
        with new_folder(folder) as data:
            if self.writable and self._folder is not None:
                store.backup(str(data))
            else:
                ox.Store(str(data)).bulk_extend(store)

    def close(self) -> None:
        """Let go of the store: another may open its folder for writing at once."""
        for reader in list(self._readers):
            with suppress(ValueError):  # one that another thread is reading ends with it
                reader.close()
        if self._held is not None and self.writable and self._folder is not None:
            self._held.flush()  # else the log of all that was written stays, larger than the data
        self._held = None
        if self._folder is not None:
            gc.collect()  # what is kept alive by a circle, such as a traceback, holds the lock

    def to_rdflib(self) -> Dataset:
        """A copy for rdflib, which asks it through Oxigraph and so stays fast."""
        from oxrdflib import OxigraphStore as RdflibStore
        from rdflib import Dataset

        copy = ox.Store()
        copy.bulk_extend(self._store)
        return Dataset(store=RdflibStore(store=copy), default_union=True)

    @property
    def _store(self) -> ox.Store:
        if self._held is None:
            raise KnowledgeError("The store is closed.", "Open it again.")
        return self._held

    @contextmanager
    def _change(self) -> Iterator[ox.Store]:
        """The store, for one change at a time; faults of the disk become `KnowledgeError`."""
        if not self.writable:
            raise KnowledgeError(
                "The store is open for reading, so nothing in it can be changed.",
                "Open it for writing.",
            )
        with self._changing:
            try:
                yield self._store
            except OSError as problem:
                raise KnowledgeError(
                    f"The change of the store failed ({problem}).",
                    "Nothing was changed; see that its disk has space and may be written.",
                ) from problem

    def _read(self, rows: Generator[_Row, None, None]) -> Iterator[_Row]:
        self._readers.add(rows)
        return rows


def _brief(problem: Exception) -> str:
    """What a parser says, but for the end of what it expected: that may be pages of characters."""
    return shorten(str(problem), _LONGEST_MESSAGE, placeholder=" …")


def _named(iri: str) -> ox.NamedNode:
    try:
        return ox.NamedNode(iri)
    except ValueError as problem:
        raise KnowledgeError(f"{iri!r} is no IRI ({problem}).", "Give a whole IRI.") from None


def _resource(name: str) -> ox.NamedNode | ox.BlankNode:
    return ox.BlankNode(name[2:]) if name.startswith("_:") else _named(name)


def _has_blank(triple: ox.Triple) -> bool:
    return any(
        isinstance(term, ox.BlankNode) or (isinstance(term, ox.Triple) and _has_blank(term))
        for term in triple
    )


def _data(triples: Iterable[ox.Triple], graph: str) -> str:
    written = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES)
    assert written is not None  # noqa: S101 - it is None where an output is given
    return f"{{ GRAPH <{graph}> {{ {written.decode()} }} }}"


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


def _nodes(iris: Iterable[str]) -> list[ox.NamedNode]:
    try:
        return [ox.NamedNode(iri) for iri in iris]
    except ValueError as problem:
        raise KnowledgeError(
            f"The name of a graph is no IRI: {problem}.", "Name graphs by absolute IRIs."
        ) from problem


def _optional(
    term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None,
) -> Value | None:
    return None if term is None else _value(term)
