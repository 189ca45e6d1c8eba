"""What every part of the HTTP API works on: the graph, the engine, the limits, the slots."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emograph.adapters.web.slots import Slots
from emograph.kg.graph import KnowledgeGraph
from emograph.kg.queries import ROWS, SECONDS

if TYPE_CHECKING:
    from emograph.adapters.web.cypher import CypherDesk
    from emograph.adapters.web.explaining import Explainer
    from emograph.adapters.web.gallery import Gallery
    from emograph.adapters.web.knowledge import Knowledge
    from emograph.adapters.web.watching import Figures
    from emograph.adapters.web.workers import Workers


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
    upload: int = 20_000_000
    """Bytes of a request with a photograph."""
    workers: int = os.cpu_count() or 1
    """Photographs that are explained at once."""
    waiting: int = 8
    """Photographs that may wait for that; more are refused."""
    explaining: float = 60.0
    """Seconds that one may wait and be explained in, once it has arrived."""
    searching: int = 16
    """Searches by words that may wait for each other; more are refused."""
    remembered: int = 200
    """Explanations that can be asked "what if"; the oldest is forgotten for the next."""


@dataclass(frozen=True, slots=True)
class Service:
    """What is served, and how; without an `explainer` no photographs are explained.

    `workers` explain photographs; the `searcher` is a thread for words, which need not wait until
    photographs are explained.
    """

    graph: KnowledgeGraph
    limits: Limits
    slots: Slots
    writable: bool
    workers: Workers
    searcher: Workers
    figures: Figures
    knowledge: Knowledge
    cypher: CypherDesk
    gallery: Gallery | None = None
    explainer: Explainer | None = None
