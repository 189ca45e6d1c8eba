"""Finding images: folders, patterns, lists and addresses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import fsspec  # type: ignore[import-untyped]
import pytest

from emograph.adapters.sources.listing import list_images
from emograph.adapters.sources.reading import PlaceReader
from emograph.engine.annotation.units import Listing
from emograph.errors import ImageError


@pytest.fixture
def album(tmp_path: Path) -> Path:
    for name in ("b.jpg", "a.PNG", "notes.txt", "._a.jpg", "more/c.jpg", ".trash/d.jpg"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x" * len(name))
    return tmp_path


@pytest.fixture
def memory() -> Iterator[str]:
    system = fsspec.filesystem("memory")
    for name in ("b.jpg", "a.jpg", "sub/c.png", "notes.txt"):
        system.pipe_file(f"/bucket/{name}", name.encode())
    yield "memory:///bucket"
    system.rm("/bucket", recursive=True)


def names(listing: Listing, below: object) -> list[str]:
    return [item.name.removeprefix(str(below)).lstrip("/") for item in listing.items]


def test_a_folder_is_read_by_name_without_what_is_hidden(album: Path) -> None:
    assert names(list_images([str(album)]), album) == ["a.PNG", "b.jpg", "more/c.jpg"]


def test_a_pattern_and_a_folder_give_each_image_once(album: Path) -> None:
    found = list_images([str(album / "*.jpg"), str(album)])
    assert names(found, album) == ["b.jpg", "a.PNG", "more/c.jpg"]
    assert names(list_images([f"{album}/**/*.jpg"]), album) == ["b.jpg", "more/c.jpg"]


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(album: Path) -> None:
    (album / "b[1].jpg").write_bytes(b"x")
    assert names(list_images([str(album / "b[1].jpg")]), album) == ["b[1].jpg"]


def test_relative_names_become_whole(album: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(album)
    assert list_images(["."]).items == list_images([str(album)]).items


def test_what_is_missing_does_not_stop_the_others(album: Path) -> None:
    (album / "empty").mkdir()
    sources = [album / "empty", album / "*.webp", "sftpx://a/b.jpg", album / "no.csv", album]
    found = list_images([str(source) for source in sources])
    assert len(found.items) == 3
    told = [str(fault) for fault in found.faults]
    assert "no image files" in told[0]
    assert "No image file matches" in told[1]
    assert "no such place" in told[2]
    assert "no.csv cannot be read" in told[3]


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "s3fs", None)
    (fault,) = list_images(["s3://bucket/*.jpg"]).faults
    assert fault.todo == "Run `pip install s3fs`."


def test_the_digest_goes_by_names_sizes_and_order(album: Path) -> None:
    before = list_images([str(album)]).digest
    assert list_images([str(album)]).digest == before
    (album / "b.jpg").write_bytes(b"another size")
    assert list_images([str(album)]).digest != before


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("path\nb.jpg\nmore/c.jpg\n", ["b.jpg", "more/c.jpg"]),
        ("label,path\ncat,b.jpg\n\ndog,\n", ["b.jpg"]),
        ("photo,label\nb.jpg,cat\n", ["b.jpg"]),
        ("b.jpg\na.PNG\n", ["b.jpg", "a.PNG"]),
        ("\ufeffpath\nb.jpg\n", ["b.jpg"]),
        ("", []),
    ],
)
def test_a_list_names_images_from_its_folder(album: Path, text: str, expected: list[str]) -> None:
    (album / "list.csv").write_text(text, "utf-8")
    assert names(list_images([str(album / "list.csv")]), album) == expected


def test_a_list_may_name_other_places(album: Path, memory: str) -> None:
    (album / "list.csv").write_text(f"path\n/elsewhere/x.jpg\n{memory}/a.jpg\n", "utf-8")
    listing = list_images([str(album / "list.csv")])
    assert [item.place for item in listing.items] == ["/elsewhere/x.jpg", f"{memory}/a.jpg"]
    assert PlaceReader().fetch(listing.items[1]) == b"a.jpg"


def test_a_list_that_is_no_text_is_told(album: Path) -> None:
    (album / "list.csv").write_bytes(b"path\n\xff\xfe.jpg\n")
    (fault,) = list_images([str(album / "list.csv")]).faults
    assert "no CSV in UTF-8" in fault.what


def test_an_object_store_is_read_as_a_folder_is(memory: str) -> None:
    assert names(list_images([memory]), memory) == ["a.jpg", "b.jpg", "sub/c.png"]
    listing = list_images([f"{memory}/*.jpg"])
    assert [PlaceReader().fetch(item) for item in listing.items] == [b"a.jpg", b"b.jpg"]


def test_what_is_gone_from_a_store_is_a_fault_of_the_image(memory: str) -> None:
    (item,) = list_images([f"{memory}/no.jpg"]).items
    with pytest.raises(ImageError, match="cannot be read"):
        PlaceReader().fetch(item)
