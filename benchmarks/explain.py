"""How long an explanation takes, warm, in batches and from a cold start, and in how much memory.

Without the vision-language model, which `lvlm.py` measures.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import skimage
from measuring import median_ms, print_figure, print_machine
from PIL import Image

import emograph
from emograph.engine.engine import Failure

PHOTOS = ("astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg", "motorcycle_left.png")
BATCH = 1000
COMMAND = (sys.executable, "-m", "emograph.cli")


def main() -> None:
    with TemporaryDirectory() as folder:
        photo = megapixel(Path(folder))
        engine = emograph.load(lvlm=None)
        engine.explain(photo)
        print_machine()
        print_figure(
            "explain() of a 1-megapixel JPEG, median of 20",
            median_ms(lambda: engine.explain(photo), 20),
            "ms",
            "<= 350",
        )
        paths = list(varied(Path(folder), BATCH))
        start = time.perf_counter()
        results = sum(not isinstance(result, Failure) for result in engine.annotate(paths))
        rate = results / (time.perf_counter() - start)
        print_figure(f"annotate() of {BATCH} photographs", rate, "1/s", ">= 6")
        # Linux counts in KiB, macOS in bytes.
        unit = 1 if sys.platform == "darwin" else 1024
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9
        print_figure("resident memory at its peak", memory, "GB", "<= 1.5")
        explain = (*COMMAND, "explain", "--lvlm", "none")
        for what, command, target in (
            ("emograph explain, cold start, median of 5", (*explain, str(photo)), 10),
            ("emograph --help, median of 5", (*COMMAND, "--help"), 0.5),
            ("import emograph, median of 5", (sys.executable, "-c", "import emograph"), 0.2),
        ):
            print_figure(what, started(command) / 1000, "s", f"<= {target}")


def megapixel(folder: Path) -> Path:
    """An astronaut of 1024 x 1024 pixels as JPEG."""
    path = folder / "astronaut.jpg"
    opened("astronaut.png").resize((1024, 1024)).save(path, quality=90)
    return path


def varied(folder: Path, count: int) -> Iterator[Path]:
    """Different photographs made of a few, by cutting and mirroring."""
    random = np.random.default_rng(0)
    photos = [opened(name) for name in PHOTOS]
    for number in range(count):
        photo = photos[number % len(photos)]
        width, height = (int(side * random.uniform(0.5, 0.9)) for side in photo.size)
        left = int(random.integers(photo.width - width))
        top = int(random.integers(photo.height - height))
        cut = photo.crop((left, top, left + width, top + height))
        if random.random() < 0.5:
            cut = cut.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        path = folder / f"{number}.jpg"
        cut.save(path, quality=90)
        yield path


def opened(name: str) -> Image.Image:
    """A photograph that comes with scikit-image."""
    return Image.open(Path(skimage.__file__).parent / "data" / name).convert("RGB")


def started(command: tuple[str, ...]) -> float:
    """The median time in milliseconds of a command in a process of its own."""
    return median_ms(lambda: subprocess.run(command, check=True, capture_output=True), 5)


if __name__ == "__main__":
    main()
