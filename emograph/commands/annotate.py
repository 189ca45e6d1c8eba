"""`emograph annotate`: explains many photographs and keeps what was found."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from emograph.commands.options import LvlmOption, ProfileOption, given
from emograph.commands.photos import named_files
from emograph.errors import EmographError


def annotate(
    photos: Annotated[
        list[str],
        typer.Argument(
            metavar="DIR", help="Folders for all image files below them, and image files."
        ),
    ],
    store: Annotated[
        str | None,
        typer.Option(help="Where to keep it: disk:FOLDER.", show_default="the settings' store"),
    ] = None,
    scheme: Annotated[
        str | None,
        typer.Option(help="Emotion scheme: mikels (default), ekman, plutchik, occ or goemotions."),
    ] = None,
    lvlm: LvlmOption = None,
    profile: ProfileOption = None,
) -> None:
    """Explain photographs and keep the evidence in a store, to ask about it with `emograph ask`.

    What is kept already is passed over, so the command goes on where it was stopped. A photograph
    that cannot be explained does not stop the others; the exit code is then 2.
    """
    from emograph.assembly import load
    from emograph.commands.progress import ImageProgress
    from emograph.config import load_settings
    from emograph.engine.engine import Failure
    from emograph.keeping import keep_all, open_observations

    place = load_settings(store=store).store
    if place == "memory":
        raise EmographError(
            "A store in memory keeps nothing.", "Name a folder: --store disk:observations."
        )
    files, failures = named_files(photos)
    kept = passed = 0
    stopped = False
    if files:
        with open_observations(place) as observations, ImageProgress() as progress:
            engine = load(scheme=scheme, store=place, profile=profile, **given(lvlm=lvlm))
            engine.reasoner()  # an unknown scheme is told before anything is read
            try:
                for done, step in enumerate(keep_all(engine, files, observations), 1):
                    if isinstance(step, Failure):
                        failures.append(step)
                    else:
                        kept += step.new
                        passed += not step.new
                    progress(done, len(files))
            except KeyboardInterrupt:
                stopped = True
    print(f"{kept} kept, {passed} kept before, {len(failures)} failed.")
    if stopped:
        print("Stopped; the same command goes on from here.", file=sys.stderr)
    if failures:
        print(f"{len(failures)} could not be explained:", file=sys.stderr)
        for failure in failures:
            print(f"  {failure.error}", file=sys.stderr)
    if stopped:
        raise typer.Exit(130)
    if failures:
        raise typer.Exit(2)
