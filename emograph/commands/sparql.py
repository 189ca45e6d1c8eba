"""`emograph sparql`: asks the knowledge graph."""

from __future__ import annotations

from typing import Annotated

import typer

from emograph.commands.options import StoreOption
from emograph.commands.queries import read_query
from emograph.commands.tables import Format, print_rows
from emograph.errors import KnowledgeError


def sparql(
    query: Annotated[
        str, typer.Argument(help="The query; @FILE reads it from a file, - from standard input.")
    ],
    format: Annotated[  # noqa: A002, the name of the option
        Format,
        typer.Option(help="json: the W3C format of SPARQL 1.1 results (ASK has a column answer)."),
    ] = Format.TABLE,
    update: Annotated[
        bool,
        typer.Option("--update", help="The text is an update, which changes the store."),
    ] = False,
    store: StoreOption = None,
) -> None:
    """Ask the knowledge graph in SPARQL; its prefixes, such as emo: and skos:, are declared.

    An update is made wholly or not at all. What it changes in the package's own named graphs stays
    until another version of the package, or `emograph store upgrade`, puts them back.
    """
    from emograph.assembly import open_knowledge
    from emograph.config import load_settings

    text = read_query(query)
    settings = load_settings(store=store)
    if update and settings.store == "memory":
        raise KnowledgeError(
            "What is changed in memory is gone at once.",
            "Name a store, such as --store disk:knowledge, or set EMOGRAPH_STORE.",
        )
    graph = open_knowledge(settings, writable=update)
    try:
        if update:
            graph.update(text)
        else:
            print_rows(graph.query(text), format)
    finally:
        graph.close()
