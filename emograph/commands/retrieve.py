"""`emograph retrieve`: finds photographs among those that were kept."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from emograph.commands.options import given

if TYPE_CHECKING:
    from emograph.config import Settings
    from emograph.engine.retrieval.query import Hit


def retrieve(
    query: Annotated[
        str,
        typer.Argument(
            help="Emotions, words, and what must or must not be seen: “awe without mountain”.",
        ),
    ] = "",
    image: Annotated[
        Path | None, typer.Option("--image", help="A photograph to find others like it.")
    ] = None,
    store: Annotated[
        str | None,
        typer.Option(
            help="Where photographs are kept: disk:FOLDER or neo4j://HOST.",
            show_default="the settings' store",
        ),
    ] = None,
    k: Annotated[int, typer.Option("-k", min=1, max=10_000, help="How many to find.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, one hit a line.")] = False,
    fill: Annotated[
        bool,
        typer.Option(
            "--fill", help="First make those findable that were kept, but cannot be found yet."
        ),
    ] = False,
) -> None:
    """Find photographs by feeling, by words, by likeness and by what they show.

    A question names emotions, with weights or without (“awe”, “awe 0.7, fear 0.3”), words (“a quiet
    morning that feels lonely”), and conditions (“without mountain”, “and cue:Flood”). Each hit says
    why it was found.
    """
    from emograph.config import load_settings
    from emograph.retrieving import retrieve as find

    settings = load_settings(**given(store=store))
    if fill:
        _fill(settings)
        if not query and image is None:
            return
    hits = find(query, settings.store, k, image)
    if as_json:
        for hit in hits:
            print(json.dumps({**hit.to_dict(), "source": hit.entry.source}, ensure_ascii=False))
        return
    if not hits:
        print("Nothing that is kept fits all of this.", file=sys.stderr)
    _print(hits)
    if not fill:
        _tell_missing(settings)


def _print(hits: list[Hit]) -> None:
    from rich.table import Table
    from rich.text import Text

    from emograph.commands.console import open_console

    grid = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("photo", "fit", "why"):
        grid.add_column(name, overflow="fold")
    for hit in hits:
        row = (_near(hit.entry.source), f"{hit.score:.2f}", "; ".join(hit.why))
        grid.add_row(*map(Text, row))
    open_console().print(grid)


def _near(source: str) -> str:
    """Where a file lies, told from the working folder where it is below that."""
    path = Path(source)
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else source


def _fill(settings: Settings) -> None:
    from emograph.commands.progress import ImageProgress
    from emograph.engine.engine import Failure
    from emograph.filling import fill, missing

    total = len(missing(settings.store))
    failures = []
    with ImageProgress() as progress:
        for done, step in enumerate(fill(settings.store), 1):
            if isinstance(step, Failure):
                failures.append(step)
            progress(done, total, len(failures))
    print(f"{total - len(failures)} can be found now, {len(failures)} cannot.", file=sys.stderr)
    for failure in failures:
        print(f"  {failure.error}", file=sys.stderr)


def _tell_missing(settings: Settings) -> None:
    from emograph.filling import missing

    lost = len(missing(settings.store))
    if lost:
        print(
            f"{lost} more are kept, but cannot be found yet. Add them with --fill.",
            file=sys.stderr,
        )
