"""Nodes and relationships of a property graph, as every engine of Cypher takes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

PropertyValue = str | bool | int | float | list[str] | list[bool] | list[int] | list[float]
"""What a property may hold: integers fit in 64 bits, numbers are finite, lists are of one type."""


class Node(NamedTuple):
    """A resource: ``(:Resource {iri})`` with a label for each of its classes.

    `iri` is the resource's IRI, or ``_:`` and the label of a blank node; it is also a property.
    """

    iri: str
    labels: tuple[str, ...]
    properties: Mapping[str, PropertyValue]


class Relationship(NamedTuple):
    """A statement between two resources, or an association node between what it joins.

    `key` is unique and stays the same from run to run; it is also a property. `start` and `end`
    are IRIs of nodes.
    """

    key: str
    type: str
    start: str
    end: str
    properties: Mapping[str, PropertyValue]

    @property
    def resource(self) -> str:
        """The resource that makes it: the association node, or else where it starts."""
        iri = self.properties.get("iri", self.start)
        assert isinstance(iri, str)  # noqa: S101 - project() puts nothing else there
        return iri


@dataclass(frozen=True, slots=True)
class Projection:
    """RDF as nodes and relationships, or that of some resources; see `resources`.

    `nodes` and `relationships` are in the order of `iri` and of `key`.
    """

    nodes: tuple[Node, ...]
    relationships: tuple[Relationship, ...]
