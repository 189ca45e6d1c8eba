"""Explain three photographs that come with scikit-image, and write pages that show why."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import skimage

PHOTOS = [
    Path(skimage.__file__).parent / "data" / name
    for name in ("astronaut.png", "chelsea.png", "coffee.png")
]
PAGES = Path("build/demo")
SHEET = PAGES / "all.html"


def main() -> None:
    command = [sys.executable, "-m", "emograph.cli", "explain", *map(str, PHOTOS)]
    subprocess.run([*command, "--html", str(PAGES), "--sheet", str(SHEET)], check=True)
    print(f"All three side by side: {SHEET.resolve()}")
    print(f"A page for each, with the evidence: {PAGES.resolve()}")


if __name__ == "__main__":
    main()
