"""What an evaluation hands back: figures with intervals, as JSON and as one table."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from emograph.engine.evaluation.intervals import Interval

Setting = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Result:
    """One metric on `n` items with the bounds of its 95 % interval.

    >>> Result.of("accuracy", Interval(0.5, 0.4, 0.6, n=90)).text
    '0.500 [0.400, 0.600]'
    """

    metric: str
    value: float
    low: float
    high: float
    n: int

    @classmethod
    def of(cls, metric: str, interval: Interval) -> Result:
        """The result that names what an interval measures."""
        return cls(metric, interval.value, interval.low, interval.high, interval.n)

    @property
    def text(self) -> str:
        """Value and interval to three decimals."""
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


@dataclass(frozen=True, slots=True)
class Report:
    """What one condition, such as ``graph``, reached on one dataset, and with which settings."""

    dataset: str
    condition: str
    results: tuple[Result, ...]
    settings: Mapping[str, Setting] = field(hash=False)

    def to_json(self) -> str:
        """The report as JSON, its fields by name."""
        report = {
            "dataset": self.dataset,
            "condition": self.condition,
            "results": [asdict(result) for result in self.results],
            "settings": dict(self.settings),
        }
        return json.dumps(report, indent=2, ensure_ascii=False)


def table(reports: Iterable[Report]) -> str:
    """All conditions side by side, as a Markdown table in aligned plain text.

    A row is a metric on the n items of a dataset, a column a condition, in the order they come. A
    condition that was not measured there leaves its cell empty.

    >>> half = Result("accuracy", 0.5, 0.4, 0.6, n=90)
    >>> print(table([Report("FI", "graph", (half,), {}), Report("FI", "gate", (half,), {})]))
    | dataset | metric   | n  | graph                | gate                 |
    |---------|----------|----|----------------------|----------------------|
    | FI      | accuracy | 90 | 0.500 [0.400, 0.600] | 0.500 [0.400, 0.600] |
    """
    conditions: dict[str, None] = {}
    rows: dict[tuple[str, str, int], dict[str, str]] = {}
    for report in reports:
        conditions[report.condition] = None
        for result in report.results:
            row = rows.setdefault((report.dataset, result.metric, result.n), {})
            row[report.condition] = result.text
    return _aligned(
        ["dataset", "metric", "n", *conditions],
        [
            [dataset, metric, str(n), *(row.get(condition, "") for condition in conditions)]
            for (dataset, metric, n), row in rows.items()
        ],
    )


def _aligned(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in (header, *rows)
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])
