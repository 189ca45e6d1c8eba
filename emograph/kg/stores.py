"""What the graph needs of a store of RDF; adapters implement it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from emograph.errors import KnowledgeError

if TYPE_CHECKING:
    from pyoxigraph import Quad, QueryBoolean, QuerySolutions, QueryTriples, Triple
    from rdflib import Dataset


class Iri(str):
    """An IRI (or the ``_:`` name of a blank node), told apart from a literal by its type.

    >>> Iri("https://w3id.org/emograph/kind/scene") == "https://w3id.org/emograph/kind/scene"
    True
    """

    __slots__ = ()


Value = Iri | str | bool | int | float
"""An RDF term as Python has it: literals of a number or truth type become that, others text."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query gives: column names, and rows as they are found; an unbound value is None."""

    columns: tuple[str, ...]
    rows: Iterator[tuple[Value | None, ...]]


class StaleStoreError(KnowledgeError):
    """A store opened for reading is older than this version; opening it for writing mends that."""

    def __init__(self, what: str) -> None:
        super().__init__(what, "Run `emograph store upgrade`, which opens it for writing once.")


class Pairs(Protocol):
    """What typed views of the knowledge are read from."""

    def pairs(self, predicate: str) -> Iterator[tuple[Value, Value]]:
        """Subject and object of every triple with the predicate."""


class GraphStore(Protocol):
    """A place for RDF in named graphs. What is asked is asked of all named graphs at once.

    RDF terms are pyoxigraph's: exact, with datatype and language.
    """

    writable: bool
    """False where it was opened for reading; what would change it then raises `KnowledgeError`."""

    def load(self, turtle: bytes, graph: str) -> None:
        """Add a Turtle document as the named graph of that IRI.

        Raises `KnowledgeError` where it is not Turtle; nothing of it is added then.
        """

    def pairs(self, predicate: str, graph: str | None = None) -> Iterator[tuple[Value, Value]]:
        """Subject and object of every triple with the predicate, of one named graph or of all."""

    def about(self, iri: str) -> Iterator[tuple[str, Value]]:
        """Predicate and object of every triple whose subject is the IRI; faster than a query."""

    def query(self, sparql: str, prefixes: Mapping[str, str]) -> Answer:
        """Answer a SPARQL 1.1 SELECT, ASK, CONSTRUCT or DESCRIBE; nothing is ever changed.

        ASK has the one column ``answer``; triples have ``subject``, ``predicate``, ``object``.
        Raises `KnowledgeError` with the parser's words where it is no query.
        """

    def solve(
        self,
        sparql: str,
        prefixes: Mapping[str, str],
        *,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
    ) -> QuerySolutions | QueryBoolean | QueryTriples:
        """What `query` answers, in exact RDF terms.

        Where the IRIs of default or named graphs are given, it is asked of these alone, whatever
        FROM says. Raises `KnowledgeError` where one is no IRI.
        """

    def update(self, sparql: str, prefixes: Mapping[str, str]) -> None:
        """Carry out a SPARQL 1.1 update in one transaction: all of it, or nothing.

        Raises `KnowledgeError` where it is no update.
        """

    def graphs(self) -> tuple[str, ...]:
        """The IRIs of the named graphs, in order."""

    def quads(
        self,
        graph: str | None = None,
        *,
        subject: str | None = None,
        object: str | None = None,  # noqa: A002, the word of RDF
    ) -> Iterator[Quad]:
        """The quads of a named graph, or of all; about a resource, or that refer to one.

        A resource is an IRI, or ``_:`` and the label of a blank node.
        """

    def replace(self, graphs: Mapping[str, Iterable[Triple]]) -> None:
        """Set named graphs to triples in one transaction; a graph given none is removed.

        Once it returns, the end of the process loses nothing of it, however it comes.
        """

    def backup(self, folder: Path) -> None:
        """Copy the store as it is now into a new folder, which ``disk:`` opens.

        Raises `KnowledgeError` where the folder is there already or cannot be written.
        """

    def close(self) -> None:
        """Let go of the place; what is asked after, or still being read, raises or ends.

        Answers of `solve` must have been read or dropped before: they hold on to the place.
        """

    def to_rdflib(self) -> Dataset:
        """A copy for rdflib; changing it changes nothing here."""


def parse_turtle(turtle: bytes, graph: str) -> list[Triple]:
    """The triples of a Turtle document; raises what `GraphStore.load` raises of it."""
    from pyoxigraph import RdfFormat, parse

    try:
        return [quad.triple for quad in parse(turtle, RdfFormat.TURTLE)]
    except (SyntaxError, ValueError) as problem:
        raise not_turtle(graph, problem) from problem


def not_turtle(graph: str, problem: Exception) -> KnowledgeError:
    """What is wrong with a document that should become the named graph of that IRI."""
    return KnowledgeError(
        f"The knowledge for {graph} is not Turtle: {problem}.", "Correct the file."
    )


def number(value: Value) -> float:
    """A value as a number; raises `KnowledgeError` where it is text."""
    if isinstance(value, str):
        raise KnowledgeError(
            f"The graph has {value!r} where a number belongs.",
            "Correct it; the shapes show where.",
        )
    return float(value)
