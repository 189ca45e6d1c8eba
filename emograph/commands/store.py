"""`emograph store`: what a store on disk holds, its copy, its upgrade."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from emograph.commands.options import StoreOption

app = typer.Typer(help="The store of packs and observations.", no_args_is_help=True)


@app.command()
def info(store: StoreOption = None) -> None:
    """Show the place, the format, and how many triples each named graph has."""
    from emograph.adapters.stores.folders import holds_store
    from emograph.adapters.stores.migrations import read_format
    from emograph.adapters.stores.oxigraph import open_store, store_folder
    from emograph.config import load_settings
    from emograph.kg.digests import DIGESTS, knowledge_graphs
    from emograph.kg.graph import KnowledgeGraph
    from emograph.kg.packs.installing import stored_packs

    place = load_settings(store=store).store
    folder = store_folder(place)
    print(f"{'place':12} {place}")
    if folder is not None and not holds_store(folder):
        print(f"{'format':12} none: it is made when something is first kept")
        return
    if folder is None:
        opened = KnowledgeGraph.load(open_store()).store
    else:
        print(f"{'format':12} {read_format(folder)}")
        opened = open_store(place, read_only=True)
    try:
        knowledge = knowledge_graphs(opened)
        counts = {iri: sum(1 for _ in opened.quads(iri)) for iri in knowledge}
        others = [iri for iri in opened.graphs() if iri not in counts and iri != DIGESTS]
        observations = [iri for iri in others if "/explanation/" in iri]
        print(f"{'packs':12} {', '.join(stored_packs(opened)) or 'none'}")
        print(f"{'observations':12} {len(observations)}")
        for iri, count in counts.items():
            print(f"{count:12} {iri}")
    finally:
        opened.close()


@app.command()
def upgrade(store: StoreOption = None) -> None:
    """Bring a store to the newest format and to the knowledge of this version of emograph.

    It is made where there is none. What updates changed in the package's own graphs is put back.
    """
    from emograph.adapters.stores.oxigraph import open_store
    from emograph.config import load_settings
    from emograph.kg.digests import forget_digests
    from emograph.kg.graph import KnowledgeGraph

    place = load_settings(store=store).store
    opened = open_store(place)
    try:
        forget_digests(opened)
        graph = KnowledgeGraph.load(opened)
    finally:
        opened.close()
    print(f"{place} is up to date: the knowledge is of version {graph.version}.")


@app.command()
def backup(
    folder: Annotated[Path, typer.Argument(help="The new folder; disk:FOLDER opens it.")],
    store: StoreOption = None,
) -> None:
    """Copy a store into a new folder, as it is now; others may be writing to it."""
    from emograph.adapters.stores.oxigraph import open_store
    from emograph.config import load_settings

    opened = open_store(load_settings(store=store).store, read_only=True)
    try:
        opened.backup(folder)
    finally:
        opened.close()
    print(folder)
