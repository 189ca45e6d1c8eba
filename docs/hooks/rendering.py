"""A notebook as Markdown, with what its cells gave when it was last run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def as_markdown(path: Path) -> str:
    """The notebook's cells in their order: text as it is, code and outputs in blocks."""
    notebook = json.loads(path.read_text("utf-8"))
    parts = []
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(source)
            continue
        parts.append(f"```python\n{source}\n```")
        alt = cell["metadata"].get("alt", "What the code above draws")
        shown = [output for output in cell["outputs"] if output.get("name") != "stderr"]
        parts += [_output(output, alt) for output in shown]
    name = path.relative_to(path.parents[1])
    parts.insert(1, f"*This page is the notebook `{name}`, as it was last run.*")
    return "\n\n".join(part for part in parts if part) + "\n"


def _output(output: dict[str, Any], alt: str) -> str:
    if output["output_type"] == "stream":
        return _text(output["text"])
    data = output["data"]
    for kind in ("image/png", "image/jpeg"):
        if kind in data:
            pixels = "".join(data[kind]).replace("\n", "")
            return f'<img alt="{alt}" src="data:{kind};base64,{pixels}">'
    if "text/html" in data:
        lines = "".join(data["text/html"]).splitlines()
        # A blank line would end the block of HTML.
        markup = "\n".join(line for line in lines if line.strip())
        return f'<div class="notebook-output">\n{markup}\n</div>'
    return _text(data["text/plain"])


def _text(lines: list[str] | str) -> str:
    text = "".join(lines).rstrip("\n")
    return f'<div class="notebook-output" markdown="1">\n\n````text\n{text}\n````\n\n</div>'
