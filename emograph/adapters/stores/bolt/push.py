"""The projection on a server: written in batches, again only where named graphs have changed.

Each named graph has a node ``(:NamedGraph {iri, digest})``. Its digest is taken away before
anything of it is written and set when all is, so a push that was cut off is made up for by the
next one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, TypeVar

from emograph.adapters.stores.bolt.connection import Connection
from emograph.adapters.stores.bolt.indexes import VECTOR, define_keys
from emograph.kg.projection.elements import Node, Projection, Relationship
from emograph.kg.projection.projecting import project, project_part, touched
from emograph.kg.projection.vocabulary import RESOURCE, SHAPES
from emograph.kg.property_graphs import Changes
from emograph.kg.stores import GraphStore

_BATCH = 2_000
_PENDING = ""
_ASSOCIATIONS = "|".join(SHAPES)
T = TypeVar("T")


def push(connection: Connection, store: GraphStore, digests: Mapping[str, str]) -> Changes:
    """Make the server hold the projection of a store whose named graphs have these digests."""
    define_keys(connection)
    known = {
        row["iri"]: row["digest"]
        for row in connection.read("MATCH (g:NamedGraph) RETURN g.iri AS iri, g.digest AS digest")
    }
    changed = [graph for graph, digest in digests.items() if known.get(graph) != digest]
    gone = [graph for graph in known if graph not in digests]
    skipped = len(digests) - len(changed)
    if not changed and not gone:
        return Changes(skipped=skipped)
    _mark(connection, dict.fromkeys(changed + gone, _PENDING))
    if known:
        resources = touched(store, changed) | _speaking(connection, changed + gone)
        part = project_part(store, resources)
        removed = _remove(connection, part, resources)
    else:
        part, removed = project(store.quads()), 0
    _write_nodes(connection, part.nodes)
    _write_relationships(connection, part.relationships)
    removed += _remove_unmentioned(connection)
    _mark(connection, {graph: digests[graph] for graph in changed})
    _forget(connection, gone)
    return Changes(
        nodes=len(part.nodes),
        relationships=len(part.relationships),
        removed=removed,
        skipped=skipped,
    )


def _mark(connection: Connection, digests: Mapping[str, str]) -> None:
    rows = [{"iri": graph, "digest": digest} for graph, digest in digests.items()]
    for batch in _batches(rows):
        connection.write(
            "UNWIND $rows AS row MERGE (g:NamedGraph {iri: row.iri}) SET g.digest = row.digest",
            rows=batch,
        )


def _forget(connection: Connection, graphs: Iterable[str]) -> None:
    for batch in _batches(graphs):
        connection.write("MATCH (g:NamedGraph) WHERE g.iri IN $graphs DELETE g", graphs=batch)


def _speaking(connection: Connection, graphs: Collection[str]) -> set[str]:
    """The resources that the server has something on, or leading to, from one of the graphs."""
    found: set[str] = set()
    for batch in _batches(graphs):
        found.update(
            row["iri"]
            for statement in (
                f"MATCH (n:{RESOURCE}) WHERE any(g IN n.graphs WHERE g IN $graphs) "
                "RETURN n.iri AS iri",
                f"MATCH (n:{RESOURCE})-[r]->() WHERE r.graph IN $graphs "
                "RETURN DISTINCT coalesce(r.iri, n.iri) AS iri",
                f"MATCH ()-[r]->(n:{RESOURCE}) WHERE r.graph IN $graphs "
                "RETURN DISTINCT n.iri AS iri",
            )
            for row in connection.read(statement, graphs=batch)
        )
    return found


def _remove(connection: Connection, part: Projection, resources: Collection[str]) -> int:
    """Take away what resources had on the server and have no more; gives how much that was."""
    removed = _remove_relationships(connection, part, resources)
    kept = {node.iri: set(node.labels) for node in part.nodes}
    lost: defaultdict[str, list[str]] = defaultdict(list)
    for batch in _batches(resources):
        for row in connection.read(
            f"MATCH (n:{RESOURCE}) WHERE n.iri IN $iris RETURN n.iri AS iri, labels(n) AS labels",
            iris=batch,
        ):
            if row["iri"] not in kept:
                lost[RESOURCE].append(row["iri"])
            else:
                for label in set(row["labels"]) - kept[row["iri"]]:
                    lost[label].append(row["iri"])
    gone = lost.pop(RESOURCE, [])
    for batch in _batches(gone):
        connection.write(f"MATCH (n:{RESOURCE}) WHERE n.iri IN $iris DETACH DELETE n", iris=batch)
    for label, iris in lost.items():
        for batch in _batches(iris):
            connection.write(
                f"MATCH (n:{RESOURCE}) WHERE n.iri IN $iris REMOVE n:{_name(label)}", iris=batch
            )
    return removed + len(gone)


def _remove_relationships(
    connection: Connection, part: Projection, resources: Collection[str]
) -> int:
    kept = {relationship.key for relationship in part.relationships}
    removed = 0
    for batch in _batches(resources):
        for pattern, condition in (
            (f"(n:{RESOURCE})-[r]->()", "n.iri IN $iris AND r.iri IS NULL"),
            (f"()-[r:{_ASSOCIATIONS}]->()", "r.key IN $iris"),
        ):
            rows = connection.read(
                f"MATCH {pattern} WHERE {condition} RETURN r.key AS key", iris=batch
            )
            stale = [row["key"] for row in rows if row["key"] not in kept]
            if stale:
                connection.write(
                    f"MATCH {pattern} WHERE {condition} AND r.key IN $keys DELETE r",
                    iris=batch,
                    keys=stale,
                )
            removed += len(stale)
    return removed


def _remove_unmentioned(connection: Connection) -> int:
    """Take away resources of which nothing is said and to which nothing leads any more."""
    rows = connection.write(
        f"MATCH (n:{RESOURCE}) WHERE n.graphs IS NULL AND NOT (n)--() "
        "WITH collect(n) AS unmentioned "
        "FOREACH (n IN unmentioned | DELETE n) "
        "RETURN size(unmentioned) AS removed"
    )
    return int(rows[0]["removed"]) if rows else 0


def _write_nodes(connection: Connection, nodes: Iterable[Node]) -> None:
    groups: defaultdict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for node in nodes:
        groups[node.labels].append({"iri": node.iri, "properties": dict(node.properties)})
    for labels, rows in groups.items():
        more = "".join(f" SET n:{_name(label)}" for label in labels if label != RESOURCE)
        # A vector is no RDF, so the projection lacks it and must not wipe it out.
        for batch in _batches(rows):
            connection.write(
                f"UNWIND $rows AS row MERGE (n:{RESOURCE} {{iri: row.iri}}) "
                f"WITH n, row, n.{VECTOR} AS vector "
                f"SET n = row.properties SET n.{VECTOR} = vector{more}",
                rows=batch,
            )


def _write_relationships(connection: Connection, relationships: Iterable[Relationship]) -> None:
    groups: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in relationships:
        properties = dict(one.properties)
        row = {"start": one.start, "end": one.end, "key": one.key, "properties": properties}
        groups[one.type].append(row)
    for kind, rows in groups.items():
        for batch in _batches(rows):
            connection.write(
                "UNWIND $rows AS row "
                f"MATCH (a:{RESOURCE} {{iri: row.start}}) MATCH (b:{RESOURCE} {{iri: row.end}}) "
                f"MERGE (a)-[r:{_name(kind)} {{key: row.key}}]->(b) SET r = row.properties",
                rows=batch,
            )


def _name(name: str) -> str:
    """A label or type as Cypher writes it; the projection makes plain names, but not the server."""
    return "`" + name.replace("`", "``") + "`"


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, _BATCH)):
        yield batch
