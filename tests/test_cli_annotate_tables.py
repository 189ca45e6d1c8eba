"""`emograph annotate` with `--out` and `--rdf`: what is written, and what is gone on with."""

from __future__ import annotations

import csv
import gzip
import json
import shutil
import tarfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pyoxigraph as ox
import pytest
from PIL import Image

from emograph.adapters.outputs.parquet import ParquetOutput
from emograph.adapters.outputs.schema import schema
from emograph.adapters.stores.oxigraph import open_store
from emograph.engine.annotation.annotator import Result
from emograph.engine.explanation import document
from emograph.retrieving import open_index

pytestmark = pytest.mark.weights

Printed = pytest.CaptureFixture[str]
Run = Callable[..., int | str | None]


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory, photos: Path) -> Path:
    """Twenty small photographs, which are two units, the last broken."""
    folder = tmp_path_factory.mktemp("album")
    for number in range(19):
        name = ("astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg")[number % 4]
        with Image.open(photos / name) as photo:
            part = photo.convert("RGB").crop((number, number, number + 120, number + 100))
        part.save(folder / f"{number:02}.jpg")
    (folder / "19.jpg").write_bytes(b"no photograph")
    return folder


@pytest.fixture(scope="module")
def annotated(album: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of parts, made in this process."""
    from emograph.adapters.sources.listing import list_images
    from emograph.annotating import Plan, annotate_images

    out = tmp_path_factory.mktemp("annotated") / "parts"
    list(annotate_images(Plan(list_images([str(album)]), out=out, workers=1)))
    return out


@pytest.fixture
def words(album: Path) -> Sequence[object]:
    return ("annotate", album, "--workers", 1)


def rows_of(out: Path) -> list[Any]:
    rows: list[Any] = pq.read_table(out).to_pylist()
    return rows


def are_alike(one: Any, other: Any) -> bool:
    """Whether two values are the same, but for the last digits of numbers in them."""
    match one:
        case dict():
            return one.keys() == other.keys() and all(are_alike(one[k], other[k]) for k in one)
        case list() | tuple():
            return len(one) == len(other) and all(map(are_alike, one, other))
        case float():
            return bool(one == pytest.approx(other, rel=1e-4, abs=1e-6))
        case str() if one.startswith("{"):
            return are_alike(json.loads(one), json.loads(other))
    return bool(one == other)


def test_rows_have_the_schema_and_all_of_the_explanation(annotated: Path, album: Path) -> None:
    table = pq.read_table(annotated)
    assert table.schema.equals(schema())
    rows = table.to_pylist()
    assert [row["source"] for row in rows] == sorted(map(str, album.iterdir()))
    for row in rows[:-1]:
        explained = json.loads(row["document"])
        jsonschema.validate(explained, document.schema())
        assert explained["timings_ms"] == {}
        assert dict(row["emotions"]) == explained["emotions"]
        assert row["leading"] == document.leading(explained)
        assert [cue["id"] for cue in row["cues"]] == [cue["id"] for cue in explained["cues"]]
        assert np.linalg.norm(row["vector"]) == pytest.approx(1.0, abs=1e-4)
        assert row["error"] is None
    assert "not an image" in rows[-1]["error"]
    assert [name for name, value in rows[-1].items() if value is not None] == ["source", "error"]


def test_a_file_has_the_rows_of_the_parts(
    run: Run, words: Sequence[object], annotated: Path, tmp_path: Path, capsys: Printed
) -> None:
    out = tmp_path / "rows.parquet"
    for told in (
        "19 written, 0 written before, 1 failed.",
        "0 written, 19 written before, 1 failed.",
    ):
        assert run(*words, "--out", out) == 2
        printed = capsys.readouterr()
        assert printed.out.strip() == told
        assert str(tmp_path / "rows.failures.csv") in printed.err
        assert rows_of(out) == rows_of(annotated)
        assert sorted(p.name for p in tmp_path.iterdir()) == ["rows.failures.csv", "rows.parquet"]
    with (tmp_path / "rows.failures.csv").open(newline="") as file:
        (failure,) = csv.DictReader(file)
    assert failure["source"].endswith("19.jpg")


def test_a_part_that_is_missing_is_made_again_as_it_was(
    run: Run, words: Sequence[object], annotated: Path, tmp_path: Path, capsys: Printed
) -> None:
    out = shutil.copytree(annotated, tmp_path / "out")
    (out / "part-00000.parquet").unlink()
    (out / ".part-00000.parquet.1.new").write_bytes(b"half a part")
    assert run(*words, "--out", out) == 2
    assert capsys.readouterr().out.strip() == "16 written, 3 written before, 1 failed."
    assert rows_of(out) == rows_of(annotated)
    assert not list(out.glob("*.new"))


def test_an_interrupt_is_gone_on_from(
    run: Run,
    words: Sequence[object],
    annotated: Path,
    tmp_path: Path,
    capsys: Printed,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write = ParquetOutput.write

    def interrupted(self: ParquetOutput, number: int, results: Sequence[Result]) -> None:
        if number:
            raise KeyboardInterrupt
        write(self, number, results)

    monkeypatch.setattr(ParquetOutput, "write", interrupted)
    assert run(*words, "--out", tmp_path / "out.parquet") == 130
    assert "goes on from here" in capsys.readouterr().err
    assert not (tmp_path / "out.parquet").exists()
    monkeypatch.setattr(ParquetOutput, "write", write)
    assert run(*words, "--out", tmp_path / "out.parquet") == 2
    assert rows_of(tmp_path / "out.parquet") == rows_of(annotated)


@pytest.mark.slow
def test_processes_write_what_one_does(
    run: Run, album: Path, annotated: Path, tmp_path: Path
) -> None:
    """But for the last digits: a worker has fewer threads than this process, and adds otherwise."""
    out = tmp_path / "out.parquet"
    assert run("annotate", album, "--out", out, "--workers", 2) == 2
    assert are_alike(rows_of(out), rows_of(annotated))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("--scheme", "ekman"), "the scheme is mikels, not ekman"),
        (("00.jpg",), "there are 20, not 1"),
        (("--out", "notes"), "holds no annotations"),
        (("--out", "notes/n.parquet"), "no Parquet file of annotations"),
        (("--rdf", "x.ttl"), "not written as x.ttl"),
        (("--engine", "magic"), "Engines do not run on"),
    ],
)
def test_what_cannot_be_gone_on_with_is_told(
    change: Sequence[str],
    told: str,
    run: Run,
    album: Path,
    annotated: Path,
    tmp_path: Path,
    capsys: Printed,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "n.parquet").write_text("mine")
    before = rows_of(annotated)
    source = album / change[0] if change[0].endswith("jpg") else album
    options = change if change[0].startswith("--") else ()
    out = () if "--out" in options else ("--out", annotated)
    assert run("annotate", source, "--workers", 1, *out, *options) == 2
    printed = capsys.readouterr()
    assert told in printed.err
    assert printed.out == ""
    assert rows_of(annotated) == before


@pytest.mark.parametrize("name", ["all.nq", "all.trig", "all.nq.gz", "all.trig.gz"])
def test_rdf_has_a_graph_for_each_image(
    name: str, run: Run, words: Sequence[object], annotated: Path, tmp_path: Path
) -> None:
    out = shutil.copytree(annotated, tmp_path / "out")
    assert run(*words, "--out", out, "--rdf", tmp_path / name) == 2
    data = (tmp_path / name).read_bytes()
    text = gzip.decompress(data) if name.endswith("gz") else data
    syntax = ox.RdfFormat.TRIG if "trig" in name else ox.RdfFormat.N_QUADS
    assert len({quad.graph_name for quad in ox.parse(text, syntax)}) == 19


def test_a_store_is_given_what_is_written_already_and_written_as_rdf(
    run: Run, words: Sequence[object], annotated: Path, tmp_path: Path, capsys: Printed
) -> None:
    out = shutil.copytree(annotated, tmp_path / "out")
    place = f"disk:{tmp_path / 'store'}"
    assert run(*words, "--out", out, "--store", place) == 2
    assert run(*words, "--store", place, "--rdf", tmp_path / "kept.nq") == 2
    assert capsys.readouterr().out.splitlines() == [
        "19 kept, 0 kept before, 1 failed.",
        "0 kept, 19 kept before, 1 failed.",
    ]
    store = open_store(place, read_only=True)
    kept = {graph for graph in store.graphs() if "/explanation/" in graph}
    store.close()
    index = open_index(place)
    assert index.explanations() == kept
    index.close()
    quads = ox.parse((tmp_path / "kept.nq").read_bytes(), ox.RdfFormat.N_QUADS)
    assert {quad.graph_name.value for quad in quads} == kept


@pytest.fixture
def shards(album: Path, tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "shards"
    folder.mkdir()
    with (
        tarfile.open(folder / "0.tar", "w") as plain,
        tarfile.open(folder / "1.tar.gz", "w:gz") as packed,
    ):
        for number, photo in enumerate(sorted(album.iterdir())):
            (plain, packed)[number % 2].add(photo, f"../{photo.name}")
    yield folder
    assert len(list(folder.iterdir())) == 2


def test_shards_give_what_their_files_do(
    run: Run, shards: Path, annotated: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.parquet"
    assert run("annotate", shards / "0.tar", shards / "1.tar.gz", "--workers", 1, "--out", out) == 2
    rows = rows_of(out)
    assert {row["sha256"] for row in rows} == {row["sha256"] for row in rows_of(annotated)}
    assert rows[0]["source"] == f"{shards}/0.tar/../00.jpg"
    assert "19.jpg is not an image" in rows[-1]["error"]


def test_nothing_to_annotate_writes_nothing(run: Run, tmp_path: Path, capsys: Printed) -> None:
    assert run("annotate", tmp_path / "*.jpg", "--out", tmp_path / "out") == 2
    assert "No image file matches" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
