"""Show an evaluation as one web page that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from emograph.engine.evaluation.proof import Curve, Gain, Proof
from emograph.engine.evaluation.results import Report, Result

_TEMPLATES = Path(__file__).parent / "templates"
_BASE = Path(__file__).parents[1] / "explanation" / "templates" / "base.css"

# Which figures stand side by side; what is not named stands in the JSON alone.
_TABLES = (
    ("The word it was searched for by",
     ("accuracy, 6 classes", "macro-F1, 6 classes", "NLL", "Brier", "ECE", "ECE if calibrated")),
    ("The label that people gave it",
     ("accuracy, 8 classes", "macro-F1, 8 classes", "NLL", "Brier", "ECE", "ECE if calibrated")),
    ("What people voted for",
     ("KL to votes", "Jensen-Shannon", "top-1 of votes", "ECE of all shares")),
    ("How people rated it", ("valence r", "valence RMSE", "arousal r", "arousal RMSE")),
)  # fmt: skip

_Row = tuple[str, list[Result | None], int]


def render_report(proof: Proof) -> str:
    """One self-contained HTML page: tables, gains, confusion, faithfulness, cost."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    style = _BASE.read_text("utf-8") + (_TEMPLATES / "report.css").read_text("utf-8")
    datasets = {
        dataset: list(_tables([r for r in proof.reports if r.dataset == dataset]))
        for dataset in dict.fromkeys(report.dataset for report in proof.reports)
    }
    gains: dict[str, list[Gain]] = {}
    for gain in proof.gains:
        gains.setdefault(f"{gain.condition} over {gain.over}", []).append(gain)
    curves: dict[str, list[Curve]] = {}
    for curve in proof.curves:
        curves.setdefault(curve.what, []).append(curve)
    return environment.get_template("report.html.jinja").render(
        style=style,
        settings=proof.settings,
        datasets=datasets,
        gains=gains,
        confusions=proof.confusions,
        faithful=proof.faithful,
        curves=curves,
        cost=proof.cost_ms,
        place=_place,
        points=_points,
    )


def _tables(reports: Sequence[Report]) -> Iterator[tuple[str, tuple[str, ...], list[_Row]]]:
    for title, metrics in _TABLES:
        rows: list[_Row] = []
        for report in reports:
            found = {result.metric: result for result in report.results}
            if metrics[0] in found:
                cells = [found.get(metric) for metric in metrics]
                rows.append((report.condition, cells, found[metrics[0]].n))
        if rows:
            yield title, metrics, rows


def _place(gain: Gain, value: float) -> float:
    """Where a value lies between -100 and 100; accuracy and nats have a scale each."""
    scale = 0.3 if gain.of.startswith("accuracy") else 0.5
    return round(max(-100.0, min(100.0, 100 * value / scale)), 1)


def _points(curve: Curve, among: Sequence[Curve]) -> str:
    """A curve's points in a frame of 200 x 100, which fits all curves that it stands among."""
    values = [value for other in among for value in other.values]
    low, high = min(values), max(values)
    spread = max(high - low, 1e-9)
    return " ".join(
        f"{200 * share:.1f},{100 - 100 * (value - low) / spread:.1f}"
        for share, value in zip(curve.shares, curve.values, strict=True)
    )
