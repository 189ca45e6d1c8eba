"""What all entries feel like, in arrays: derived from the ledger and kept up with it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from emograph.adapters.indexes.ledger import Ledger
from emograph.engine.perception.detector import Array
from emograph.engine.retrieval.query import Query
from emograph.engine.retrieval.ranking import FLOOR, log_affinity, log_shares, wanted_shares

Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Columns:
    """The entries of a ledger, a row each, in the order of their numbers `ids` (n,).

    `schemes` (n,) are the numbers of their schemes; `logs` (n, e) what they feel like, as
    `log_shares`, in as many columns as the largest scheme has emotions. `removals` is the number of
    the last removal that was heeded.
    """

    ids: Rows = field(default_factory=lambda: np.zeros(0, np.int64))
    schemes: Rows = field(default_factory=lambda: np.zeros(0, np.int64))
    logs: Array = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    removals: int = 0
    present: tuple[int, ...] = ()
    """The schemes that there are."""

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def last(self) -> int:
        """The highest number of an entry; 0 where there is none."""
        return int(self.ids[-1]) if len(self.ids) else 0

    def rows(self, ids: Rows) -> tuple[Rows, NDArray[np.bool_]]:
        """The row of each number, and whether there is one."""
        if not len(self.ids):
            return np.zeros(len(ids), np.int64), np.zeros(len(ids), bool)
        rows = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        return rows, self.ids[rows] == ids

    def affinity(self, query: Query, schemes: dict[int, tuple[str, tuple[str, ...]]]) -> Array:
        """How well each row's emotions fit the query's, (n,), as `log_affinity`."""
        fits = np.full(len(self), np.log(FLOOR), np.float32)
        for number in self.present:
            name, labels = schemes[number]
            wanted = wanted_shares(query, name, labels)
            if wanted is None:
                continue
            if len(self.present) == 1:
                return log_affinity(self.logs[:, : len(labels)], wanted)
            own = np.flatnonzero(self.schemes == number)
            fits[own] = log_affinity(self.logs[own, : len(labels)], wanted)
        return fits


def bring_up_to_date(columns: Columns, ledger: Ledger) -> Columns:
    """The columns with what was added to the ledger, and without what was removed, since."""
    gone = ledger.removed_since(columns.removals)
    ids, schemes, logs = columns.ids, columns.schemes, columns.logs
    if gone:
        stay = ~np.isin(ids, np.array([entry for _, entry in gone], np.int64))
        ids, schemes, logs = ids[stay], schemes[stay], logs[stay]
    new = ledger.felt_since(columns.last)
    if new:
        fresh = _logs(new)
        width = max(logs.shape[1], fresh.shape[1])
        ids = np.concatenate([ids, np.array([row[0] for row in new], np.int64)])
        schemes = np.concatenate([schemes, np.array([row[1] for row in new], np.int64)])
        logs = np.concatenate([_wide(logs, width), _wide(fresh, width)])
    removals = gone[-1][0] if gone else columns.removals
    return Columns(ids, schemes, logs, removals, tuple(np.unique(schemes).tolist()))


def _logs(rows: list[tuple[int, int, bytes]]) -> Array:
    sizes = {len(row[2]) for row in rows}
    if len(sizes) == 1:
        joined = np.frombuffer(b"".join(row[2] for row in rows), "<f4")
        return log_shares(joined.reshape(len(rows), -1))
    emotions = np.zeros((len(rows), max(sizes) // 4), np.float32)
    for at, (_, _, felt) in enumerate(rows):
        emotions[at, : len(felt) // 4] = np.frombuffer(felt, "<f4")
    return log_shares(emotions)


def _wide(logs: Array, width: int) -> Array:
    if logs.shape[1] == width:
        return logs
    wide: Array = np.zeros((len(logs), width), np.float32)
    wide[:, : logs.shape[1]] = logs
    return wide
