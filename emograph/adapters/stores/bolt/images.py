"""Images that were explained, as nodes of a Neo4j server: vectors, feelings and what they show.

An image is a node ``:ImageEntry`` for each scheme. It is none of the projection's nodes, so a push
leaves it alone and a pull does not read it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from emograph.adapters.stores.bolt.connection import Connection
from emograph.adapters.stores.bolt.indexes import require_neo4j, search_statement

LABEL = "ImageEntry"
_BATCH = 200
Row = dict[str, Any]

# What must and what must not be seen, of a node `n`; terms are IRIs and words.
_CONDITIONS = (
    "all(terms IN $seen WHERE any(i IN range(0, size(n.terms) - 1) "
    "WHERE n.terms[i] IN terms AND n.confidences[i] >= $least)) AND "
    "none(i IN range(0, size(n.terms) - 1) "
    "WHERE n.terms[i] IN $unseen AND n.confidences[i] >= $least)"
)
_TOLD = "n.entry AS entry, n.thumbnail AS thumbnail"


def define_images(connection: Connection) -> None:
    """Make sure that nodes of images are found by their key; Neo4j only."""
    require_neo4j(connection, "index of images")
    connection.define(
        f"CREATE CONSTRAINT emograph_images IF NOT EXISTS FOR (n:{LABEL}) REQUIRE n.key IS UNIQUE"
    )
    connection.define(
        f"CREATE INDEX emograph_images_sha256 IF NOT EXISTS FOR (n:{LABEL}) ON (n.sha256)"
    )
    connection.define("CALL db.awaitIndexes(60)")


def define_vectors(connection: Connection, width: int) -> None:
    """Make sure that vectors of a width are found by their cosine."""
    connection.define(
        f"CREATE VECTOR INDEX {_index(width)} IF NOT EXISTS FOR (n:{LABEL}) ON n.{_place(width)} "
        f"OPTIONS {{indexConfig: {{`vector.dimensions`: {width}, "
        "`vector.similarity_function`: 'cosine'}}"
    )
    connection.define("CALL db.awaitIndexes(60)")


def write_images(connection: Connection, rows: Sequence[Row]) -> None:
    """Add nodes, or replace those of the same ``key``, in one transaction for each 200.

    Besides ``key`` a row has ``properties`` and a ``vector``, which may be of any width.
    """
    for start in range(0, len(rows), _BATCH):
        by_place = [{**row, "at": at} for at, row in enumerate(rows[start : start + _BATCH])]
        for row in by_place:
            row["properties"] = {**row["properties"], _place(len(row["vector"])): row["vector"]}
        connection.write(
            f"UNWIND $rows AS row MERGE (n:{LABEL} {{key: row.key}}) SET n = row.properties "
            "SET n.key = row.key, n.added = timestamp() * 1000 + row.at",
            rows=by_place,
        )


def remove_images(connection: Connection, sha256s: Sequence[str]) -> int:
    """Remove the nodes of images; how many there were."""
    # Counted in the same transaction, before they are gone.
    rows = connection.write(
        f"MATCH (n:{LABEL}) WHERE n.sha256 IN $sha256s "
        "WITH collect(n) AS nodes FOREACH (n IN nodes | DELETE n) RETURN size(nodes) AS removed",
        sha256s=list(sha256s),
    )
    return int(rows[0]["removed"]) if rows else 0


def count_images(connection: Connection) -> int:
    """How many nodes of images there are."""
    return int(connection.read(f"MATCH (n:{LABEL}) RETURN count(n) AS n")[0]["n"])


def read_image(connection: Connection, sha256: str) -> Row | None:
    """The newest node of an image."""
    rows = connection.read(
        f"MATCH (n:{LABEL} {{sha256: $sha256}}) RETURN {_TOLD} ORDER BY n.added DESC LIMIT 1",
        sha256=sha256,
    )
    return rows[0] if rows else None


def browse_images(connection: Connection, offset: int, limit: int) -> list[Row]:
    """Nodes of images, the newest first."""
    return connection.read(
        f"MATCH (n:{LABEL}) RETURN {_TOLD} ORDER BY n.added DESC, n.key SKIP $offset LIMIT $limit",
        offset=offset,
        limit=limit,
    )


def explained_images(connection: Connection) -> frozenset[str]:
    """The IRIs of the explanations of all nodes."""
    rows = connection.read(f"MATCH (n:{LABEL}) RETURN n.explanation AS iri")
    return frozenset(row["iri"] for row in rows)


def image_schemes(connection: Connection) -> dict[str, list[str]]:
    """The emotions of each scheme that nodes have, in the order of their numbers."""
    rows = connection.read(
        f"MATCH (n:{LABEL}) RETURN DISTINCT n.scheme AS scheme, n.labels AS labels"
    )
    return {row["scheme"]: row["labels"] for row in rows}


def nearest_images(
    connection: Connection, vector: Sequence[float], conditions: Mapping[str, Any], count: int
) -> list[Row]:
    """The nodes nearest to a vector by the server's vector index, of those that meet conditions.

    `conditions` are ``encoder``, ``seen`` (a list of terms for each thing), ``unseen`` (terms) and
    ``least`` (a confidence). Nothing is near where no vector of that width was added.
    """
    width = len(vector)
    known = connection.read(
        "SHOW INDEXES YIELD name WHERE name = $name RETURN name", name=_index(width)
    )
    if not known:
        return []
    return connection.read(
        f"{search_statement(connection.version, _index(width), LABEL)} WITH node AS n, score "
        f"WHERE n.encoder = $encoder AND {_CONDITIONS} RETURN {_TOLD}",
        vector=[float(x) for x in vector],
        count=count,
        **conditions,
    )


def felt_images(
    connection: Connection,
    scheme: str,
    wanted: Sequence[float],
    conditions: Mapping[str, Any],
    count: int,
) -> list[Row]:
    """The nodes of a scheme whose feelings fit wanted shares best; see `nearest_images`."""
    return connection.read(
        f"MATCH (n:{LABEL} {{scheme: $scheme}}) WHERE {_CONDITIONS} "
        "WITH n, reduce(fit = 0.0, i IN range(0, size($wanted) - 1) | "
        "fit + $wanted[i] * n.logs[i]) AS fit "
        f"ORDER BY fit DESC, n.added DESC LIMIT $count RETURN {_TOLD}",
        scheme=scheme,
        wanted=list(wanted),
        count=count,
        **conditions,
    )


def showing_images(
    connection: Connection, terms: Sequence[str], conditions: Mapping[str, Any], count: int
) -> list[Row]:
    """The nodes that show the terms most surely; the newest where none is named."""
    return connection.read(
        f"MATCH (n:{LABEL}) WHERE {_CONDITIONS} "
        "WITH n, reduce(sure = 0.0, i IN range(0, size(n.terms) - 1) | sure + "
        "CASE WHEN n.terms[i] IN $terms THEN n.confidences[i] ELSE 0.0 END) AS sure "
        f"ORDER BY sure DESC, n.added DESC LIMIT $count RETURN {_TOLD}",
        terms=list(terms),
        count=count,
        **conditions,
    )


def _place(width: int) -> str:
    return f"vector_{width}"


def _index(width: int) -> str:
    return f"emograph_images_{width}"
