"""`emograph explain`: what it prints and writes, and how it takes what is wrong."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
import rdflib

from emograph.engine.explanation.document import schema

pytestmark = pytest.mark.weights

Printed = pytest.CaptureFixture[str]
Run = Callable[..., int | str | None]


@pytest.fixture
def album(tmp_path: Path, photos: Path) -> Path:
    """A folder with two photographs of one name, a broken one, and what is no photograph."""
    album = tmp_path / "album"
    (album / "more").mkdir(parents=True)
    shutil.copy(photos / "chelsea.png", album / "cat.png")
    shutil.copy(photos / "rocket.jpg", album / "more" / "cat.jpg")
    (album / "broken.jpg").write_bytes((photos / "rocket.jpg").read_bytes()[:4000])
    (album / "notes.txt").write_text("no photograph")
    (album / ".hidden.jpg").write_bytes(b"")
    return album


def test_one_photo_is_told_in_full(run: Run, photos: Path, capsys: Printed) -> None:
    assert run("explain", photos / "chelsea.png", "--top", 2) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    assert len(re.findall("[█▏] ", printed.out)) == 2
    for part in ("chelsea.png", "valence", "arousal", "What was seen", "Why", "Most of all"):
        assert part in printed.out


def test_json_of_one_photo_is_one_object(run: Run, photos: Path, capsys: Printed) -> None:
    assert run("explain", photos / "astronaut.png", "--json", "--scheme", "ekman") == 0
    document = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(schema()).validate(document)
    assert document["scheme"] == "ekman"


def test_a_folder_goes_on_after_what_is_broken(run: Run, album: Path, capsys: Printed) -> None:
    assert run("explain", album, "--json") == 2
    printed = capsys.readouterr()
    sources = [json.loads(line)["image"]["source"] for line in printed.out.splitlines()]
    assert sources == [str(album / "cat.png"), str(album / "more" / "cat.jpg")]
    head, failure = printed.err.splitlines()
    assert head.startswith("1 ")
    assert "broken.jpg" in failure


def test_a_folder_is_told_in_brief(run: Run, album: Path, capsys: Printed) -> None:
    assert run("explain", album) == 2
    assert capsys.readouterr().out.count("valence") == 2


def test_everything_is_written(run: Run, album: Path, tmp_path: Path) -> None:
    pages, sheet, rdf = tmp_path / "new" / "pages", tmp_path / "sheet.html", tmp_path / "all.trig"
    assert run("explain", album, "--html", pages, "--sheet", sheet, "--rdf", rdf) == 2
    assert sorted(page.name for page in pages.iterdir()) == ["cat-2.html", "cat.html"]
    assert "broken.jpg" in sheet.read_text("utf-8")
    graph = rdflib.Dataset()
    graph.parse(rdf, format="trig")
    named = [g for g in graph.graphs() if len(g)]
    assert len(named) == 2


def test_one_photo_is_written_to_the_file_named(run: Run, photos: Path, tmp_path: Path) -> None:
    page, rdf = tmp_path / "why.html", tmp_path / "why.nq"
    assert run("explain", photos / "chelsea.png", "--html", page, "--rdf", rdf) == 0
    assert page.read_text("utf-8").startswith("<!DOCTYPE html>")
    graph = rdflib.Dataset()
    graph.parse(rdf, format="nquads")
    assert len(graph)


def test_photos_of_one_name_keep_their_own_pages(run: Run, photos: Path, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        shutil.copy(photos / "chelsea.png", tmp_path / folder / "Cat.png")
    shutil.copy(photos / "chelsea.png", tmp_path / "b" / "cat-2.png")
    named = [tmp_path / "a" / "Cat.png", tmp_path / "b" / "Cat.png", tmp_path / "b" / "cat-2.png"]
    assert run("explain", *named, "--html", tmp_path / "pages") == 0
    assert len(list((tmp_path / "pages").iterdir())) == 3


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.jpg", b"", "is empty"),
        ("words.jpg", b"just words", "not an image"),
        ("missing.jpg", None, "no file"),
    ],
)
def test_a_photo_that_cannot_be_read_is_two_sentences(
    run: Run, tmp_path: Path, capsys: Printed, name: str, content: bytes | None, said: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert run("explain", tmp_path / name) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert said in printed.err
    assert len(printed.err.splitlines()) == 2


def test_an_address_is_refused(run: Run, capsys: Printed) -> None:
    assert run("explain", "https://example.org/cat.jpg") == 2
    assert "Download it first" in capsys.readouterr().err


def test_a_folder_without_images_is_a_fault(run: Run, tmp_path: Path, capsys: Printed) -> None:
    assert run("explain", tmp_path) == 2
    assert "no image files" in capsys.readouterr().err


def test_an_unknown_scheme_is_a_fault(run: Run, photos: Path, capsys: Printed) -> None:
    assert run("explain", photos / "chelsea.png", "--scheme", "moods") == 2
    assert "mikels" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "name", "said"),
    [
        ("--html", "file.txt/page.html", "cannot be written"),
        ("--sheet", "file.txt/sheet.html", "cannot be written"),
        ("--sheet", ".", "cannot be written"),
        ("--rdf", "file.txt/all.nq", "cannot be written"),
        ("--rdf", "all.xml", "ends in .trig or .nq"),
    ],
)
def test_a_place_that_cannot_be_written_is_a_fault(
    run: Run, photos: Path, tmp_path: Path, capsys: Printed, option: str, name: str, said: str
) -> None:
    (tmp_path / "file.txt").touch()
    assert run("explain", photos / "chelsea.png", option, tmp_path / name) == 2
    printed = capsys.readouterr()
    assert said in printed.err
    assert "Traceback" not in printed.err


def test_nothing_but_the_answer_is_printed(photos: Path) -> None:
    command = [sys.executable, "-m", "emograph.cli", "explain", str(photos / "chelsea.png")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert done.stdout.splitlines()[0].endswith("chelsea.png")
