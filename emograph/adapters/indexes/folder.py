"""The index in a folder: the ledger is its truth, and what is searched is derived from it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emograph.adapters.indexes.columns import Columns, Rows, bring_up_to_date
from emograph.adapters.indexes.ledger import Ledger
from emograph.adapters.indexes.terms import asked_terms
from emograph.adapters.indexes.vectors import EXACT, FewVectors, ManyVectors, current
from emograph.engine.perception.detector import Array
from emograph.engine.retrieval.entry import Entry
from emograph.engine.retrieval.query import SEEN, Hit, Near, Query, Thing
from emograph.engine.retrieval.ranking import (
    NEAR,
    SHOWS,
    log_closeness,
    log_shown,
    pool,
)
from emograph.engine.retrieval.reasons import hit

_CANDIDATES = 200
"""So many of the nearest, and of the best by all else, are weighed exactly; or 4 for each hit."""

_THINGS_KEPT = 64

Part = tuple[Array, float]


class FolderIndex:
    """An `ImageIndex` in a folder, or in memory where that is None.

    A writer may work beside any number of readers, which see what it did at their next search.
    """

    def __init__(self, folder: Path | None, *, writable: bool = False, exact: int = EXACT) -> None:
        self._ledger = Ledger(folder, writable=writable)
        self._folder, self._exact = folder, exact
        self._lock = threading.RLock()
        self._columns = Columns()
        self._vectors: dict[int, FewVectors | ManyVectors] = {}
        self._things: OrderedDict[Thing, NDArray[np.uint8]] = OrderedDict()
        self._schemes: dict[int, tuple[str, tuple[str, ...]]] = {}
        self._encoders: dict[int, tuple[str, int]] = {}
        self._seen_change: tuple[int, int] | None = None

    def add(self, entries: Sequence[Entry]) -> None:
        """Add entries in one transaction; one of the same image and scheme is replaced."""
        self._ledger.add(entries)

    def remove(self, sha256s: Sequence[str]) -> int:
        """Remove images, in all schemes; how many entries that were."""
        return self._ledger.remove(sha256s)

    def __len__(self) -> int:
        return self._ledger.count()

    def get(self, sha256: str) -> Entry | None:
        """The newest entry of an image; None where there is none."""
        number = self._ledger.find(sha256)
        return None if number is None else self._ledger.read([number]).get(number)

    def explanations(self) -> frozenset[str]:
        """The IRIs of the explanations that have an entry."""
        return self._ledger.explanations()

    def browse(self, offset: int = 0, limit: int = 20) -> list[Entry]:
        """Entries, the newest first."""
        numbers = self._ledger.newest(offset, limit)
        found = self._ledger.read(numbers)
        return [found[number] for number in numbers if number in found]

    def search(self, query: Query, k: int = 20) -> list[Hit]:
        """The k images that fit best, the best first; each image at most once."""
        with self._lock:
            self._refresh()
            allowed = self._allowed(query)
            rows, logs = self._best(query, allowed, k)
            ids = self._columns.ids
        # An image has an entry for each scheme, and may be the very one that is asked with.
        best = _highest(logs, (k + 1) * max(len(self._schemes), 1))
        found = self._ledger.read([int(ids[row]) for row in rows[best]])
        hits: dict[str, Hit] = {}
        for at in best:
            entry = found.get(int(ids[rows[at]]))
            if entry is None or entry.sha256 == query.like or entry.sha256 in hits:
                continue
            hits[entry.sha256] = hit(query, entry, float(np.exp(logs[at])))
            if len(hits) == k:
                break
        return list(hits.values())

    def close(self) -> None:
        """Let go of the index; a writer leaves the clusters of many vectors in a file."""
        try:
            if self._ledger.writable and self._folder is not None and len(self) > self._exact:
                with self._lock:
                    self._refresh()
        finally:
            self._ledger.close()

    def _refresh(self) -> None:
        change = self._ledger.change()
        if change == self._seen_change:
            return
        self._columns = bring_up_to_date(self._columns, self._ledger)
        self._schemes = self._ledger.schemes()
        self._encoders = self._ledger.encoders()
        for number, (_, width) in self._encoders.items():
            self._vectors[number] = current(
                self._vectors.get(number), self._ledger, number, width, self._folder, self._exact
            )
        self._things.clear()
        self._seen_change = change

    def _best(self, query: Query, allowed: NDArray[np.bool_] | None, k: int) -> tuple[Rows, Array]:
        """Rows that may be among the best, and how well they fit: the logarithm of 0..1."""
        whole = self._weighed(query)
        places = [(near, found) for near in query.near if (found := self._space(near))]
        if all(isinstance(found, FewVectors) for _, found in places):
            rows = np.arange(len(self._columns)) if allowed is None else np.flatnonzero(allowed)
        else:
            rows = self._candidates(whole, places, allowed, max(_CANDIDATES, 4 * k))
        if len(rows) < len(self._columns):
            whole = [(part[rows], weight) for part, weight in whole]
        parts = list(whole)
        parts += [(log_closeness(self._cosines(near, rows), near), NEAR) for near in query.near]
        return rows, pool(parts) if parts else np.zeros(len(rows), np.float32)

    def _weighed(self, query: Query) -> list[Part]:
        """What is known of every row without its vector, and what it weighs."""
        parts: list[Part] = []
        if query.emotions:
            parts.append((self._columns.affinity(query, self._schemes), query.felt))
        shows = query.shows
        if not (query.emotions or query.near or shows):  # then the surest are the best
            shows = tuple((thing, 1.0) for thing in query.seen)
        if shows:
            sure = [np.divide(self._sureness(thing), 255, dtype=np.float32) for thing, _ in shows]
            parts.append((log_shown(sure, [weight for _, weight in shows]), SHOWS))
        return parts

    def _candidates(
        self,
        whole: list[Part],
        places: list[tuple[Near, FewVectors | ManyVectors]],
        allowed: NDArray[np.bool_] | None,
        count: int,
    ) -> Rows:
        """The rows of the nearest to each place, and of the best by all else."""
        columns = self._columns
        found: list[Rows] = []
        if whole:
            fits = pool(whole)
            if allowed is not None:
                fits = np.where(allowed, fits, -np.inf)
            best = np.argpartition(-fits, min(count, len(fits) - 1))[:count]
            found.append(best if allowed is None else best[allowed[best]])
        ids = None if allowed is None else columns.ids[allowed]
        for near, vectors in places:
            if isinstance(vectors, ManyVectors):
                rows, known = columns.rows(vectors.nearest(near.vector, count, ids))
                found.append(rows[known])
        return np.unique(np.concatenate(found))

    def _space(self, near: Near) -> FewVectors | ManyVectors | None:
        wanted = (near.encoder, len(near.vector))
        numbers = [number for number, space in self._encoders.items() if space == wanted]
        return self._vectors[numbers[0]] if numbers else None

    def _cosines(self, near: Near, rows: Rows) -> Array:
        """The cosine of each row with a place; -1 where it has no vector there."""
        vectors = self._space(near)
        cosines = np.full(len(rows), -1.0, np.float32)
        ids = self._columns.ids[rows]
        if isinstance(vectors, FewVectors):
            at, known = np.searchsorted(vectors.ids, ids), np.isin(ids, vectors.ids)
            cosines[known] = vectors.cosines(near.vector)[at[known]]
        elif vectors is not None:
            kept = self._ledger.vectors(ids.tolist())
            for place, number in enumerate(ids.tolist()):
                if number in kept and len(kept[number]) == len(near.vector):
                    cosines[place] = kept[number].astype(np.float32) @ near.vector
        return cosines

    def _allowed(self, query: Query) -> NDArray[np.bool_] | None:
        """Which rows the conditions leave; None where there are none."""
        if not (query.seen or query.unseen):
            return None
        least = round(255 * SEEN)
        allowed = np.ones(len(self._columns), bool)
        for thing in query.seen:
            allowed &= self._sureness(thing) >= least
        for thing in query.unseen:
            allowed &= self._sureness(thing) < least
        return allowed

    def _sureness(self, thing: Thing) -> NDArray[np.uint8]:
        """How surely each row shows a thing, 0..255; those asked for last are remembered."""
        if thing not in self._things:
            known = self._ledger.terms()
            asked = [known[term] for term in asked_terms(thing) if term in known]
            shown = self._ledger.shown(asked)
            sure = np.zeros(len(self._columns), np.uint8)
            rows, there = self._columns.rows(shown[:, 0])
            np.maximum.at(sure, rows[there], shown[there, 1].astype(np.uint8))
            self._things[thing] = sure
            while len(self._things) > _THINGS_KEPT:
                self._things.popitem(last=False)
        self._things.move_to_end(thing)
        return self._things[thing]


def _highest(values: Array, count: int) -> Rows:
    """Where the `count` highest values are, the highest first; of equal ones the last comes first.

    >>> _highest(np.array([0.1, 0.3, 0.2, 0.3], np.float32), 3).tolist()
    [3, 1, 2]
    """
    places = np.arange(len(values))
    if count < len(values):
        least = np.partition(values, len(values) - count)[len(values) - count]
        places = np.flatnonzero(values >= least)
    return places[np.lexsort((-places, -values[places]))][:count]
