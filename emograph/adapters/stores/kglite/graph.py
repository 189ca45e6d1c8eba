"""Embedded Cypher: the projection of a store in a kglite graph, in a process of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from emograph.adapters.stores.kglite.anchoring import anchored
from emograph.adapters.stores.kglite.process import EndedError, LateError, Process
from emograph.errors import KnowledgeError
from emograph.kg.cypher import refuse
from emograph.kg.limits import too_slow
from emograph.kg.projection.digests import digest
from emograph.kg.projection.elements import Node, Relationship
from emograph.kg.projection.projecting import project, project_part, touched
from emograph.kg.projection.restoring import involved, restore
from emograph.kg.property_graphs import Changes
from emograph.kg.queries import ROWS, SECONDS, Table
from emograph.kg.stores import GraphStore

if TYPE_CHECKING:
    from pyoxigraph import Quad

_GRACE = 2.0  # seconds beyond its limit after which an engine that does not heed it is ended
_BATCH = 20_000


class KgliteGraph:
    """A `PropertyGraph` that lives with this process; the first push or query starts its child.

    What was pushed is kept here too, so that a child that dies is followed by another with the
    same in it. It may be asked from several threads; queries are answered one after the other.
    """

    def __init__(self) -> None:
        self._digests: dict[str, str] = {}
        self._nodes: dict[str, Node] = {}
        self._relationships: dict[str, Relationship] = {}
        self._process: Process | None = None
        self._lock = threading.RLock()
        self._closed = False

    def push(self, store: GraphStore) -> Changes:
        """Make it the projection of a store; only named graphs that have changed are projected."""
        with self._lock:
            digests = {graph: digest(store.quads(graph)) for graph in store.graphs()}
            old = self._digests
            changed = {graph for graph in digests | old if digests.get(graph) != old.get(graph)}
            if not changed:
                return Changes(skipped=len(digests))
            nodes, relationships = self._renewed(store, changed)
            changes = self._change(nodes, relationships)
            self._nodes, self._relationships, self._digests = nodes, relationships, digests
            return replace(changes, skipped=len(digests.keys() - changed))

    def pull(self) -> Iterator[Quad]:
        """The RDF that was pushed, read back from the engine."""
        nodes = self._ask({"do": "all_nodes"})
        relationships = self._ask({"do": "all_relationships"})
        yield from restore(
            (Node(row[1]["iri"], tuple(row[0]), self._stored(row[1])) for row in nodes),
            (Relationship(row[3]["key"], *row) for row in relationships),
        )

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
        given = dict(parameters or {})
        _check(given)
        request = {
            "do": "cypher",
            "text": anchored(text),
            "parameters": given,
            "seconds": seconds,
            "rows": rows,
        }
        answer = self._ask(request, seconds)
        found = [tuple(map(self._plain, row)) for row in answer["rows"]]
        return Table(tuple(answer["columns"]), tuple(found[:rows]), complete=len(found) <= rows)

    def close(self) -> None:
        """End the child process."""
        with self._lock:
            self._closed = True
            if self._process is not None:
                self._process.end()
                self._process = None

    def __enter__(self) -> KgliteGraph:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _renewed(
        self, store: GraphStore, changed: set[str]
    ) -> tuple[dict[str, Node], dict[str, Relationship]]:
        """All nodes by IRI and relationships by key, as they are after named graphs changed."""
        if not self._digests:
            whole = project(store.quads())
            return {n.iri: n for n in whole.nodes}, {r.key: r for r in whole.relationships}
        old_nodes = [n for n in self._nodes.values() if changed & set(_texts(n, "graphs"))]
        old = [r for r in self._relationships.values() if r.properties["graph"] in changed]
        resources = touched(store, changed) | involved(old_nodes, old)
        part = project_part(store, resources)
        nodes = {iri: node for iri, node in self._nodes.items() if iri not in resources}
        nodes |= {node.iri: node for node in part.nodes}
        relationships = {
            key: r for key, r in self._relationships.items() if r.resource not in resources
        }
        relationships |= {r.key: r for r in part.relationships}
        ends = {end for r in relationships.values() for end in (r.start, r.end)}
        return {
            iri: node for iri, node in nodes.items() if "graphs" in node.properties or iri in ends
        }, relationships

    def _change(
        self, nodes: Mapping[str, Node], relationships: Mapping[str, Relationship]
    ) -> Changes:
        """Bring a child that runs from what it holds to these."""
        gone = [iri for iri in self._nodes if iri not in nodes]
        parted = [r for key, r in self._relationships.items() if relationships.get(key) != r]
        new = [node for iri, node in nodes.items() if self._nodes.get(iri) != node]
        linked = [r for key, r in relationships.items() if self._relationships.get(key) != r]
        if self._process is not None and self._process.usable:
            with suppress(EndedError):  # the next one is filled anew
                _send(self._process, gone, parted, new, linked)
        removed = len(gone) + sum(r.key not in relationships for r in parted)
        return Changes(len(new), len(linked), removed)

    def _ask(self, request: dict[str, Any], seconds: float | None = None) -> Any:
        """The answer of the child, of another if the first one ends over the request."""
        limit = None if seconds is None else seconds + _GRACE
        with self._lock:
            for _ in range(2):
                try:
                    return _told(self._started().ask(request, limit), seconds)
                except LateError as problem:
                    raise too_slow(seconds or 0) from problem
                except EndedError as problem:
                    ended = problem
        raise KnowledgeError(
            "The process that answers Cypher ended over this twice.",
            "Ask for less; if nothing is ever answered, see that kglite is installed.",
        ) from ended

    def _started(self) -> Process:
        if self._closed:
            raise KnowledgeError("The graph is closed.", "Open it again.")
        if self._process is None or not self._process.usable:
            self._process = Process()
            _send(self._process, (), (), self._nodes.values(), self._relationships.values())
        return self._process

    def _plain(self, value: Any) -> Any:
        """A value of the child, with nodes and relationships as they are; see `PropertyGraph`."""
        if isinstance(value, list):
            return [self._plain(part) for part in value]
        if not isinstance(value, dict):
            return value
        if value.keys() == {"@node"} and (node := self._nodes.get(value["@node"])):
            return {"labels": sorted(node.labels), "properties": dict(node.properties)}
        if value.keys() == {"@relationship"} and (
            r := self._relationships.get(value["@relationship"])
        ):
            properties = dict(r.properties)
            return {"type": r.type, "start": r.start, "end": r.end, "properties": properties}
        return {key: self._plain(part) for key, part in self._stored(value).items()}

    def _stored(self, properties: dict[str, Any]) -> dict[str, Any]:
        """A node's properties without those that the engine makes up."""
        node = self._nodes.get(str(properties.get("iri")))
        if node is None:
            return properties
        made_up = {"id", "title", "type", "name", "label"} - node.properties.keys()
        return {key: value for key, value in properties.items() if key not in made_up}


