"""`emograph explain`: what photographs evoke, and why."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from emograph.commands.options import LvlmOption, ProfileOption, given
from emograph.commands.photos import named_files

if TYPE_CHECKING:
    from emograph.commands.outputs import Output
    from emograph.engine.explanation.explanation import Explanation


def explain(
    photos: Annotated[
        list[str],
        typer.Argument(
            metavar="PHOTO", help="Image files, and folders for all image files below them."
        ),
    ],
    scheme: Annotated[
        str | None,
        typer.Option(help="Emotion scheme: mikels (default), ekman, plutchik, occ or goemotions."),
    ] = None,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="Print JSON: one object, or one a line for several photos."),
    ] = False,
    html: Annotated[
        Path | None,
        typer.Option(help="Write web pages: a file for one photo, a folder for several."),
    ] = None,
    rdf: Annotated[
        Path | None,
        typer.Option(help="Write the evidence as RDF, one graph a photo: FILE.trig or FILE.nq."),
    ] = None,
    sheet: Annotated[
        Path | None, typer.Option(help="Write one web page with all photos side by side.")
    ] = None,
    store: Annotated[
        str | None,
        typer.Option(
            help="Keep the evidence in this store, such as disk:FOLDER.", show_default=False
        ),
    ] = None,
    lvlm: LvlmOption = None,
    profile: ProfileOption = None,
    top: Annotated[int, typer.Option(min=1, help="How many emotions to print.")] = 5,
) -> None:
    """Say what photographs make their viewers feel, and why.

    A photo that cannot be explained does not stop the others; the exit code is then 2.
    """
    from emograph.assembly import load
    from emograph.config import load_settings
    from emograph.engine.engine import Failure
    from emograph.engine.images import open_photo
    from emograph.keeping import observe, open_observations

    images: Sequence[Any]
    # A folder counts as several photos however many it holds, so that scripts can rely on it.
    several = len(photos) > 1 or Path(photos[0]).is_dir()
    if several:
        images, failures = named_files(photos)
    else:  # opened first, so that a wrong path is told at once
        images, failures = [open_photo(photos[0], load_settings().max_pixels)], []
    if images:
        engine = load(scheme=scheme, store=store, profile=profile, **given(lvlm=lvlm))
        engine.reasoner()  # an unknown scheme is told before anything is written
        tell = _printer(as_json, several, top)
        outputs = _open_outputs(html, rdf, sheet, several)
        with ExitStack() as opened:
            observations = store and opened.enter_context(open_observations(store))
            for result in engine.annotate(images):
                if isinstance(result, Failure):
                    failures.append(result)
                    continue
                tell(result)
                for output in outputs:
                    output.add(result)
                if observations:
                    observe(observations, result)
        for output in outputs:
            output.finish(failures)
    if failures:
        print(f"{len(failures)} could not be explained:", file=sys.stderr)
        for failure in failures:
            print(f"  {failure.error}", file=sys.stderr)
        raise typer.Exit(2)


def _printer(as_json: bool, several: bool, top: int) -> Callable[[Explanation], None]:
    from emograph.commands.answer import print_answer, print_brief
    from emograph.commands.console import open_console

    if as_json:
        indent = None if several else 2
        return lambda explanation: print(json.dumps(explanation.to_dict(), indent=indent))
    console = open_console()
    show = print_brief if several else print_answer
    return lambda explanation: show(console, explanation.to_dict(), top)


def _open_outputs(
    html: Path | None, rdf: Path | None, sheet: Path | None, several: bool
) -> list[Output]:
    from emograph.commands.outputs import Pages, Sheet, Triples

    outputs: list[Output] = []
    if html is not None:
        outputs.append(Pages(html, several))
    if rdf is not None:
        outputs.append(Triples(rdf))
    if sheet is not None:
        outputs.append(Sheet(sheet))
    return outputs
