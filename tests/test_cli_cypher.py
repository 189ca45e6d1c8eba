"""`emograph cypher`."""

from __future__ import annotations

import json

import pytest

from tests.conftest import Run


def test_a_query_is_answered_as_a_table(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    query = "MATCH (e:Emotion {prefLabel: $name}) RETURN e.iri AS iri, [1, 'a'] AS l ORDER BY iri"
    assert run("cypher", query, "--param", "name=awe", "--store", "memory") == 0
    told = capsys.readouterr().out
    assert "emotion/mikels/awe" in told
    assert '[1, "a"]' in told


def test_json_has_one_object_a_row(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    query = "UNWIND $numbers AS n RETURN n, {x: n} AS map, null AS nothing"
    words = ("--param", "numbers=[1, 2]", "--format", "json", "--store", "memory")
    assert run("cypher", query, *words) == 0
    assert json.loads(capsys.readouterr().out) == [
        {"n": 1, "map": {"x": 1}, "nothing": None},
        {"n": 2, "map": {"x": 2}, "nothing": None},
    ]


def test_faults_are_told_without_a_traceback(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    for words, told in (
        (("MATCH (n) DELETE n",), "would write"),
        (("MATCH (n RETURN n",), "cannot be answered"),
        (("RETURN $x", "--param", "x"), "no parameter"),
        (("RETURN 1", "--store", "nowhere:x"), "no store"),
    ):
        assert run("cypher", *words, *(() if "--store" in words else ("--store", "memory"))) == 2
        errors = capsys.readouterr().err
        assert told in errors
        assert "Traceback" not in errors
