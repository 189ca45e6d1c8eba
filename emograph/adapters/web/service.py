"""What every part of the HTTP API works on: the graph, the limits, the slots."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from emograph.adapters.web.http_error import HttpError
from emograph.adapters.web.slots import Slots
from emograph.kg.graph import KnowledgeGraph
from emograph.kg.queries import ROWS, SECONDS

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one request may ask for."""

    seconds: float = SECONDS
    """For one request; what takes longer is given up."""
    rows: int = ROWS
    """Rows or triples in the answer to a query; more are left off."""
    triples: int = 1_000_000
    """Triples in a graph that is read whole; a larger one is refused."""
    body: int = 1 << 20
    """Bytes of a request."""
    answer: int = 64 << 20
    """Characters of text in the answer to a query; a longer one is refused."""
    slots: int = 4
    """Requests that may be worked on at once."""
    patience: float = 2.0
    """Seconds to wait for one of them to end: a page that asks much at once gets it all."""


@dataclass(frozen=True, slots=True)
class Service:
    """What is served, and how."""

    graph: KnowledgeGraph
    limits: Limits
    slots: Slots
    writable: bool


def until(deadline: float, items: Iterable[T]) -> Iterator[T]:
    """The items as long as there is time: the deadline is one of `time.monotonic`."""
    for item in items:
        if time.monotonic() > deadline:
            # Nobody waits for the answer any more; this only ends the work on it.
            raise HttpError(503, "The time is over.")
        yield item
