"""`emograph annotate`: explains many images, and writes and keeps what was found."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from emograph.commands.options import LvlmOption, ProfileOption, given

if TYPE_CHECKING:
    from emograph.annotating import Plan
    from emograph.engine.annotation.units import Fault

_SHOWN = 20
"""Failures that are printed; a file has all."""


def annotate(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE",
            help="Folders, patterns ('album/**/*.jpg'), CSV lists, tar shards, image files; also "
            "addresses of object stores, such as s3://BUCKET/*.tar.",
        ),
    ],
    store: Annotated[
        str | None,
        typer.Option(
            help="Where to keep it, to ask and search: disk:FOLDER. Without --out, the settings' "
            "store.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Write a table: a file that ends in .parquet, or a folder of parts."),
    ] = None,
    rdf: Annotated[
        Path | None,
        typer.Option(help="Write RDF, a graph an image: a file that ends in .nq, .trig or .gz."),
    ] = None,
    push: Annotated[
        str | None,
        typer.Option(help="Write the store to a Neo4j server: neo4j://HOST.", show_default=False),
    ] = None,
    engine: Annotated[
        str,
        typer.Option(help="Where to compute: processes, or ray for the cluster of RAY_ADDRESS."),
    ] = "processes",
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="How many engines.", show_default="one for each core"),
    ] = None,
    scheme: Annotated[
        str | None,
        typer.Option(help="Emotion scheme: mikels (default), ekman, plutchik, occ or goemotions."),
    ] = None,
    lvlm: LvlmOption = None,
    profile: ProfileOption = None,
) -> None:
    """Explain many images: keep the evidence in a store, write tables, RDF, or to Neo4j.

    What is there already is passed over, so the command goes on where it was stopped. An image that
    cannot be explained does not stop the others; the exit code is then 2.
    """
    from emograph.adapters.sources.listing import list_images
    from emograph.annotating import Plan
    from emograph.config import load_settings

    if store is None and (out is None or push is not None):
        store = load_settings().store
    listing = list_images(sources)
    settings = given(scheme=scheme, lvlm=lvlm, profile=profile)
    _run(Plan(listing, store, out, rdf, push, engine, workers, settings))


def _run(plan: Plan) -> None:
    from emograph.annotating import annotate_images
    from emograph.commands.progress import ImageProgress
    from emograph.keeping import Kept

    total = len(plan.listing.items)
    faults = list(plan.listing.faults)
    new = before = 0
    stopped = False
    if total:
        with ImageProgress() as progress:
            try:
                for done, step in enumerate(annotate_images(plan), 1):
                    if isinstance(step, Kept):
                        new += step.new
                        before += not step.new
                    else:
                        faults.append(step)
                    progress(done, total, len(faults), before)
            except KeyboardInterrupt:
                stopped = True
    word = "kept" if plan.store else "written"
    print(f"{new} {word}, {before} {word} before, {len(faults)} failed.")
    if stopped:
        print("Stopped; the same command goes on from here.", file=sys.stderr)
    _tell(faults, plan.out if total and not stopped else None)
    if stopped:
        raise typer.Exit(130)
    if faults:
        raise typer.Exit(2)


def _tell(faults: Sequence[Fault], out: Path | None) -> None:
    """Name what failed: the first of them, and where all are."""
    if not faults:
        return
    print(f"{len(faults)} could not be explained:", file=sys.stderr)
    for fault in faults[:_SHOWN]:
        print(f"  {fault}", file=sys.stderr)
    if len(faults) > _SHOWN:
        print(f"  … and {len(faults) - _SHOWN} more", file=sys.stderr)
    if out is not None:
        from emograph.adapters.outputs.parquet import failures_file

        print(f"They are listed in {failures_file(out)}.", file=sys.stderr)
