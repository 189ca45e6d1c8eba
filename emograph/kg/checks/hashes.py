"""The sha256 of every file of a folder of knowledge, as ``sha256sum`` writes and checks them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

NAME = "SHA256SUMS"
"""The file's name in the folder; ``sha256sum -c SHA256SUMS`` there checks the same."""


def write_hashes(folder: Path) -> Path:
    """Write the hashes of all files in a folder and below it; gives the file's path.

    Hidden files and what Python compiles are left out.
    """
    path = folder / NAME
    text = "".join(f"{digest}  {name}\n" for name, digest in _hashes(folder))
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def check_hashes(folder: Path) -> tuple[str, ...]:
    """What differs from the hashes of a folder, one sentence a file; none where all are right."""
    path = folder / NAME
    if not path.is_file():
        return (f"{folder} has no {NAME}.",)
    lines = path.read_text("utf-8").splitlines()
    written = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    found = dict(_hashes(folder))
    return tuple(
        f"{name} is {_difference(written.get(name), found.get(name))}."
        for name in sorted(written.keys() | found.keys())
        if written.get(name) != found.get(name)
    )


def _difference(written: str | None, found: str | None) -> str:
    if written is None:
        return f"not in {NAME}"
    return "missing" if found is None else "not the file that was released"


def _hashes(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*"), key=lambda path: path.relative_to(folder).as_posix()):
        parts = path.relative_to(folder).parts
        hidden = any(part.startswith(".") or part == "__pycache__" for part in parts)
        if path.is_file() and path.name != NAME and not hidden:
            yield "/".join(parts), hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    from emograph.kg.graph import ONTOLOGIES

    print(write_hashes(ONTOLOGIES))