def _send(
    process: Process,
    gone: Iterable[str],
    parted: Iterable[Relationship],
    nodes: Iterable[Node],
    relationships: Iterable[Relationship],
) -> None:
    """Change a child in batches; one that fails is ended, having half of it."""
    steps: list[tuple[str, list[Any]]] = [
        ("without_nodes", list(gone)),
        ("without_relationships", [_relationship_row(r) for r in parted]),
        ("nodes", [_node_row(node) for node in nodes]),
        ("relationships", [_relationship_row(r) for r in relationships]),
    ]
    try:
        for name, rows in steps:
            for start in range(0, len(rows), _BATCH):
                _told(process.ask({"do": name, "rows": rows[start : start + _BATCH]}), None)
    except KnowledgeError:
        process.end()
        raise


def _told(answer: dict[str, Any], seconds: float | None) -> Any:
    if "slow" in answer:
        raise too_slow(seconds or 0)
    if "writes" in answer:
        raise KnowledgeError(
            "The query would change the graph, which is not allowed.",
            "Ask with MATCH and RETURN; the knowledge is edited as RDF.",
        )
    if "wrong" in answer:
        problem = str(answer["wrong"]).strip().splitlines()[0].rstrip(".")
        raise KnowledgeError(f"The query cannot be answered: {problem}.", "Correct the query.")
    return answer["answer"]


def _check(value: object) -> None:
    """Raise `KnowledgeError` for a parameter that is none of `PropertyGraph`'s types."""
    if isinstance(value, Mapping):
        fine = all(isinstance(key, str) for key in value)
        parts: Iterable[object] = value.values()
    else:
        parts = value if isinstance(value, (list, tuple)) else ()
        fine = value is None or isinstance(value, (str, bool, float, list, tuple))
        fine = fine or (isinstance(value, int) and -(2**63) <= value < 2**63)
    if not fine:
        raise KnowledgeError(
            f"The parameter {value!r:.100} cannot be given to a query.",
            "Give text, a number of at most 64 bits, a truth value, or a list or map of these.",
        )
    for part in parts:
        _check(part)


def _node_row(node: Node) -> dict[str, Any]:
    return {"labels": ":".join(node.labels), "properties": dict(node.properties)}


def _relationship_row(r: Relationship) -> dict[str, Any]:
    return {"type": r.type, "from": r.start, "to": r.end, "properties": dict(r.properties)}


def _texts(node: Node, key: str) -> list[str]:
    value = node.properties.get(key, [])
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]
