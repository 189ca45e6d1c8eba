"""The photographs that a person names: files, and folders for what is in them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from emograph.errors import ImageError

if TYPE_CHECKING:
    from emograph.engine.engine import Failure


def named_files(photos: Sequence[str]) -> tuple[list[str], list[Failure]]:
    """Files as they are named and the image files below folders; folders that have none."""
    from emograph.engine.engine import Failure

    files, failures = [], []
    for photo in photos:
        found = _image_files(Path(photo)) if Path(photo).is_dir() else [photo]
        if not found:
            error = ImageError(f"The folder {photo} has no image files.", "Name another folder.")
            failures.append(Failure(photo, error))
        files += found
    return files, failures


def _image_files(folder: Path) -> list[str]:
    """All image files below a folder, by name; hidden ones are left out."""
    from emograph.adapters.sources.names import is_image

    return [
        str(path)
        for path in sorted(folder.rglob("*"))
        if is_image(path.name)
        and path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]
