"""How many images a second `emograph annotate` explains and keeps in two processes."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from explain import varied
from measuring import print_figure, print_machine

from emograph.adapters.sources.listing import list_images
from emograph.annotating import Plan, annotate_images
from emograph.engine.annotation.units import UNIT

WORKERS = 2
PHOTOS = {"none": 320, "embedded": 128}
TARGETS = {"none": 6.0, "embedded": 1.5}


def main() -> None:
    print_machine()
    for lvlm, count in PHOTOS.items():
        named = "without" if lvlm == "none" else "with"
        with TemporaryDirectory() as folder:
            album = Path(folder) / "album"
            album.mkdir()
            list(varied(album, count))
            rate = warm(album, Path(folder), lvlm)
            what = f"annotate of {count} photographs {named} the model"
            print_figure(f"{what}, started", rate, "1/s", f">= {TARGETS[lvlm]}")
            seconds = started(album, Path(folder), lvlm)
            print_figure(f"{what}, with the start", count / seconds, "1/s", "none")


def warm(album: Path, folder: Path, lvlm: str) -> float:
    """Images a second once all workers are at work: from the first unit to the last."""
    plan = Plan(
        list_images([str(album)]),
        store=f"disk:{folder / 'store'}",
        out=folder / "rows",
        workers=WORKERS,
        settings={"lvlm": None if lvlm == "none" else lvlm},
    )
    # The second worker starts while the first has two units or three.
    before = 4 * UNIT
    start = 0.0
    done = 0
    for _ in annotate_images(plan):
        done += 1
        if done == before:
            start = time.perf_counter()
    return (done - before) / (time.perf_counter() - start)


def started(album: Path, folder: Path, lvlm: str) -> float:
    """Seconds that the command takes, models loaded and all."""
    words = ["annotate", str(album), "--out", str(folder / "rows.parquet")]
    words += ["--store", f"disk:{folder / 'other'}", "--workers", str(WORKERS), "--lvlm", lvlm]
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "emograph.cli", *words], check=True, capture_output=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
