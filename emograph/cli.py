"""The command `emograph`: joins the commands, and tells faults without a traceback."""

from __future__ import annotations

import io
import sys
from typing import Annotated

import typer

from emograph.commands import learn, models, ontology, prune, store, train
from emograph.commands.annotate import annotate
from emograph.commands.ask import ask
from emograph.commands.cypher import cypher
from emograph.commands.doctor import doctor
from emograph.commands.evaluate import evaluate
from emograph.commands.explain import explain
from emograph.commands.export import export
from emograph.commands.push import pull, push
from emograph.commands.retrieve import retrieve
from emograph.commands.serve import serve
from emograph.commands.sparql import sparql
from emograph.errors import EmographError
from emograph.version import __version__

app = typer.Typer(
    help="What an image makes its viewers feel, and why.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.command()(explain)
app.command()(export)
app.command()(annotate)
app.command()(ask)
app.command()(retrieve)
app.command()(push)
app.command()(pull)
app.command()(serve)
app.command()(sparql)
app.command()(cypher)
app.command("eval")(evaluate)
app.command()(doctor)
app.add_typer(learn.app, name="learn")
app.add_typer(train.app, name="train")
app.add_typer(prune.app, name="prune")
app.add_typer(models.app, name="models")
app.add_typer(store.app, name="store")
app.add_typer(ontology.app, name="ontology")


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


def main() -> None:
    """Run the command line; a fault that the person can mend is told without a traceback.

    Exits with 2 for such a fault or a wrong command, and (by Typer) with 130 when interrupted.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # bars, where the encoding has none
    try:
        app(prog_name="emograph")
    except EmographError as error:
        print(f"{error.what}\n{error.todo}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
