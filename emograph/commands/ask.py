"""`emograph ask`: the named questions about what is known and what was kept."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from emograph.commands.tables import Format, print_rows
from emograph.errors import EmographError, KnowledgeError

if TYPE_CHECKING:
    from emograph.kg.queries import Table
    from emograph.kg.questions import Question
    from emograph.kg.stores import Value


def ask(
    name: Annotated[
        str | None,
        typer.Argument(metavar="QUESTION", help="Its name; without one, all are listed."),
    ] = None,
    param: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="What to ask about, such as emotion=awe."),
    ] = None,
    store: Annotated[
        str | None,
        typer.Option(help="Where explanations are kept.", show_default="the settings' store"),
    ] = None,
    format: Annotated[  # noqa: A002, the name of the option
        Format, typer.Option(help="json: the W3C format of SPARQL 1.1 results.")
    ] = Format.TABLE,
    limit: Annotated[int, typer.Option(min=1, help="How many rows to print.")] = 50,
) -> None:
    """Ask about the photographs that were kept, by questions that come with emograph.

    In tables, photographs are named by where they lie below the folder that holds them all.
    """
    from emograph.kg.questions import question, questions

    if name is None:
        _list(list(questions().values()))
        return
    asked = question(name)
    given = dict(_pair(text) for text in param or [])
    table = _answer(asked, given, store, limit)
    if not table.rows:
        print("Nothing that is kept answers this.", file=sys.stderr)
    print_rows(_below(table) if format == Format.TABLE else table, format)


def _answer(asked: Question, given: dict[str, str], store: str | None, limit: int) -> Table:
    from emograph.assembly import open_knowledge
    from emograph.config import load_settings
    from emograph.kg.questions import answer

    # Packs of the settings would be read into memory, without what is kept.
    settings = load_settings(store=store, packs=())
    graph = open_knowledge(settings)
    try:
        if not graph.query("ASK { ?explanation a emo:Explanation }").rows[0][0]:
            raise KnowledgeError(
                f"Nothing is kept in {settings.store}.",
                "Name another --store, or keep something: emograph annotate DIR --store …",
            )
        return answer(graph, asked, given, limit)
    finally:
        graph.close()


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise EmographError(
            f"--param {text} has no value.", "Write it as NAME=VALUE, such as emotion=awe."
        )
    return name.strip(), value


def _list(known: list[Question]) -> None:
    from rich.padding import Padding
    from rich.text import Text

    from emograph.commands.console import open_console

    console = open_console()
    for asked in known:
        console.print(Text(asked.name, style="bold"))
        console.print(Padding.indent(Text(asked.title), 2))
        for parameter in asked.parameters:
            shown = f"{parameter.name}={parameter.default}  {parameter.description}"
            console.print(Padding.indent(Text(shown, style="dim"), 4))


def _below(table: Table) -> Table:
    """The table with its photographs named from the folder that holds all of them."""
    columns = [i for i, name in enumerate(table.columns) if name in ("photo", "like")]
    named = {str(row[i]) for row in table.rows for i in columns}
    absolute = {path for path in named if Path(path).is_absolute()}
    if not absolute:
        return table
    folder = os.path.commonpath([str(Path(path).parent) for path in absolute])
    shorter: dict[Value | None, str] = {path: os.path.relpath(path, folder) for path in absolute}
    rows = [
        tuple(shorter.get(v, v) if i in columns else v for i, v in enumerate(row))
        for row in table.rows
    ]
    return replace(table, rows=tuple(rows))
