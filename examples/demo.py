"""Explain three photographs that come with scikit-image, and write one page for each."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import skimage

PHOTOS = [
    Path(skimage.__file__).parent / "data" / name
    for name in ("astronaut.png", "chelsea.png", "rocket.jpg")
]
PAGES = Path("build/demo")


def main() -> None:
    PAGES.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "emograph.cli", "explain", *map(str, PHOTOS)]
    subprocess.run([*command, "--html", str(PAGES)], check=True)
    print(f"The pages are in {PAGES.resolve()}:")
    for page in sorted(PAGES.glob("*.html")):
        print(f"  {page.name}")


if __name__ == "__main__":
    main()
