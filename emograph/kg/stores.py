"""What the graph needs of a store of RDF; adapters implement it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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

    def pairs(self, predicate: str) -> Iterator[tuple[Value, Value]]:
        """Subject and object of every triple with the predicate."""

    def query(self, sparql: str, prefixes: Mapping[str, str]) -> Answer:
        """Answer a SPARQL 1.1 SELECT, ASK, CONSTRUCT or DESCRIBE; nothing is ever changed.

        ASK has the one column ``answer``; triples have ``subject``, ``predicate``, ``object``.
        Raises `KnowledgeError` with the parser's words where it is no query.
        """

    def solve(
        self, sparql: str, prefixes: Mapping[str, str]
    ) -> QuerySolutions | QueryBoolean | QueryTriples:
        """What `query` answers, in exact RDF terms."""

    def update(self, sparql: str, prefixes: Mapping[str, str]) -> None:
        """Carry out a SPARQL 1.1 update in one transaction: all of it, or nothing.

        Raises `KnowledgeError` where it is no update.
        """

    def graphs(self) -> tuple[str, ...]:
        """The IRIs of the named graphs, in order."""

    def quads(self, graph: str | None = None) -> Iterator[Quad]:
        """The quads of a named graph, or of all."""

    def replace(self, graphs: Mapping[str, Iterable[Triple]]) -> None:
        """Set named graphs to triples in one transaction; a graph given none is removed."""

    def backup(self, folder: Path) -> None:
        """Copy the store as it is now into a new folder, which ``disk:`` opens.

        Raises `KnowledgeError` where the folder is there already or cannot be written.
        """

    def close(self) -> None:
        """Let go of the place; nothing may be asked after."""

    def to_rdflib(self) -> Dataset:
        """A copy for rdflib; changing it changes nothing here."""


def number(value: Value) -> float:
    """A value as a number; raises `KnowledgeError` where it is text."""
    if isinstance(value, str):
        raise KnowledgeError(
            f"The graph has {value!r} where a number belongs.",
            "Correct it; the shapes show where.",
        )
    return float(value)
