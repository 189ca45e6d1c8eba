"""Cypher over HTTP: the store's projection as a property graph, made when it is first asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

from emograph.adapters.web.http_error import HttpError
from emograph.errors import KnowledgeError
from emograph.kg.property_graphs import PropertyGraph
from emograph.kg.queries import Table
from emograph.kg.stores import GraphStore

_LEAST = 0.05
"""Seconds that a query is worth asking with."""


class CypherDesk:
    """Asks one property graph, one query after the other; `changed` makes it up to date again."""

    def __init__(self, store: GraphStore, make: Callable[[], PropertyGraph] | None = None) -> None:
        self._store = store
        self._make = make or _kglite
        self._graph: PropertyGraph | None = None
        self._lock = threading.Lock()
        self._current = False

    def changed(self) -> None:
        """Say that the store is not as it was."""
        self._current = False

    def ask(self, text: str, parameters: Mapping[str, object], deadline: float, rows: int) -> Table:
        """The answer to a query that changes nothing, by a deadline of `time.monotonic`.

        Raises `KnowledgeError` where it is no such query or takes too long, and `HttpError` 503
        where others are asking until then.
        """
        if not self._lock.acquire(timeout=max(deadline - time.monotonic(), 0)):
            raise HttpError(
                503, "Others are asking in Cypher. Ask again in a while.", {"Retry-After": "2"}
            )
        try:
            graph = self._up_to_date()
            left = deadline - time.monotonic()
            if left < _LEAST:
                raise HttpError(
                    503,
                    "The graph is only now prepared for Cypher. Ask again in a while.",
                    {"Retry-After": "2"},
                )
            try:
                return graph.cypher(text, parameters, seconds=left, rows=rows)
            except KnowledgeError as problem:
                if time.monotonic() < deadline:
                    raise
                raise HttpError(503, str(problem)) from None
        finally:
            self._lock.release()

    def close(self) -> None:
        """End the process that answers."""
        if self._graph is not None:
            self._graph.close()

    def _up_to_date(self) -> PropertyGraph:
        if self._graph is None:
            self._graph = self._make()
        if not self._current:
            self._current = True  # a change that comes while it is read is not missed
            try:
                self._graph.push(self._store)
            except BaseException:
                self._current = False
                raise
        return self._graph


def _kglite() -> PropertyGraph:
    from emograph.adapters.stores.kglite.graph import KgliteGraph

    return KgliteGraph()
