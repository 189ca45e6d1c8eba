"""Votes that a table counts per emotion, as the shares an evaluation takes."""

from __future__ import annotations

from collections.abc import Sequence

from emograph.adapters.datasets.tables import Row


def shares(row: Row, columns: Sequence[str]) -> list[float]:
    """The counts of `columns` in a row over their sum; raises DatasetError where nobody voted."""
    counts = [row.number(column, 0) for column in columns]
    total = sum(counts)
    if not total:
        raise row.broken("it has no votes")
    return [count / total for count in counts]
