"""`emograph annotate --engine ray` on a cluster that loses a machine gives what processes give."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest
from PIL import Image

PHOTOS = 80
ROOT = Path(__file__).parent.parent

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
cluster_utils = pytest.importorskip("ray.cluster_utils")

pytestmark = [pytest.mark.slow, pytest.mark.weights]


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory, photos: Path) -> Path:
    folder = tmp_path_factory.mktemp("album")
    for number in range(PHOTOS):
        name = ("astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg")[number % 4]
        with Image.open(photos / name) as photo:
            left = 5 * (number // 4)
            part = photo.convert("RGB").crop((left, left, left + 200, left + 180))
        part.save(folder / f"{number:02}.jpg")
    return folder


@pytest.fixture
def cluster() -> Iterator[Any]:
    """A head that computes nothing."""
    made = cluster_utils.Cluster(initialize_head=True, head_node_args={"num_cpus": 0})
    try:
        yield made
    finally:
        made.shutdown()


def start(album: Path, out: Path, *words: str, **env: str) -> subprocess.Popen[bytes]:
    command = ["annotate", str(album), "--out", str(out), "--lvlm", "none", "--workers", "2"]
    return subprocess.Popen(
        [sys.executable, "-m", "emograph.cli", *command, *words],
        env={**os.environ, "PYTHONPATH": str(ROOT), "EMOGRAPH_THREADS": "1", **env},
        cwd=ROOT,
    )


def test_a_lost_machine_changes_no_row(album: Path, tmp_path: Path, cluster: Any) -> None:
    first = cluster.add_node(num_cpus=2)
    cluster.add_node(num_cpus=2)
    cluster.wait_for_nodes()
    out = tmp_path / "ray"
    child = start(album, out, "--engine", "ray", RAY_ADDRESS=cluster.address)
    while child.poll() is None and not list(out.glob("part-*")):
        time.sleep(0.1)
    assert child.poll() is None
    cluster.remove_node(first, allow_graceful=False)
    assert child.wait(400) == 0
    assert start(album, tmp_path / "processes").wait(300) == 0
    parts = sorted(path.name for path in out.glob("part-*"))
    assert len(parts) == PHOTOS // 16
    for part in parts:
        ours, theirs = (pq.read_table(tmp_path / at / part) for at in ("ray", "processes"))
        assert ours.to_pylist() == theirs.to_pylist()


def test_a_cluster_that_is_not_there_is_told(album: Path, tmp_path: Path) -> None:
    command = ["annotate", str(album), "--out", str(tmp_path / "out"), "--engine", "ray"]
    done = subprocess.run(
        [sys.executable, "-m", "emograph.cli", *command],
        env={**os.environ, "PYTHONPATH": str(ROOT), "RAY_ADDRESS": "127.0.0.1:1"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 2
    assert "Correct RAY_ADDRESS" in done.stderr
    assert "Traceback" not in done.stderr
