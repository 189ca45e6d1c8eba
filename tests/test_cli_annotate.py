"""`emograph annotate`, `explain --store` and `ask`: keep what was found, and ask about it."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

import emograph
from emograph.adapters.stores.oxigraph import open_store
from emograph.engine.engine import Engine, Failure
from emograph.engine.explanation.explanation import Explanation
from emograph.kg.observations import Observations
from emograph.retrieving import open_index

pytestmark = pytest.mark.weights

Printed = pytest.CaptureFixture[str]
Run = Callable[..., int | str | None]


@pytest.fixture
def album(tmp_path: Path, photos: Path) -> Path:
    """Three small photographs, one of them twice, and a broken one."""
    album = tmp_path / "album"
    album.mkdir()
    for name in ("astronaut.png", "chelsea.png", "rocket.jpg"):
        with Image.open(photos / name) as photo:
            photo.resize((240, 200)).save(album / name)
    shutil.copy(album / "chelsea.png", album / "same cat.png")
    (album / "broken.jpg").write_bytes((photos / "rocket.jpg").read_bytes()[:4000])
    return album


def kept_in(place: str) -> list[str]:
    store = open_store(place, read_only=True)
    try:
        return [graph for graph in store.graphs() if "/explanation/" in graph]
    finally:
        store.close()


def test_a_folder_is_kept_and_what_is_broken_told(
    run: Run, album: Path, tmp_path: Path, capsys: Printed
) -> None:
    place = f"disk:{tmp_path / 'store'}"
    assert run("annotate", album, "--store", place) == 2
    printed = capsys.readouterr()
    assert printed.out == "3 kept, 1 kept before, 1 failed.\n"
    assert "broken.jpg" in printed.err
    assert len(kept_in(place)) == 3


def test_it_goes_on_where_it_was(run: Run, album: Path, tmp_path: Path, capsys: Printed) -> None:
    place = f"disk:{tmp_path / 'store'}"
    assert run("annotate", album / "rocket.jpg", "--store", place) == 0
    (album / "broken.jpg").unlink()
    assert run("annotate", album, "--store", place) == 0
    assert run("annotate", album, "--store", place, "--scheme", "ekman") == 0
    assert capsys.readouterr().out.splitlines() == [
        "1 kept, 0 kept before, 0 failed.",
        "2 kept, 2 kept before, 0 failed.",
        "3 kept, 1 kept before, 0 failed.",
    ]
    assert len(kept_in(place)) == 6


def test_what_is_kept_is_not_explained_again(
    run: Run, album: Path, tmp_path: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = f"disk:{tmp_path / 'store'}"
    assert run("annotate", album / "chelsea.png", "--store", place) == 0
    monkeypatch.setattr(Engine, "annotate", None)  # an engine that cannot see is enough
    assert run("annotate", album / "same cat.png", "--store", place) == 0
    assert capsys.readouterr().out.splitlines()[1] == "0 kept, 1 kept before, 0 failed."


def test_what_is_kept_can_be_found(run: Run, album: Path, tmp_path: Path) -> None:
    place = f"disk:{tmp_path / 'store'}"
    run("annotate", album, "--store", place)
    assert run("explain", album / "rocket.jpg", "--scheme", "ekman", "--store", place) == 0
    index = open_index(place)
    try:
        assert index.explanations() == set(kept_in(place))
        assert all(entry.thumbnail for entry in index.browse(0, 9))
    finally:
        index.close()


def test_what_the_index_lacks_is_explained_again(
    run: Run, album: Path, tmp_path: Path, capsys: Printed
) -> None:
    place = f"disk:{tmp_path / 'store'}"
    run("annotate", album / "rocket.jpg", "--store", place)
    index = open_index(place, writable=True)
    index.remove([entry.sha256 for entry in index.browse(0, 9)])
    index.close()
    run("annotate", album / "rocket.jpg", "--store", place)
    assert capsys.readouterr().out.splitlines()[1] == "0 kept, 1 kept before, 0 failed."
    index = open_index(place)
    assert len(index) == 1
    index.close()


def test_an_interrupt_leaves_what_is_done(
    run: Run, album: Path, tmp_path: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, keep = f"disk:{tmp_path / 'store'}", Observations.keep
    calls = iter(range(9))

    def interrupted(self: Observations, document: dict[str, object]) -> bool:
        if next(calls) == 2:
            raise KeyboardInterrupt
        return keep(self, document)

    monkeypatch.setattr(Observations, "keep", interrupted)
    assert run("annotate", album, "--store", place) == 130
    printed = capsys.readouterr()
    assert printed.out.startswith("2 kept")
    assert "goes on from here" in printed.err
    assert len(kept_in(place)) == 2


def test_memory_and_unknown_schemes_are_refused(
    run: Run, album: Path, tmp_path: Path, capsys: Printed
) -> None:
    assert run("annotate", album, "--store", "memory") == 2
    assert "keeps nothing" in capsys.readouterr().err
    place = f"disk:{tmp_path / 'store'}"
    assert run("annotate", album, "--store", place, "--scheme", "none") == 2
    assert kept_in(place) == []


def test_one_photograph_is_told_and_kept(
    run: Run, album: Path, tmp_path: Path, capsys: Printed
) -> None:
    place = f"disk:{tmp_path / 'store'}"
    for _ in range(2):
        assert run("explain", album / "chelsea.png", "--store", place, "--json") == 0
        json.loads(capsys.readouterr().out)
    assert len(kept_in(place)) == 1


def test_the_api_keeps_in_a_place_and_in_an_open_store(album: Path, tmp_path: Path) -> None:
    place = f"disk:{tmp_path / 'store'}"
    emograph.explain(album / "rocket.jpg", store=place)
    results = list(emograph.annotate([str(p) for p in sorted(album.iterdir())], store=place))
    assert [type(result) for result in results].count(Failure) == 1
    assert len(kept_in(place)) == 3
    store = open_store()
    explanation = emograph.explain(album / "rocket.jpg", "ekman", store=store)
    assert isinstance(explanation, Explanation)
    assert len(store.graphs()) == 1


def test_questions_are_asked_of_what_is_kept(
    run: Run, album: Path, tmp_path: Path, capsys: Printed
) -> None:
    place = f"disk:{tmp_path / 'store'}"
    run("annotate", album, "--store", place)
    capsys.readouterr()
    assert run("ask", "photos-of", "--param", "subject=cat", "--store", place) == 0
    assert "chelsea.png" in capsys.readouterr().out
    assert run("ask", "photos-by-valence", "--store", place, "--format", "csv") == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {Path(row["photo"]) for row in rows} == {
        album / name for name in ("astronaut.png", "chelsea.png", "rocket.jpg")
    }
    assert run("ask", "frequent-cues", "--limit", 2, "--store", place, "--format", "json") == 0
    printed = capsys.readouterr()
    assert len(json.loads(printed.out)["results"]["bindings"]) == 2
    assert "first 2 rows" in printed.err


def test_questions_are_listed(run: Run, capsys: Printed) -> None:
    assert run("ask") == 0
    listed = capsys.readouterr().out
    assert "cues-with-emotion" in listed
    assert "emotion=mikels:fear" in listed


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nothing",), "no question"),
        (("photos-of", "--param", "dog"), "NAME=VALUE"),
        (("photos-of", "--store", "memory"), "Nothing is kept"),
    ],
)
def test_what_cannot_be_asked_is_told(
    words: tuple[str, ...], told: str, run: Run, capsys: Printed
) -> None:
    assert run("ask", *words) == 2
    assert told in capsys.readouterr().err
