"""The reference of commands, made from the command line itself when the site is built."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

_HERE = "<!-- commands -->"
_SAID_ANYWAY = re.compile(r"^\* `--help`: .*\n|^\*\*Usage\*\*:\n\n", re.MULTILINE)


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put the commands where the page asks for them."""
    return markdown.replace(_HERE, commands()) if _HERE in markdown else markdown


def commands() -> str:
    """All commands in Markdown, as Typer tells them, without what is the same for each."""
    command = [sys.executable, "-m", "typer", "emograph.cli", "utils", "docs", "--name", "emograph"]
    told = subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout
    _, _, each = told.partition("\n## ")
    return _SAID_ANYWAY.sub("", f"## {each}").replace("```console\n$ ", "```sh\n")
