"""What Cypher of people is refused before an engine sees it."""

from __future__ import annotations

import pytest

from emograph.errors import KnowledgeError
from emograph.kg.cypher import refuse


@pytest.mark.parametrize(
    "text",
    [
        "MATCH (n:Set)-[:DELETE|MERGE]->(m {create: 1}) RETURN n.set, m.remove AS load",
        "MATCH (create) RETURN create",
        "MATCH (a) WITH a AS set RETURN set.x, set",
        "RETURN 'CREATE (n)' AS x // DELETE n",
        'RETURN "it\\"s SET" /* MERGE */ AS `REMOVE n`',
        "RETURN $set, {delete: 1}",
        "MATCH (n) CALL { WITH n MATCH (n)-->(m) RETURN m } RETURN m",
        "CALL db.labels() YIELD label RETURN label",
        "MATCH (n) WHERE NOT exists { (n)-->() } RETURN n",
        "RETURN [x IN [1] | x] AS call",
    ],
)
def test_what_only_reads_is_let_through(text: str) -> None:
    refuse(text)


@pytest.mark.parametrize(
    "text",
    [
        "create (n)",
        "MATCH (n)DELETE n",
        "MATCH (n) RETURN n;CREATE (m)",
        "MATCH (n) WITH *SET n.x = 1",
        "MATCH (n) WHERE n.x = 'a'SET n.x = 1",
        "MATCH (n) WHERE n.x = 1 SET n.x = 2",
        "MATCH (n) WITH n LIMIT 1 // comment\nREMOVE n:Concept",
        "/* RETURN */ MERGE (n {x: '//'})",
        "MATCH (`n'`) SET `n'`.x = 1",
        "load csv from 'x' as row return row",
        "LOAD/**/CSV FROM 'x' AS row RETURN row",
        "USE other MATCH (n) RETURN n",
        "CALL { MATCH (n) DELETE n } RETURN 1",
        "CALL apoc.load.json('x')",
        "CALL `apoc`.`load`.json('x')",
        "MATCH (n) CALL/**/dbms.components() YIELD name RETURN name",
        "RETURN '\\u0027",
        "RETURN " + "(" * 200 + "1" + ")" * 200,
        "RETURN '" + "x" * 10_000 + "'",
    ],
)
def test_what_writes_or_reaches_out_is_refused(text: str) -> None:
    with pytest.raises(KnowledgeError):
        refuse(text)
