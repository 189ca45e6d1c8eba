"""Results keep their figures in JSON, and conditions stand side by side in the table."""

import json

from emograph.engine.evaluation.intervals import Interval
from emograph.engine.evaluation.results import Report, Result, table

HALF = Result.of("accuracy", Interval(0.5, 0.4, 0.6, n=90))
KL = Result.of("KL", Interval(0.37, 0.35, 0.39, n=1584))


def test_json_has_every_figure_and_setting() -> None:
    report = Report("FI", "graph", (HALF,), {"seed": 0, "encoder": "lite2"})
    assert json.loads(report.to_json()) == {
        "dataset": "FI",
        "condition": "graph",
        "results": [{"metric": "accuracy", "value": 0.5, "low": 0.4, "high": 0.6, "n": 90}],
        "settings": {"seed": 0, "encoder": "lite2"},
    }


def test_conditions_side_by_side_with_what_was_not_measured_left_empty() -> None:
    header, _, accuracy, kl = table(
        [Report("FI", "zero-shot", (HALF,), {}), Report("FI", "graph", (HALF, KL), {})]
    ).splitlines()
    assert [cell.strip() for cell in header.split("|")[1:-1]] == [
        "dataset",
        "metric",
        "n",
        "zero-shot",
        "graph",
    ]
    assert accuracy.count("0.500 [0.400, 0.600]") == 2
    assert [cell.strip() for cell in kl.split("|")[4:6]] == ["", "0.370 [0.350, 0.390]"]
    assert len({len(header), len(accuracy), len(kl)}) == 1


def test_results_on_different_items_do_not_share_a_row() -> None:
    fewer = Result("accuracy", 0.5, 0.4, 0.6, n=80)
    lines = table([Report("FI", "a", (HALF,), {}), Report("FI", "b", (fewer,), {})]).splitlines()
    assert len(lines) == 4
