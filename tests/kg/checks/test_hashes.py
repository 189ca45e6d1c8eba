"""Release hashes: they are those of the package, and what differs is named."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from emograph.kg.checks.hashes import NAME, check_hashes, write_hashes
from emograph.kg.graph import ONTOLOGIES


def test_the_hashes_of_the_package_are_current() -> None:
    assert check_hashes(ONTOLOGIES) == (), "Run: python -m emograph.kg.checks.hashes"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "packs").mkdir()
    (tmp_path / "a.ttl").write_text("a")
    (tmp_path / "packs" / "b.ttl").write_text("b")
    (tmp_path / ".hidden").write_text("c")
    return tmp_path


def test_they_are_written_as_sha256sum_does(folder: Path) -> None:
    lines = write_hashes(folder).read_text().splitlines()
    assert lines == [
        f"{hashlib.sha256(b'a').hexdigest()}  a.ttl",
        f"{hashlib.sha256(b'b').hexdigest()}  packs/b.ttl",
    ]
    assert check_hashes(folder) == ()


def test_what_differs_is_named(folder: Path) -> None:
    write_hashes(folder)
    (folder / "a.ttl").write_text("A")
    (folder / "packs" / "b.ttl").unlink()
    (folder / "c.ttl").write_text("c")
    assert check_hashes(folder) == (
        "a.ttl is not the file that was released.",
        f"c.ttl is not in {NAME}.",
        "packs/b.ttl is missing.",
    )


def test_a_folder_without_hashes_is_named(folder: Path) -> None:
    assert check_hashes(folder) == (f"{folder} has no {NAME}.",)
