"""Where a pack is: a folder of the user, or one that comes with the package."""

from __future__ import annotations

from pathlib import Path

from emograph.errors import KnowledgeError
from emograph.kg.graph import ONTOLOGIES

SHIPPED = ONTOLOGIES / "packs"
"""The folder of the packs that come with the package."""


def shipped_packs() -> tuple[str, ...]:
    """The names of the packs that come with the package, in order."""
    return tuple(sorted(path.parent.name for path in SHIPPED.glob("*/pack.ttl")))


def locate_pack(name_or_folder: str | Path) -> Path:
    """The folder of a pack: the one that is named, or that of a shipped pack of this name.

    A folder without a ``pack.ttl`` gives way to a shipped pack. Raises `KnowledgeError` where there
    is neither.
    """
    folder = Path(name_or_folder).expanduser()
    if (folder / "pack.ttl").is_file():
        return folder
    if str(name_or_folder) in shipped_packs():
        return SHIPPED / name_or_folder
    if folder.is_dir():
        return folder
    known = ", ".join(shipped_packs()) or "none yet"
    raise KnowledgeError(
        f"There is no pack {str(name_or_folder)!r}.",
        f"Name a folder with a pack.ttl, or a shipped pack: {known}.",
    )
