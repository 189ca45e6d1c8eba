"""`emograph sparql` answers from the graph of the package."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

QUERY = """
    SELECT ?emotion ?order ?missing WHERE {
        ?emotion emo:scheme scheme:mikels ; emo:order ?order
        OPTIONAL { ?emotion emo:nothing ?missing }
    } ORDER BY ?order LIMIT 2
"""

Printed = pytest.CaptureFixture[str]
Run = Callable[..., int | str | None]


def test_a_table_shows_prefixed_names(run: Run, capsys: Printed) -> None:
    assert run("sparql", QUERY) == 0
    head, first, _ = capsys.readouterr().out.splitlines()
    assert head.split() == ["emotion", "order", "missing"]
    assert first.startswith("mikels:")


def test_json_is_that_of_the_w3c(run: Run, capsys: Printed) -> None:
    assert run("sparql", QUERY, "--format", "json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["head"]["vars"] == ["emotion", "order", "missing"]
    first = answer["results"]["bindings"][0]
    assert first["emotion"]["type"] == "uri"
    assert first["order"]["datatype"].endswith("integer")
    assert "missing" not in first


def test_csv_has_a_row_for_each_answer(run: Run, capsys: Printed) -> None:
    assert run("sparql", QUERY, "--format", "csv") == 0
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert rows[0] == ["emotion", "order", "missing"]
    assert rows[1][2] == ""
    assert len(rows) == 3


def test_a_query_may_be_in_a_file_or_come_in(
    run: Run, tmp_path: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "query.rq").write_text("ASK { ?s ?p ?o }")
    monkeypatch.setattr("sys.stdin", io.StringIO("ASK { ?s ?p ?o }"))
    assert run("sparql", f"@{tmp_path / 'query.rq'}", "--format", "csv") == 0
    assert run("sparql", "-", "--format", "csv") == 0
    assert capsys.readouterr().out.split() == ["answer", "true"] * 2


@pytest.mark.parametrize(
    "query", ["SELECT nonsense", "@missing.rq", "DELETE WHERE { ?s ?p ?o }", ""]
)
def test_what_is_no_query_is_a_fault(run: Run, capsys: Printed, query: str) -> None:
    assert run("sparql", query) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err


def test_an_answer_that_is_cut_short_says_so(run: Run, capsys: Printed) -> None:
    assert run("sparql", "SELECT ?s WHERE { ?s ?p ?o }", "--format", "csv") == 0
    assert "Only the first 10000 rows" in capsys.readouterr().err
