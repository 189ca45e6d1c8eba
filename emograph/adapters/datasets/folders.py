"""Checks that a folder is the dataset it is said to be, with all its images, and lists them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from emograph.errors import DatasetError

_NAMED = 5
_ENDINGS = (".jpg", ".jpeg")


def require(root: Path, dataset: str, *members: str) -> None:
    """Raise DatasetError unless `root` is a folder that holds all `members`, files or folders."""
    todo = f"Give the folder of {dataset} that holds {', '.join(members)}."
    if not root.is_dir():
        raise DatasetError(f"There is no folder {root}.", todo)
    missing = [member for member in members if not (root / member).exists()]
    if missing:
        found = sorted(path.name for path in root.iterdir())
        raise DatasetError(
            f"The folder {root} is not {dataset}: it has no {', '.join(missing)}; "
            f"it holds {_some(found)}.",
            todo,
        )


def images_in(folder: Path, levels: int = 1) -> list[Path]:
    """The JPEG images `levels` folders below `folder`, in the order of their paths.

    Names that begin with a dot are left out: they are leftovers of an archive made on a Mac, not
    images.
    """
    paths = folder.glob("/".join(["[!.]*"] * levels))
    return sorted(path for path in paths if path.suffix.lower() in _ENDINGS)


def sorted_images(
    top: Path, folders: Sequence[str], levels: int = 1
) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """The images of a dataset that is sorted into `folders` of `top`, and the folder of each.

    They are in the order of `folders`, then of their paths. Raises DatasetError if there is none.
    """
    found = [(path, name) for name in folders for path in images_in(top / name, levels)]
    if not found:
        raise DatasetError(
            f"The folders {_some(folders)} in {top} hold no images that end in .jpg.",
            "Unpack the images into them.",
        )
    return tuple(path for path, _ in found), tuple(name for _, name in found)


def labelled_images(folder: Path, names: Sequence[str], table: Path) -> tuple[Path, ...]:
    """The paths of the images that a table labels; raises DatasetError if any is missing."""
    paths = tuple(folder / name for name in names)
    missing = [name for name, path in zip(names, paths, strict=True) if not path.is_file()]
    if missing:
        raise DatasetError(
            f"{len(missing)} of the {len(paths)} images of {table} are not in {folder}: "
            f"{_some(missing)}.",
            "Complete the images, or take the rows without an image out of the table.",
        )
    return paths


def _some(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    more = len(names) - _NAMED
    named = ", ".join(names[:_NAMED]) or "nothing"
    return f"{named} and {more} more" if more > 0 else named
