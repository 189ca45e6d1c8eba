"""`emograph store`, `emograph export` and `emograph sparql --update` work on the store named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

Printed = pytest.CaptureFixture[str]
Run = Callable[..., int | str | None]

INSERT = "INSERT DATA { GRAPH <urn:mine> { <urn:a> <urn:b> 'c' } }"
ASK = "SELECT ?o { <urn:a> <urn:b> ?o }"


@pytest.fixture
def place(tmp_path: Path) -> str:
    return f"disk:{tmp_path / 'store'}"


def test_a_store_is_made_changed_copied_and_shown(
    run: Run, capsys: Printed, place: str, tmp_path: Path
) -> None:
    assert run("store", "info", "--store", place) == 0
    assert "none" in capsys.readouterr().out
    assert run("store", "upgrade", "--store", place) == 0
    assert run("sparql", "--update", INSERT, "--store", place) == 0
    copy = tmp_path / "copy"
    assert run("store", "backup", copy, "--store", place) == 0
    capsys.readouterr()
    assert run("sparql", ASK, "--format", "csv", "--store", f"disk:{copy}") == 0
    assert capsys.readouterr().out.split() == ["o", "c"]
    assert run("store", "info", "--store", place) == 0
    shown = capsys.readouterr().out
    assert "format       2" in shown
    assert "https://w3id.org/emograph/graph/core" in shown


def test_export_takes_named_graphs_and_formats(run: Run, place: str, tmp_path: Path) -> None:
    assert run("sparql", "--update", INSERT, "--store", place) == 0
    out = tmp_path / "out.txt"
    words = ("export", out, "--store", place, "--format", "nq")
    assert run(*words, "--graph", "urn:mine") == 0
    assert [str(quad.object) for quad in ox.parse(path=out, format=ox.RdfFormat.N_QUADS)] == ['"c"']
    assert run(*words, "--graph", "core") == 0
    assert "urn:mine" not in out.read_text()
    assert run(*words, "--all") == 0
    assert "urn:mine" in out.read_text()


@pytest.mark.parametrize(
    "words",
    [
        ("sparql", "--update", INSERT, "--store", "memory"),
        ("export", "out.xyz"),
        ("export", "out.ttl", "--graph", "core", "--all"),
        ("export", "out.ttl", "--store", "elsewhere"),
        ("store", "info", "--store", "elsewhere"),
        ("store", "backup", "copy", "--store", "disk:nowhere"),
    ],
)
def test_what_cannot_be_done_is_told(
    run: Run, capsys: Printed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(*words) == 2
    assert len(capsys.readouterr().err.splitlines()) == 2
    assert list(tmp_path.iterdir()) == []
