"""Runs a script of Cypher in a process of its own, as kglite wants."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyoxigraph as ox

from emograph.kg.projection.elements import Node, Relationship
from emograph.kg.projection.restoring import restore

_RUN = """
import json, sys
import kglite
kglite.set_query_warning_policy("silent")
graph = kglite.KnowledgeGraph()
for line in json.load(sys.stdin):
    graph.cypher(line.removesuffix(";"))
def ask(text):
    return [list(row.values()) for row in graph.cypher(text, hide_structural_keys=True)]
nodes = ask("MATCH (n) RETURN labels(n) AS l, properties(n) AS p")
relationships = ask(
    "MATCH (a)-[r]->(b) RETURN r.key AS k, type(r) AS t, a.iri AS a, b.iri AS b, properties(r) AS p"
)
json.dump([nodes, relationships], sys.stdout)
"""


# kglite gives nodes these where they have none of their own.
_MADE_UP = frozenset({"id", "title", "type", "name", "label"})


def run_script(lines: Sequence[str], own: Mapping[str, Iterable[str]]) -> set[ox.Quad]:
    """The RDF of the graph that an empty engine holds when it has run the lines.

    `own` has the names of the properties that each node, by IRI, is to have.
    """
    done = subprocess.run(
        [sys.executable, "-c", _RUN], input=json.dumps(lines), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    nodes, relationships = json.loads(done.stdout)
    return set(
        restore(
            (
                Node(p["iri"], tuple(labels), _without_made_up(p, own[p["iri"]]))
                for labels, p in nodes
            ),
            (Relationship(*row) for row in relationships),
        )
    )


def _without_made_up(properties: dict[str, Any], own: Iterable[str]) -> dict[str, Any]:
    unwanted = _MADE_UP - set(own)
    return {key: value for key, value in properties.items() if key not in unwanted}
