"""`emograph cypher`: asks the knowledge graph as a property graph."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from emograph.commands.queries import read_query
from emograph.commands.tables import Format, print_rows
from emograph.errors import KnowledgeError

if TYPE_CHECKING:
    from emograph.kg.queries import Table


def cypher(
    query: Annotated[
        str, typer.Argument(help="The query; @FILE reads it from a file, - from standard input.")
    ],
    param: Annotated[
        list[str] | None,
        typer.Option(
            help="A parameter, such as name=dog; what is JSON is read as that.",
            metavar="NAME=VALUE",
        ),
    ] = None,
    format: Annotated[  # noqa: A002, the name of the option
        Format, typer.Option(help="json: a list with one object for each row.")
    ] = Format.TABLE,
    store: Annotated[
        str | None,
        typer.Option(
            help="The store: disk:FOLDER, memory or neo4j://HOST; the setting, if not given.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Ask the knowledge graph in Cypher; nothing is ever changed.

    Concepts, emotions and all else are nodes with an iri; see the documentation for their labels,
    properties and relationships.
    """
    from emograph.opening import open_graph

    text, parameters = read_query(query), dict(map(_parameter, param or []))
    with closing(open_graph(store)) as graph:
        table = graph.cypher(text, parameters)
    if format is Format.JSON:
        rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        if not table.complete:
            print(f"Only the first {len(rows)} rows are shown.", file=sys.stderr)
    else:
        print_rows(_flat(table), format)


def _parameter(word: str) -> tuple[str, object]:
    name, found, value = word.partition("=")
    if not found or not name.isidentifier():
        raise KnowledgeError(
            f"{word!r} is no parameter.", "Write --param NAME=VALUE, such as --param name=dog."
        )
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _flat(table: Table) -> Table:
    """The table with lists and maps as JSON, as one cell can show them."""
    return replace(table, rows=tuple(tuple(map(_cell, row)) for row in table.rows))


def _cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (list, dict)) else value
