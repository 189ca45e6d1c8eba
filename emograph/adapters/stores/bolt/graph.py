"""A graph server as a `PropertyGraph`: the projection is pushed to it, asked and pulled back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from emograph.adapters.stores.bolt.connection import Connection
from emograph.adapters.stores.bolt.indexes import VECTOR, find_words, nearest, push_vectors
from emograph.adapters.stores.bolt.push import push
from emograph.kg.cypher import refuse
from emograph.kg.projection.digests import digest
from emograph.kg.projection.elements import Node, Relationship
from emograph.kg.projection.restoring import restore
from emograph.kg.projection.vocabulary import RESOURCE
from emograph.kg.property_graphs import Changes
from emograph.kg.queries import ROWS, SECONDS, Table
from emograph.kg.stores import GraphStore

if TYPE_CHECKING:
    from pyoxigraph import Quad


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
        with self._connection.ask(text, parameters or {}, seconds) as result:
            columns = tuple(result.keys())
            found = [tuple(map(_plain, record.values())) for record in islice(result, rows + 1)]
        return Table(columns, tuple(found[:rows]), complete=len(found) <= rows)

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


def _plain(value: Any) -> Any:
    """A value of the driver as plain Python; see `PropertyGraph.cypher`."""
    from neo4j import graph

    if isinstance(value, graph.Path):
        return {
            "nodes": [_plain(node) for node in value.nodes],
            "relationships": [_plain(relationship) for relationship in value.relationships],
        }
    if isinstance(value, graph.Node):
        return {"labels": sorted(value.labels), "properties": _properties(value)}
    if isinstance(value, graph.Relationship):
        start, end = (node.get("iri") if node is not None else None for node in value.nodes)
        return {"type": value.type, "start": start, "end": end, "properties": _properties(value)}
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    return str(value)


def _properties(entity: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _plain(part) for key, part in entity.items() if key != VECTOR}
