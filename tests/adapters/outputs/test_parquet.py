"""Tables of annotations: whole or not there, and of one kind."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest

from emograph.adapters.outputs.files import whole
from emograph.adapters.outputs.manifest import Manifest
from emograph.adapters.outputs.parquet import ParquetOutput, failures_file
from emograph.engine.annotation.annotator import Annotation, Result
from emograph.engine.annotation.rows import annotation_of, row_of
from emograph.engine.annotation.units import Fault
from emograph.errors import EmographError

MANIFEST = Manifest(3, "digest", "mikels", {"graph": "1", "encoder": "a"}, unit=2)
REGION = {"x": 1.5, "y": 2.0, "w": 3.0, "h": 4.0}


def annotation(name: str, share: float = 0.7) -> Annotation:
    cue = {"id": "face", "kind": "face", "label": "face", "confidence": 0.9, "detector": "faces"}
    document: dict[str, Any] = {
        "image": {"source": name, "sha256": name * 2, "width": 4, "height": 3},
        "scheme": "mikels",
        "emotions": {"awe": share, "fear": 1 - share},
        "valence": 0.5,
        "arousal": -0.5,
        "unknown_share": 0.0,
        "cues": [
            {**cue, "concept": None, "region": REGION},
            {**cue, "id": "sky", "concept": "urn:sky", "region": None},
        ],
        "votes": {"graph": {"awe": share, "fear": 1 - share}},
        "gate": {"graph": 1.0},
        "versions": {"graph": "1"},
        "timings_ms": {"perception": 12.5},
    }
    return Annotation(document, np.array([0.6, 0.8], np.float32))


FAULT = Fault("c", "The file c is empty.", "Give another.")
UNITS: list[list[Result]] = [[annotation("a"), annotation("b", 0.1)], [FAULT]]


@pytest.fixture(params=["rows.parquet", "rows"])
def out(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path: Path = tmp_path / request.param
    return path


def finished(out: Path) -> ParquetOutput:
    output = ParquetOutput(out, MANIFEST)
    for number, results in enumerate(UNITS):
        if number not in output:
            output.write(number, results)
    output.finish([])
    return output


def test_a_row_gives_its_annotation_back_but_for_times() -> None:
    made = annotation_of({**row_of(annotation("a")), "vector": [0.6, 0.8]})
    assert made.document == {**annotation("a").document, "timings_ms": {}}


def test_rows_are_written_in_order(out: Path) -> None:
    output = finished(out)
    rows = list(output.rows())
    assert [(row["source"], row["leading"]) for row in rows] == [
        ("a", "awe"),
        ("b", "fear"),
        ("c", None),
    ]
    assert rows[0]["cues"][0]["w"] == 3.0
    assert rows[0]["cues"][1]["x"] is None
    assert rows[2]["error"] == "The file c is empty. Give another."
    assert pq.read_table(out).to_pylist() == rows
    assert [document["image"]["source"] for document in output.documents()] == ["a", "b"]


def test_failures_are_listed_while_there_are_some(out: Path) -> None:
    finished(out)
    with failures_file(out).open(newline="") as file:
        assert [row["source"] for row in csv.DictReader(file)] == ["c"]


def test_parts_that_are_there_are_known(out: Path) -> None:
    ParquetOutput(out, MANIFEST).write(1, UNITS[1])
    output = ParquetOutput(out, MANIFEST)
    assert (0 in output, 1 in output) == (False, True)
    assert [row["source"] for row in output.part(1)] == ["c"]
    finished(out)
    assert 0 in ParquetOutput(out, MANIFEST)


def test_a_file_that_was_joined_before_its_parts_were_taken_away(tmp_path: Path) -> None:
    out = tmp_path / "rows.parquet"
    output = ParquetOutput(out, MANIFEST)
    for number, results in enumerate(UNITS):
        output.write(number, results)
    parts = {path: path.read_bytes() for path in (tmp_path / "rows.parquet.parts").iterdir()}
    output.finish([])
    rows = pq.read_table(out).to_pylist()
    (tmp_path / "rows.parquet.parts").mkdir()
    for path, data in parts.items():
        path.write_bytes(data)
    assert list(finished(out).rows()) == rows
    assert not (tmp_path / "rows.parquet.parts").exists()


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (replace(MANIFEST, listing="other"), "the images are others"),
        (replace(MANIFEST, images=4), "there are 3, not 4"),
        (replace(MANIFEST, scheme="ekman"), "the scheme is mikels, not ekman"),
        (replace(MANIFEST, versions={"graph": "2", "lvlm": "b"}), "differ in encoder, graph, lvlm"),
    ],
)
@pytest.mark.parametrize("complete", [True, False])
def test_another_kind_is_refused(out: Path, other: Manifest, told: str, complete: bool) -> None:
    if complete:
        finished(out)
    else:
        ParquetOutput(out, MANIFEST).write(0, UNITS[0])
    with pytest.raises(EmographError, match=told) as raised:
        ParquetOutput(out, other)
    assert "another --out" in raised.value.todo


def test_what_is_not_of_emograph_is_left(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    (tmp_path / "mine.parquet").write_text("mine")
    for name in ("mine", "mine.parquet"):
        with pytest.raises(EmographError, match="is there already"):
            ParquetOutput(tmp_path / name, MANIFEST)
    assert (tmp_path / "mine" / "notes.txt").read_text() == "mine"


def test_a_file_is_whole_or_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("before")

    def broken() -> None:
        with whole(path) as draft:
            draft.write_text("half")
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        broken()
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EmographError, match="cannot be written"), whole(tmp_path / "file" / "x"):
        pass
