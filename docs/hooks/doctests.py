"""Sets examples in docstrings as code; Markdown would take lines after ``>>>`` for quotes."""

from __future__ import annotations

from typing import Any

import griffe


class Doctests(griffe.Extension):
    """Puts each example into a block of its own when an object's docstring has been read."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Rewrite the docstring of an object."""
        if obj.docstring is not None and ">>>" in obj.docstring.value:
            obj.docstring.value = fenced(obj.docstring.value)


def fenced(text: str) -> str:
    """The text with each example, up to the next blank line, as a block of code."""
    lines: list[str] = []
    inside = False
    for line in [*text.splitlines(), ""]:
        if line.startswith(">>>") and not inside:
            inside = True
            lines.append("```pycon")
        if inside and not line.strip():
            inside = False
            lines.append("```")
        lines.append(line.split("  # doctest:")[0])
    return "\n".join(lines[:-1])
