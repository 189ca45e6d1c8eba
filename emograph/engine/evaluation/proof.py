"""What each part adds, on all sets together: what `emograph eval all` writes, and compares."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from emograph.engine.evaluation.results import Report, Result, Setting
from emograph.errors import EmographError

FORMAT = "emograph.evaluation/1"


@dataclass(frozen=True, slots=True)
class Gain:
    """How much one condition lies above another on the same items: better where it is above 0.

    `of` is what is gained, in its own unit, ``accuracy`` or ``nats``; the two differ where the
    interval leaves out 0.
    """

    dataset: str
    condition: str
    over: str
    of: str
    value: float
    low: float
    high: float
    n: int

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often each class (row) was named as each (column)."""

    dataset: str
    condition: str
    classes: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """A mean probability as more and more of a picture is removed or put back, in some order.

    `shares` are how much of it was, 0..1.
    """

    what: str
    order: str
    shares: tuple[float, ...]
    values: tuple[float, ...]
    n: int

    @property
    def area(self) -> float:
        """The mean of the curve, 0..1."""
        steps = zip(self.shares, self.shares[1:], self.values, self.values[1:], strict=False)
        area = sum((b - a) * (v + w) / 2 for a, b, v, w in steps)
        return area / (self.shares[-1] - self.shares[0])


@dataclass(frozen=True, slots=True)
class Proof:
    """All figures of an evaluation."""

    reports: tuple[Report, ...]
    gains: tuple[Gain, ...]
    confusions: tuple[Confusion, ...]
    curves: tuple[Curve, ...] = ()
    faithful: tuple[Result, ...] = ()
    cost_ms: Mapping[str, float] = field(default_factory=dict)
    settings: Mapping[str, Setting] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "format": FORMAT,
            "settings": dict(self.settings),
            "reports": [json.loads(report.to_json()) for report in self.reports],
            "gains": [asdict(gain) for gain in self.gains],
            "confusions": [asdict(confusion) for confusion in self.confusions],
            "curves": [asdict(curve) for curve in self.curves],
            "faithful": [asdict(result) for result in self.faithful],
            "cost_ms": dict(self.cost_ms),
        }

    @classmethod
    def load(cls, path: Path) -> Proof:
        """Read what `emograph eval all --json` wrote; raises EmographError where it is not that."""
        try:
            given = json.loads(path.read_text("utf-8"))
            if given["format"] != FORMAT:
                raise KeyError("format")
            return cls(
                tuple(_report(report) for report in given["reports"]),
                tuple(Gain(**gain) for gain in given["gains"]),
                tuple(
                    Confusion(
                        c["dataset"],
                        c["condition"],
                        tuple(c["classes"]),
                        tuple(tuple(row) for row in c["counts"]),
                    )
                    for c in given["confusions"]
                ),
                tuple(
                    Curve(c["what"], c["order"], tuple(c["shares"]), tuple(c["values"]), c["n"])
                    for c in given["curves"]
                ),
                tuple(Result(**result) for result in given["faithful"]),
                given["cost_ms"],
                given["settings"],
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise EmographError(
                f"{path} does not hold figures of an evaluation ({error}).",
                "Name a file that `emograph eval all --json` wrote.",
            ) from error


def _report(given: Mapping[str, Any]) -> Report:
    results = tuple(Result(**result) for result in given["results"])
    return Report(given["dataset"], given["condition"], results, given["settings"])


def changes(before: Proof, after: Proof) -> list[tuple[str, str, str, Result, Result]]:
    """Dataset, condition and metric of all figures that both have, with the two figures.

    >>> def proof(v):
    ...     return Proof((Report("FI", "gate", (Result("NLL", v, v, v, 9),), {}),), (), ())
    >>> a, b = proof(1.0), proof(0.9)
    >>> [(m, x.value, y.value) for _, _, m, x, y in changes(a, b)]
    [('NLL', 1.0, 0.9)]
    """
    known = {
        (report.dataset, report.condition, result.metric): result
        for report in before.reports
        for result in report.results
    }
    return [
        (*key, known[key], result)
        for report in after.reports
        for result in report.results
        if (key := (report.dataset, report.condition, result.metric)) in known
    ]
