"""`emograph export`: writes the knowledge graph to a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from emograph.commands.options import StoreOption
from emograph.errors import KnowledgeError


def export(
    file: Annotated[
        Path,
        typer.Argument(help="The file; it ends in .ttl, .trig, .nq, .jsonld, .graphml or .cypher."),
    ],
    format: Annotated[  # noqa: A002, the name of the option
        str | None,
        typer.Option(help="The format, as that ending without its dot, whatever the file's is."),
    ] = None,
    graph: Annotated[
        list[str] | None,
        typer.Option(help="A named graph: its IRI, or short, such as concepts or pack/disaster."),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="All named graphs, observations too.")
    ] = False,
    store: StoreOption = None,
) -> None:
    """Write the knowledge of the package and of packs, or the named graphs that are chosen."""
    from emograph.assembly import open_knowledge
    from emograph.config import load_settings
    from emograph.kg.digests import DIGESTS
    from emograph.kg.exports import WRITERS
    from emograph.kg.exports import export as write

    suffix = file.suffix if format is None else f".{format}"
    if suffix not in WRITERS:
        raise KnowledgeError(
            f"A graph is not written as {suffix or 'a file without an ending'}.",
            f"Use one of: {', '.join(WRITERS)}.",
        )
    if everything and graph:
        raise KnowledgeError("--all and --graph are both given.", "Leave one of them out.")
    knowledge = open_knowledge(load_settings(store=store))
    try:
        names = graph or []
        if everything:
            names = [iri for iri in knowledge.store.graphs() if iri != DIGESTS]
        write(knowledge, file, names, WRITERS[suffix])
    finally:
        knowledge.close()
