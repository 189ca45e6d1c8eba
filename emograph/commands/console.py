"""The terminal that commands print on."""

from __future__ import annotations

from rich.console import Console


def open_console() -> Console:
    """Standard output; where it is no terminal, colours are left out and no line is wrapped."""
    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = 10_000
    return console
