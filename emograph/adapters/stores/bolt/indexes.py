"""Constraints and indexes of the server, and what is searched with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from emograph.adapters.stores.bolt.connection import Connection
from emograph.errors import KnowledgeError
from emograph.kg.projection.vocabulary import SHAPES

VECTOR = "vector"
"""The property that holds a concept's vector; it is no RDF, and `pull` leaves it out."""

_INDEXED = ("Resource", "NamedGraph")
_WORDS = "emograph_words"
_VECTORS = "emograph_vectors"
_BATCH = 1_000
# From this version on a search is a clause of its own; the procedure goes away after it.
_SEARCH_CLAUSE = (2026, 1)
# What Lucene reads as an operator, when it stands in words that a person typed.
_OPERATORS = str.maketrans(dict.fromkeys('+-&|!(){}[]^"~*?:\\/', " "))


def define_keys(connection: Connection) -> None:
    """Index IRIs, so that every MERGE finds its node quickly; in Neo4j make them unique.

    Where they are not unique, two pushes at once could write a node twice; ArcadeDB, whose nodes
    move when they get a label, then finds a unique key taken by the node itself.
    """
    for label in _INDEXED:
        name, pattern = f"emograph_{label.lower()}", f"FOR (n:{label})"
        connection.define(
            f"CREATE CONSTRAINT {name} IF NOT EXISTS {pattern} REQUIRE n.iri IS UNIQUE"
            if connection.is_neo4j
            else f"CREATE INDEX {name} IF NOT EXISTS {pattern} ON (n.iri)"
        )
    if not connection.is_neo4j:
        return
    for kind in SHAPES:
        connection.define(
            f"CREATE INDEX emograph_{kind.lower()} IF NOT EXISTS FOR ()-[r:{kind}]-() ON (r.key)"
        )
    connection.define(
        f"CREATE FULLTEXT INDEX {_WORDS} IF NOT EXISTS "
        "FOR (n:Concept) ON EACH [n.prefLabel, n.altLabel, n.definition]"
    )
    connection.define("CALL db.awaitIndexes(60)")


def push_vectors(connection: Connection, vectors: Mapping[str, Iterable[float]]) -> None:
    """Give nodes, by IRI, their vectors, all of one length, and index them by cosine.

    Vectors of an earlier push with another length are replaced together with their index. Raises
    `KnowledgeError` where the server has no vector index.
    """
    require_neo4j(connection, "vectors")
    rows = [{"iri": iri, "vector": [float(x) for x in v]} for iri, v in vectors.items()]
    if not rows:
        return
    width = len(rows[0]["vector"])
    if _width(connection) not in (None, width):
        connection.define(f"DROP INDEX {_VECTORS} IF EXISTS")
    connection.define(
        f"CREATE VECTOR INDEX {_VECTORS} IF NOT EXISTS FOR (n:Concept) ON n.{VECTOR} "
        f"OPTIONS {{indexConfig: {{`vector.dimensions`: {width}, "
        "`vector.similarity_function`: 'cosine'}}"
    )
    for start in range(0, len(rows), _BATCH):
        connection.write(
            "UNWIND $rows AS row MATCH (n:Resource {iri: row.iri}) "
            f"CALL db.create.setNodeVectorProperty(n, '{VECTOR}', row.vector)",
            rows=rows[start : start + _BATCH],
        )
    connection.define("CALL db.awaitIndexes(60)")


def nearest(
    connection: Connection, vector: Sequence[float], count: int
) -> tuple[tuple[str, float], ...]:
    """The concepts whose vectors are nearest to one, as IRI and cosine in -1..1, nearest first.

    The search is approximate (HNSW). Raises `KnowledgeError` where no vectors were pushed.
    """
    require_neo4j(connection, "vectors")
    width = _width(connection)
    if width is None:
        raise KnowledgeError(
            "The server has no vectors.", "Push them: emograph push ADDRESS --vectors."
        )
    if width != len(vector):
        raise KnowledgeError(
            f"The server's vectors have {width} numbers, and the one sought has {len(vector)}.",
            "Push the vectors again with the encoder that is in use.",
        )
    rows = connection.read(
        f"{search_statement(connection.version)} "
        "RETURN node.iri AS iri, score ORDER BY score DESC, iri",
        vector=list(map(float, vector)),
        count=count,
    )
    # Neo4j gives (1 + cosine) / 2.
    return tuple((row["iri"], 2.0 * row["score"] - 1.0) for row in rows)


def search_statement(
    version: tuple[int, ...], index: str = _VECTORS, label: str = "Concept"
) -> str:
    """The search of a vector index as a server of that version understands it.

    It takes $vector and $count, and goes on with `node` and `score`.
    """
    if version >= _SEARCH_CLAUSE:
        return (
            f"CYPHER 25 MATCH (node:{label}) SEARCH node IN (VECTOR INDEX {index} "
            "FOR $vector LIMIT $count) SCORE AS score"
        )
    return f"CALL db.index.vector.queryNodes('{index}', $count, $vector) YIELD node, score"


def find_words(connection: Connection, words: str, count: int) -> tuple[tuple[str, float], ...]:
    """The concepts whose labels and definitions have the words, as IRI and score, best first."""
    require_neo4j(connection, "full-text search")
    plain = " ".join(words.translate(_OPERATORS).split()).lower()
    if not plain:
        return ()
    rows = connection.read(
        f"CALL db.index.fulltext.queryNodes('{_WORDS}', $words, {{limit: $count}}) "
        "YIELD node, score RETURN node.iri AS iri, score ORDER BY score DESC, iri",
        words=plain,
        count=count,
    )
    return tuple((row["iri"], row["score"]) for row in rows)


def _width(connection: Connection) -> int | None:
    rows = connection.read(
        "SHOW INDEXES YIELD name, options WHERE name = $name "
        "RETURN options.indexConfig['vector.dimensions'] AS width",
        name=_VECTORS,
    )
    return int(rows[0]["width"]) if rows else None


def require_neo4j(connection: Connection, what: str) -> None:
    """Raise `KnowledgeError` where a server is none of Neo4j's."""
    if not connection.is_neo4j:
        raise KnowledgeError(
            f"The server at {connection.address} has no {what} that emograph knows.",
            "Use Neo4j 5.26 or newer for it.",
        )
