"""`emograph ontology` begins, checks, keeps and shows packs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from emograph.adapters.stores.oxigraph import open_store
from emograph.kg.packs.installing import stored_packs

Printed = pytest.CaptureFixture[str]
Run = Callable[..., int | str | None]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A store on disk that is not there yet, which the settings name."""
    place = f"disk:{tmp_path / 'store'}"
    monkeypatch.setenv("EMOGRAPH_STORE", place)
    monkeypatch.chdir(tmp_path)
    return place


def _stored(place: str) -> tuple[str, ...]:
    store = open_store(place, read_only=True)
    try:
        return stored_packs(store)
    finally:
        store.close()


def test_a_pack_goes_from_nothing_into_the_store_and_out(
    run: Run, place: str, capsys: Printed
) -> None:
    assert run("ontology", "new", "sailing") == 0
    assert run("ontology", "check", "sailing") == 0
    assert run("ontology", "add", "sailing") == 0
    assert _stored(place) == ("sailing",)
    assert run("ontology", "add", "sailing") == 0
    assert "was there already" in capsys.readouterr().out
    assert run("ontology", "list") == 0
    assert "sailing" in capsys.readouterr().out
    assert run("ontology", "remove", "sailing") == 0
    assert _stored(place) == ()


@pytest.mark.usefixtures("place")
def test_faults_are_printed_and_end_with_two(run: Run, capsys: Printed) -> None:
    run("ontology", "new", "sailing")
    file = Path("sailing/pack.ttl")
    file.write_text(file.read_text().replace("appraisal:beauty ;", "appraisal:beuty ;"))
    assert run("ontology", "check", "sailing") == 2
    assert "Did you mean appraisal:beauty?" in capsys.readouterr().err
    assert run("ontology", "add", "sailing") == 2
    assert not Path("store").exists()


@pytest.mark.usefixtures("place")
def test_a_pack_is_not_kept_in_memory(run: Run, capsys: Printed) -> None:
    run("ontology", "new", "sailing")
    assert run("ontology", "add", "sailing", "--store", "memory") == 2
    assert "Name a store" in capsys.readouterr().err


@pytest.mark.usefixtures("place")
def test_what_changed_since_it_was_added_is_told(run: Run, capsys: Printed) -> None:
    run("ontology", "new", "sailing")
    run("ontology", "add", "sailing")
    file = Path("sailing/pack.ttl")
    file.write_text(file.read_text().replace('"lake at dawn"', '"misty lake"'))
    capsys.readouterr()
    assert run("ontology", "diff", "sailing") == 0
    assert 'skos:prefLabel from "lake at dawn" to "misty lake"' in capsys.readouterr().out


@pytest.mark.usefixtures("place")
def test_figures_of_a_pack_are_shown(run: Run, capsys: Printed) -> None:
    run("ontology", "new", "sailing")
    assert run("ontology", "stats", "sailing") == 0
    assert "object 1, scene 1" in capsys.readouterr().out


@pytest.mark.usefixtures("place")
def test_a_pack_that_is_nowhere_is_a_fault(run: Run, capsys: Printed) -> None:
    assert run("ontology", "check", "nowhere") == 2
    assert "There is no pack 'nowhere'" in capsys.readouterr().err


@pytest.mark.usefixtures("place")
def test_pages_of_a_pack_are_written(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("pylode")
    run("ontology", "new", "sailing")
    assert run("ontology", "docs", "sailing", "--output", tmp_path / "pages") == 0
    assert "lake at dawn" in (tmp_path / "pages" / "sailing.html").read_text("utf-8")
