"""Killed at random moments, `emograph annotate` goes on to exactly what it would have written.

EMOGRAPH_TEST_KILLS says how often it is killed.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest
from PIL import Image

from emograph.adapters.stores.oxigraph import open_store
from emograph.retrieving import open_index

KILLS = int(os.environ.get("EMOGRAPH_TEST_KILLS", "30"))
PHOTOS = 48
ROOT = Path(__file__).parent.parent

pytestmark = [
    pytest.mark.slow,
    pytest.mark.weights,
    pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="This system has no SIGKILL."),
]


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory, photos: Path) -> Path:
    """Small photographs, each a part of one that comes with scikit-image, and a broken one."""
    folder = tmp_path_factory.mktemp("album")
    for number in range(PHOTOS - 1):
        name = ("astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg")[number % 4]
        with Image.open(photos / name) as photo:
            left = 8 * (number // 4)
            part = photo.convert("RGB").crop((left, left, left + 200, left + 180))
        part.save(folder / f"{number:02}.jpg")
    (folder / "20 broken.jpg").write_bytes((folder / "20.jpg").read_bytes()[:700])
    return folder


class Run:
    """Where one annotation is written, in a folder of its own."""

    def __init__(self, album: Path, folder: Path) -> None:
        folder.mkdir()
        self.album = album
        self.out = folder / "rows.parquet"
        self.parts = folder / "rows.parquet.parts"
        self.place = f"disk:{folder / 'store'}"

    def start(self, stderr: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        words = ["annotate", str(self.album), "--out", str(self.out), "--store", self.place]
        return subprocess.Popen(
            [sys.executable, "-m", "emograph.cli", *words, "--lvlm", "none", "--workers", "2"],
            env={**os.environ, "PYTHONPATH": str(ROOT), "EMOGRAPH_THREADS": "1"},
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            cwd=ROOT,
            start_new_session=True,
        )

    def files(self) -> set[str]:
        """The names of parts, of what is joined of them, and of drafts of both."""
        return {path.name for path in (*self.parts.glob("*"), *self.out.parent.glob(".rows*"))}

    def found(self) -> tuple[list[Any], dict[str, frozenset[str]], list[Any]]:
        """The rows, the triples of each explanation but for times, and what the index knows."""
        store = open_store(self.place, read_only=True)
        kept = {
            graph: frozenset(
                str(quad.triple)
                for quad in store.quads(graph)
                if not quad.predicate.value.endswith("milliseconds")
            )
            for graph in store.graphs()
            if "/explanation/" in graph
        }
        store.close()
        index = open_index(self.place)
        entries = [
            (e.sha256, e.scheme, e.source, e.emotions, e.vector.tobytes(), e.cues, e.thumbnail)
            for e in sorted(index.browse(0, 1000), key=lambda e: e.sha256)
        ]
        index.close()
        return pq.read_table(self.out).to_pylist(), kept, entries


@pytest.fixture(scope="module")
def whole(album: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What a run gives that nothing interrupts."""
    run = Run(album, tmp_path_factory.mktemp("whole") / "run")
    assert run.start().wait(300) == 2  # one photograph is broken
    return run.found()


def test_rows_store_and_index_are_those_of_a_run_that_was_not_killed(
    album: Path, whole: Any, tmp_path: Path
) -> None:
    rows, kept, entries = whole
    assert len(rows) == PHOTOS
    assert sum(row["error"] is not None for row in rows) == 1
    assert len(kept) == len(entries) == PHOTOS - 1
    chance = random.Random(11)
    number = kills = 0
    run = Run(album, tmp_path / "0")
    while kills < KILLS:
        child = run.start()
        _wait(child, run, chance)
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            kills += 1
        code = child.wait(60)
        assert code in (-signal.SIGKILL, 2)
        if run.out.exists():  # it is there as a whole, whenever the end came
            assert pq.read_table(run.out).to_pylist() == rows
        if code == 2:
            assert run.found() == whole
            number += 1
            run = Run(album, tmp_path / str(number))
    assert run.start().wait(300) == 2
    assert run.found() == whole
    assert not run.parts.exists()


def test_an_interrupt_ends_all_processes_and_is_told(album: Path, tmp_path: Path) -> None:
    run = Run(album, tmp_path / "run")
    child = run.start(stderr=subprocess.PIPE)
    # The models are loaded then, and all units are still to be done.
    _sleep_until(child, lambda: "_annotation.json" in run.files(), 200.0)
    os.killpg(child.pid, signal.SIGINT)
    _, told = child.communicate(timeout=60)
    assert child.returncode == 130
    assert b"the same command goes on from here" in told
    assert b"Traceback" not in told


def _wait(child: subprocess.Popen[bytes], run: Run, chance: random.Random) -> None:
    """Wait for a random time, or until something is being written and a little longer."""
    before = run.files()
    writing: list[Callable[[], bool]] = [
        lambda: any(name.startswith(".part-") for name in run.files() - before),
        lambda: any(name.startswith("part-") for name in run.files() - before),
        lambda: any(name.startswith(".rows.parquet.") for name in run.files() - before),
    ]
    if chance.random() < 0.4:
        _sleep_until(child, lambda: False, chance.uniform(0.3, 10.0))
    else:
        _sleep_until(child, chance.choice(writing), 120.0)
        time.sleep(chance.choice([0.0, 0.01, chance.uniform(0.0, 0.4)]))


def _sleep_until(child: subprocess.Popen[bytes], seen: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and child.poll() is None and not seen():
        time.sleep(0.002)
