"""Begins a pack: a folder with two worked concepts to copy from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from emograph.errors import KnowledgeError
from emograph.kg import terms

_TEMPLATE = Path(__file__).parent / "template"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_IMPORTED = ("concepts", "appraisals")


def new_pack(name: str, folder: Path, versions: Iterable[str]) -> None:
    """Write a pack that passes `check` into a new or empty folder.

    `versions` are the version IRIs that it may import. Raises `KnowledgeError` where the name is
    none, where something is there already, or where it cannot be written.
    """
    if not _NAME.fullmatch(name):
        raise KnowledgeError(
            f"{name!r} is no name for a pack.",
            "Use lower-case letters, digits and _, and begin with a letter.",
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise KnowledgeError(f"{folder} is there already.", "Name a folder that is new or empty.")
    wanted = tuple(f"{terms.BASE}{ontology}/" for ontology in _IMPORTED)
    imports = ", ".join(
        f"<{version}>" for version in sorted(versions) if version.startswith(wanted)
    )
    try:
        for source in sorted(path for path in _TEMPLATE.rglob("*") if path.is_file()):
            target = folder / source.relative_to(_TEMPLATE)
            target.parent.mkdir(parents=True, exist_ok=True)
            text = source.read_text("utf-8").replace("NAME", name).replace("IMPORTS", imports)
            target.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise KnowledgeError(
            f"{folder} cannot be written: {problem.strerror}.", "Name a place where you may write."
        ) from problem
