"""Every fault of a pack is named with its file and line, and a bad pack is never kept.

Each folder of `broken` is a pack with one fault; its `expected.txt` says FILE:LINE, and words that
must be said there, with tabs between.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from emograph.adapters.stores.oxigraph import open_store
from emograph.kg.packs.check import check
from emograph.kg.packs.installing import install
from emograph.kg.packs.pack import read_pack
from emograph.kg.stores import GraphStore

BROKEN = sorted(path for path in (Path(__file__).parent / "broken").iterdir())

Printed = pytest.CaptureFixture[str]
Run = Callable[..., int | str | None]


@pytest.mark.parametrize("folder", BROKEN, ids=lambda path: path.name)
def test_the_fault_is_named_where_it_stands(folder: Path, knowledge: GraphStore) -> None:
    place, *words = (folder / "expected.txt").read_text("utf-8").rstrip("\n").split("\t")
    report = check(folder, knowledge)
    assert not report.is_good
    told = [str(fault) for fault in report.faults]
    there = [text for text in told if text.startswith(f"{place}:")]
    assert any(all(word in text for word in words) for text in there), "\n".join(told)


def test_no_bad_pack_changes_a_store_on_disk(
    tmp_path: Path,
    run: Run,
    good: Path,
    knowledge: GraphStore,
    capsys: Printed,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The package's knowledge is loaded once, not for each command.
    monkeypatch.setattr("emograph.commands.ontology._knowledge", lambda _: knowledge)
    place = f"disk:{tmp_path / 'store'}"
    store = open_store(place)
    install(store, read_pack(good))
    before = frozenset(store.quads())
    store.close()
    for folder in BROKEN:
        assert run("ontology", "add", folder, "--store", place) == 2
        assert "Nothing was added." in capsys.readouterr().err
    after = open_store(place, read_only=True)
    assert frozenset(after.quads()) == before
