"""Tar shards: read in order where they lie, whatever they claim."""

from __future__ import annotations

import io
import random
import tarfile
from collections.abc import Mapping
from pathlib import Path

import fsspec  # type: ignore[import-untyped]
import pytest

from emograph.adapters.sources import shards
from emograph.adapters.sources.listing import list_images
from emograph.adapters.sources.reading import PlaceReader
from emograph.errors import ImageError

MEMBERS = {"b.jpg": b"bb", "b.json": b"{}", "dir/a.png": b"a" * 2000, "._b.jpg": b"", "c.jpg": b"c"}


def shard(members: Mapping[str, bytes], mode: str = "w") -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode=mode) as tar:  # type: ignore[call-overload]
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return made.getvalue()


@pytest.mark.parametrize(
    ("name", "mode"), [("s.tar", "w"), ("s.tar.gz", "w:gz"), ("s.tgz", "w:gz")]
)
def test_images_come_in_the_order_of_the_shard(tmp_path: Path, name: str, mode: str) -> None:
    path = tmp_path / name
    path.write_bytes(shard(MEMBERS, mode))
    listing = list_images([str(path)])
    assert [item.name for item in listing.items] == [
        f"{path}/{member}" for member in ("b.jpg", "dir/a.png", "c.jpg")
    ]
    reader = PlaceReader()
    expected = [b"bb", b"a" * 2000, b"c"]
    assert [reader.fetch(item) for item in listing.items] == expected
    # Out of order, too, as where a unit is tried again.
    assert [reader.fetch(item) for item in reversed(listing.items)] == expected[::-1]
    reader.close()
    assert sorted(tmp_path.iterdir()) == [path]


def test_patterns_of_shards_in_a_store() -> None:
    system = fsspec.filesystem("memory")
    for number in range(2):
        system.pipe_file(f"/shards/{number}.tar", shard({f"{number}.jpg": b"x"}))
    try:
        items = list_images(["memory://shards/*.tar"]).items
        assert [item.name for item in items] == [
            "memory:///shards/0.tar/0.jpg",
            "memory:///shards/1.tar/1.jpg",
        ]
        assert PlaceReader().fetch(items[1]) == b"x"
    finally:
        system.rm("/shards", recursive=True)


def test_hostile_names_are_only_names(tmp_path: Path) -> None:
    path = tmp_path / "s.tar"
    hostile = {"../../etc/passwd.jpg": b"1", "/root/x.jpg": b"2", "a\x1b[2J.jpg": b"3"}
    path.write_bytes(shard(hostile))
    items = list_images([str(path)]).items
    assert [PlaceReader().fetch(item) for item in items] == [b"1", b"2", b"3"]
    assert all(item.place == str(path) for item in items)
    assert "\x1b" not in items[2].name
    assert sorted(tmp_path.iterdir()) == [path]


def test_links_and_devices_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "s.tar"
    with tarfile.open(path, "w") as tar:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE):
            info = tarfile.TarInfo(f"{kind!r}.jpg")
            info.type = kind
            info.linkname = "/etc/passwd"
            tar.addfile(info)
    assert list_images([str(path)]).items == ()


@pytest.mark.parametrize("cut", [600, 1300, 3500])
def test_a_shard_that_is_cut_short_gives_what_is_before(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "s.tar"
    path.write_bytes(shard(MEMBERS)[:cut])
    listing = list_images([str(path)])
    assert len(listing.items) <= 2
    assert "broken or cut short" in listing.faults[0].what


def test_a_packed_shard_that_is_cut_short_gives_what_is_before(tmp_path: Path) -> None:
    path = tmp_path / "s.tar.gz"
    noise = random.Random(1).randbytes(50_000)
    path.write_bytes(shard({"a.jpg": noise, "b.jpg": noise[::-1]}, "w:gz")[:70_000])
    listing = list_images([str(path)])
    assert [item.name for item in listing.items] == [f"{path}/a.jpg", f"{path}/b.jpg"]
    assert "broken or cut short" in listing.faults[0].what
    reader = PlaceReader()
    assert reader.fetch(listing.items[0]) == noise
    with pytest.raises(ImageError, match="cannot be read"):
        reader.fetch(listing.items[1])


def test_what_is_no_shard_is_told(tmp_path: Path) -> None:
    for name in ("s.tar", "s.tar.gz"):
        (tmp_path / name).write_bytes(b"no tar" * 500)
    found = list_images([str(tmp_path / "*.tar"), str(tmp_path / "s.tar.gz")])
    assert len(found.faults) == 2


def test_a_size_below_zero_ends(tmp_path: Path) -> None:
    info = tarfile.TarInfo("a.jpg")
    header = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    header[124:136] = b"\xff" * 10 + b"\xfc\x00"  # -1024 in base 256
    header[148:156] = b" " * 8
    header[148:156] = f"{sum(header):06o}\0 ".encode()
    (tmp_path / "s.tar").write_bytes(shard({"x.jpg": b"x" * 600})[:1536] + bytes(header) * 3)
    listing = list_images([str(tmp_path / "s.tar")])
    assert len(listing.items) <= 2
    assert listing.faults


def test_a_packed_shard_of_zeros_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shards, "_SMALL", 1 << 20)
    path = tmp_path / "s.tar.gz"
    path.write_bytes(shard({"a.jpg": b"a", "z.jpg": bytes(50 << 20), "b.jpg": b"b"}, "w:gz"))
    listing = list_images([str(path)])
    assert [item.name for item in listing.items] == [f"{path}/a.jpg", f"{path}/z.jpg"]
    assert "claims to hold more" in listing.faults[0].what


def test_a_name_of_megabytes_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "s.tar").write_bytes(shard({"x" * (3 << 20) + ".jpg": b"x"}))
    listing = list_images([str(tmp_path / "s.tar")])
    assert listing.items == ()
    assert "claims to hold more" in listing.faults[0].what


def test_a_member_that_is_too_big_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "s.tar"
    info = tarfile.TarInfo("a.jpg")
    info.size = 300_000_000
    path.write_bytes(info.tobuf())
    (item,) = list_images([str(path)]).items
    with pytest.raises(ImageError, match="larger than 200 MB"):
        PlaceReader().fetch(item)
