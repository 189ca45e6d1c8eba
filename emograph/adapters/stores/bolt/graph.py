"""A graph server as a `PropertyGraph`: the projection is pushed to it, asked and pulled back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from emograph.adapters.stores.bolt.connection import Connection
from emograph.adapters.stores.bolt.indexes import VECTOR, find_words, nearest, push_vectors
from emograph.adapters.stores.bolt.push import push
from emograph.adapters.stores.bolt.values import plain, unnamed
from emograph.kg.cypher import refuse
from emograph.kg.limits import within
from emograph.kg.projection.digests import digest
from emograph.kg.projection.elements import Node, Relationship
from emograph.kg.projection.restoring import restore
from emograph.kg.projection.vocabulary import RESOURCE
from emograph.kg.property_graphs import Changes
from emograph.kg.queries import ROWS, SECONDS, Table
from emograph.kg.stores import GraphStore

if TYPE_CHECKING:
    from pyoxigraph import Quad

_GRACE = 1.0


class BoltGraph:
    """The property graph on a server that speaks Bolt.

    `address` is ``neo4j://host:port/database``; see `Connection`. Close it, or use ``with``.
    """

    def __init__(self, address: str, user: str = "neo4j", password: str | None = None) -> None:
        self._connection = Connection(address, user, password)

    def push(self, store: GraphStore) -> Changes:
        """Make the server hold what the store does: only what changed is written."""
        digests = {graph: digest(store.quads(graph)) for graph in store.graphs()}
        return push(self._connection, store, digests)

    def pull(self) -> Iterator[Quad]:
        """The RDF that was pushed, in named graphs, exactly; what else the server holds is left."""
        yield from restore(self._nodes(), self._relationships())

    def cypher(
        self,
        text: str,
        parameters: Mapping[str, object] | None = None,
        *,
        seconds: float = SECONDS,
        rows: int = ROWS,
    ) -> Table:
        """Answer a Cypher query that changes nothing, within a time and a number of rows."""
        refuse(text)

        def work(_: float) -> Table:
            with self._connection.ask(text, parameters or {}, seconds) as result:
                columns = tuple(result.keys())
                found = [record.values() for record in islice(result, rows + 1)]
            iris = self._iris(unnamed(found))
            told = tuple(tuple(plain(value, iris) for value in row) for row in found[:rows])
            return Table(columns, told, complete=len(found) <= rows)

        # Not every server heeds the limit that it is told.
        return within(seconds + _GRACE, work)

    def push_vectors(self, vectors: Mapping[str, Iterable[float]]) -> None:
        """Give concepts, by IRI, their vectors; see `nearest`."""
        push_vectors(self._connection, vectors)

    def nearest(self, vector: Sequence[float], count: int = 10) -> tuple[tuple[str, float], ...]:
        """The concepts nearest to a vector, as IRI and cosine, by the server's vector index."""
        return nearest(self._connection, vector, count)

    def find_words(self, words: str, count: int = 10) -> tuple[tuple[str, float], ...]:
        """The concepts that have the words, as IRI and score, by the server's full-text index."""
        return find_words(self._connection, words, count)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def __enter__(self) -> BoltGraph:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _iris(self, ids: set[str]) -> dict[str, str]:
        if not ids:
            return {}
        rows = self._connection.read(
            "MATCH (n) WHERE elementId(n) IN $ids RETURN elementId(n) AS id, n.iri AS iri",
            ids=sorted(ids),
        )
        return {row["id"]: row["iri"] for row in rows}

    def _nodes(self) -> Iterator[Node]:
        for row in self._connection.read(
            f"MATCH (n:{RESOURCE}) RETURN labels(n) AS labels, properties(n) AS properties"
        ):
            properties = row["properties"]
            properties.pop(VECTOR, None)
            yield Node(properties["iri"], _labels(row["labels"]), properties)

    def _relationships(self) -> Iterator[Relationship]:
        for row in self._connection.read(
            f"MATCH (a:{RESOURCE})-[r]->(b:{RESOURCE}) WHERE r.key IS NOT NULL "
            "RETURN type(r) AS type, properties(r) AS properties, a.iri AS start, b.iri AS end"
        ):
            properties = row["properties"]
            yield Relationship(properties["key"], row["type"], row["start"], row["end"], properties)


def _labels(labels: Sequence[str]) -> tuple[str, ...]:
    return (RESOURCE, *sorted(set(labels) - {RESOURCE}))
