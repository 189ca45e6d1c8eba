"""What every property graph of the knowledge does; adapters implement it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from emograph.kg.queries import ROWS, SECONDS

if TYPE_CHECKING:
    from pyoxigraph import Quad

    from emograph.kg.queries import Table
    from emograph.kg.stores import GraphStore


@dataclass(frozen=True, slots=True)
class Changes:
    """What a push did: how many nodes and relationships it wrote, and how many it removed.

    `skipped` is how many named graphs were there already as they are.
    """

    nodes: int = 0
    relationships: int = 0
    removed: int = 0
    skipped: int = 0


class PropertyGraph(Protocol):
    """Nodes and relationships, projected from RDF (`emograph.kg.projection`), to ask in Cypher."""

    def push(self, store: GraphStore) -> Changes:
        """Make it the projection of a store.

        Only named graphs that have changed since the last push are written, and what is gone from
        the store is removed; a second push of the same does nothing.
        """

    def pull(self) -> Iterator[Quad]:
        """The RDF that was pushed; blank nodes may have other labels."""

    def cypher(
        self,
        text: str,
        parameters: Mapping[str, object] | None = None,
        *,
        seconds: float = SECONDS,
        rows: int = ROWS,
    ) -> Table:
        """Answer a query in Cypher; nothing is ever changed. At most `rows` rows are given.

        Parameters and answers are text, numbers, truth values, None, lists and maps of these.
        Nodes come as maps ``{"labels": […], "properties": {…}}``, relationships as
        ``{"type": …, "start": iri, "end": iri, "properties": {…}}``, and paths as
        ``{"nodes": […], "relationships": […]}``. Raises `KnowledgeError` where it is no query,
        would change something, or takes longer than `seconds`.
        """

    def close(self) -> None:
        """Let go of it; nothing may be asked after."""
