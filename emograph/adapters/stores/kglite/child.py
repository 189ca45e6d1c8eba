"""The process that holds a kglite graph: ``python -m emograph.adapters.stores.kglite.child``.

kglite cannot be loaded beside torch and scikit-learn, so it has a process of its own. Requests
come on standard input and answers leave on standard output, one for each, as `frames`; the process
ends when standard input does, even amid a query.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from emograph.adapters.stores.kglite import frames

if TYPE_CHECKING:
    import kglite

_Row = Mapping[str, Any]
_NODE = {"id", "labels", "properties"}
_RELATIONSHIP = {"id", "start", "end", "type", "properties"}


class _Graph:
    """One graph; each public method carries out one kind of request."""

    def __init__(self) -> None:
        import kglite

        kglite.set_query_warning_policy("silent")
        self._engine = kglite
        self._graph: kglite.KnowledgeGraph = kglite.KnowledgeGraph()
        self._graph.cypher("CREATE (n:Resource {iri: ''}) DELETE n")  # so that there is the label
        for name in ("iri", "prefLabel"):
            self._graph.create_index("Resource", name)
        self._graph.read_only(True)

    def without_nodes(self, rows: Sequence[str]) -> None:
        """Remove nodes by IRI, and their relationships."""
        self._write("MATCH (n:Resource {iri: row}) DETACH DELETE n", rows)

    def without_relationships(self, rows: Sequence[_Row]) -> None:
        """Remove relationships; those of nodes that were removed are gone already."""
        for kind, group in _by(rows, "type").items():
            self._write(
                f"MATCH (a:Resource {{iri: row.from}})-[r:`{kind}`]->() "
                "WHERE r.key = row.properties.key DELETE r",
                group,
            )

    def nodes(self, rows: Sequence[_Row]) -> None:
        """Set nodes: those that are there keep their relationships."""
        known = self._labels([row["properties"]["iri"] for row in rows])
        new = [row for row in rows if row["properties"]["iri"] not in known]
        there = [row for row in rows if row["properties"]["iri"] in known]
        for labels, group in _by(new, "labels").items():
            self._write(f"CREATE (n{_quoted(labels.split(':'))}) SET n = row.properties", group)
        self._write("MATCH (n:Resource {iri: row.properties.iri}) SET n = row.properties", there)
        for row in there:
            self._relabel(row, set(known[row["properties"]["iri"]]))

    def relationships(self, rows: Sequence[_Row]) -> None:
        """Add relationships between nodes that are there."""
        for kind, group in _by(rows, "type").items():
            self._write(
                "MATCH (a:Resource {iri: row.from}) MATCH (b:Resource {iri: row.to}) "
                f"CREATE (a)-[r:`{kind}`]->(b) SET r = row.properties",
                group,
            )

    def cypher(
        self, text: str, parameters: Mapping[str, Any], seconds: float, rows: int
    ) -> dict[str, Any]:
        """The columns and rows of a query, and whether there are no more rows."""
        answer: Any = self._graph.cypher(
            text,
            params=dict(parameters) or None,
            timeout_ms=max(1, int(seconds * 1000)),
            row_limit=rows + 1,
            hide_structural_keys=True,
        )
        if isinstance(answer, str):  # FORMAT CSV
            return {"columns": ["csv"], "rows": [[answer]]}
        return {
            "columns": answer.columns,
            "rows": [[_plain(value) for value in row.values()] for row in answer],
        }

    def all_nodes(self) -> list[list[Any]]:
        """Labels and properties of all nodes."""
        return self._all("MATCH (n:Resource) RETURN labels(n) AS l, properties(n) AS p")

    def all_relationships(self) -> list[list[Any]]:
        """Type, start, end and properties of all relationships."""
        return self._all(
            "MATCH (a:Resource)-[r]->(b:Resource) "
            "RETURN type(r) AS t, a.iri AS s, b.iri AS e, properties(r) AS p"
        )

    def refused(self, problem: Exception) -> dict[str, str] | None:
        """What to tell of an exception that the person's query brought about; None for others."""
        if isinstance(problem, self._engine.CypherTimeoutError):
            return {"slow": str(problem)}
        if isinstance(problem, self._engine.ReadOnlyError):
            return {"writes": str(problem)}
        if isinstance(problem, (self._engine.KgError, ValueError, TypeError, OverflowError)):
            return {"wrong": str(problem)}
        return None

    def _write(self, clause: str, rows: Sequence[Any]) -> None:
        if rows:
            self._graph.read_only(False)
            self._graph.cypher(
                f"UNWIND $rows AS row {clause}", params={"rows": list(rows)}, timeout_ms=0
            )
            self._graph.read_only(True)

    def _all(self, text: str) -> list[list[Any]]:
        answer: Any = self._graph.cypher(text, timeout_ms=0, hide_structural_keys=True)
        return [list(row.values()) for row in answer]

    def _labels(self, iris: Sequence[str]) -> dict[str, list[str]]:
        answer: Any = self._graph.cypher(
            "UNWIND $iris AS iri MATCH (n:Resource {iri: iri}) RETURN n.iri AS i, labels(n) AS l",
            params={"iris": list(iris)},
            timeout_ms=0,
        )
        return {row["i"]: row["l"] for row in answer}

    def _relabel(self, node: _Row, labels: set[str]) -> None:
        wanted = set(node["labels"].split(":"))
        steps = [f"REMOVE n{_quoted([label])}" for label in sorted(labels - wanted)]
        steps += [f"SET n{_quoted([label])}" for label in sorted(wanted - labels)]
        if steps:
            self._write(
                f"MATCH (n:Resource {{iri: row.iri}}) {' '.join(steps)}",
                [{"iri": node["properties"]["iri"]}],
            )


def _by(rows: Sequence[_Row], key: str) -> dict[str, list[_Row]]:
    groups: defaultdict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        groups[row[key]].append(row)
    return groups


def _quoted(labels: Sequence[str]) -> str:
    """Labels as a clause takes them, be they words of Cypher or not."""
    return "".join(f":`{label}`" for label in labels)


def _plain(value: Any) -> Any:
    """A value as JSON has it; nodes and relationships as what the parent knows them by."""
    if isinstance(value, dict):
        if value.keys() == _NODE and "iri" in value["properties"]:
            return {"@node": value["properties"]["iri"]}
        if value.keys() == _RELATIONSHIP and "key" in value["properties"]:
            return {"@relationship": value["properties"]["key"]}
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    return str(value)


def _answer(graph: _Graph, request: dict[str, Any]) -> dict[str, Any]:
    ask: Callable[..., Any] = getattr(graph, request["do"])
    words = {name: value for name, value in request.items() if name != "do"}
    try:
        return {"answer": ask(**words)}
    except Exception as problem:
        refused = graph.refused(problem)
        if refused is None:
            raise
        return refused


def _listen(requests: queue.SimpleQueue[Any]) -> None:
    try:
        while True:
            requests.put(frames.read(sys.stdin.buffer))
    except EOFError:
        os._exit(0)  # nobody is left to answer, whatever is being worked on


def main() -> None:
    """Answer requests until there are no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent's affair
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)  # what a library prints is no answer
        requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
        threading.Thread(target=_listen, args=(requests,), daemon=True).start()
        graph = _Graph()
        while True:
            frames.write(answers, _answer(graph, requests.get()))


if __name__ == "__main__":
    main()
