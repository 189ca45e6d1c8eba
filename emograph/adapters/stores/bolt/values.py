"""Values of the driver as plain Python; see `PropertyGraph.cypher`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from emograph.adapters.stores.bolt.indexes import VECTOR


def plain(value: Any, iris: Mapping[str, str]) -> Any:
    """A value as text, number, truth value, None, list or map of these.

    `iris` tells the IRI of each node that `unnamed` has found in it.
    """
    from neo4j import graph

    if isinstance(value, graph.Path):
        return {
            "nodes": [plain(node, iris) for node in value.nodes],
            "relationships": [plain(each, iris) for each in value.relationships],
        }
    if isinstance(value, graph.Node):
        return {"labels": sorted(value.labels), "properties": _properties(value, iris)}
    if isinstance(value, graph.Relationship):
        start, end = (
            None if node is None else node.get("iri", iris.get(node.element_id))
            for node in value.nodes
        )
        properties = _properties(value, iris)
        return {"type": value.type, "start": start, "end": end, "properties": properties}
    if isinstance(value, Mapping):
        return {key: plain(part, iris) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(part, iris) for part in value]
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    return str(value)


def unnamed(values: Iterable[Any]) -> set[str]:
    """The ids of the nodes at the ends of relationships that came without those nodes."""
    from neo4j import graph

    found: set[str] = set()
    for value in values:
        if isinstance(value, graph.Relationship):
            found.update(
                node.element_id for node in value.nodes if node is not None and "iri" not in node
            )
        elif isinstance(value, graph.Path):
            found |= unnamed(value.relationships)
        elif isinstance(value, Mapping) and not isinstance(value, graph.Entity):
            found |= unnamed(value.values())
        elif isinstance(value, (list, tuple)):
            found |= unnamed(value)
    return found


def _properties(entity: Mapping[str, Any], iris: Mapping[str, str]) -> dict[str, Any]:
    return {key: plain(part, iris) for key, part in entity.items() if key != VECTOR}
