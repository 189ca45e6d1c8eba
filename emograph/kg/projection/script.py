"""The projection as a script of Cypher, which any engine runs into an empty or a filled graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from emograph.kg.projection.elements import Projection, PropertyValue
from emograph.kg.projection.vocabulary import RESOURCE

_LEAST = -(2**63)
_ESCAPES = str.maketrans({"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def to_cypher(projection: Projection) -> Iterator[str]:
    """Statements that make the nodes, then the relationships, each ending in ``;`` on one line.

    Run again, they change nothing. They ask for no index: on a server, define one of
    ``(:Resource).iri`` first where there is much to read.

    >>> from emograph.kg.projection.elements import Node, Projection
    >>> dog = Node("urn:dog", ("Resource", "Concept"), {"iri": "urn:dog", "order": 3})
    >>> list(to_cypher(Projection((dog,), ())))
    ["MERGE (n:Resource {iri: 'urn:dog'}) SET n = {`iri`: 'urn:dog', `order`: 3} SET n:`Concept`;"]
    """
    for node in projection.nodes:
        labels = "".join(f":`{label}`" for label in node.labels if label != RESOURCE)
        yield (
            f"MERGE (n:{RESOURCE} {{iri: {_literal(node.iri)}}}) SET n = {_map(node.properties)}"
            + (f" SET n{labels};" if labels else ";")
        )
    for r in projection.relationships:
        yield (
            f"MATCH (a:{RESOURCE} {{iri: {_literal(r.start)}}}) "
            f"MATCH (b:{RESOURCE} {{iri: {_literal(r.end)}}}) "
            f"MERGE (a)-[r:`{r.type}` {{key: {_literal(r.key)}}}]->(b) "
            f"SET r = {_map(r.properties)};"
        )


def _map(properties: Mapping[str, PropertyValue]) -> str:
    return "{" + ", ".join(f"`{key}`: {_value(value)}" for key, value in properties.items()) + "}"


def _value(value: PropertyValue) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_literal, value)) + "]"
    return _literal(value)


def _literal(value: str | bool | int | float) -> str:
    if isinstance(value, str):
        return f"'{value.translate(_ESCAPES)}'"
    if isinstance(value, bool):
        return "true" if value else "false"
    if value == _LEAST and isinstance(value, int):  # its positive does not fit in 64 bits
        return f"({_LEAST + 1} - 1)"
    return repr(value)
