"""`emograph ontology`: writes, checks and keeps packs, which bring further domains."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from emograph.commands.options import StoreOption
from emograph.errors import KnowledgeError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyoxigraph import Triple

    from emograph.kg.packs.check import Report
    from emograph.kg.stores import GraphStore

app = typer.Typer(
    help="Packs: the knowledge of further domains, as folders of Turtle.", no_args_is_help=True
)

PackArgument = Annotated[
    str, typer.Argument(metavar="PACK", help="A folder, or the name of a pack that is shipped.")
]


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Lower-case letters, digits and _.")],
    folder: Annotated[
        Path | None, typer.Argument(help="A new folder; by default the name.")
    ] = None,
) -> None:
    """Begin a pack: a folder with two worked concepts to copy from."""
    from emograph.kg import terms
    from emograph.kg.packs.scaffold import new_pack

    versions = (str(v) for _, v in _knowledge("memory").pairs(terms.OWL + "versionIRI"))
    place = folder or Path(name)
    new_pack(name, place, versions)
    print(f"{place} is begun. Edit {place / 'pack.ttl'}, then: emograph ontology check {place}")


@app.command()
def check(pack: PackArgument, store: StoreOption = None) -> None:
    """Tell every fault of a pack, with file, line and what to do; exits with 2 if there are any."""
    report = _check(pack, _place(store))
    if not report.is_good:
        raise typer.Exit(2)


@app.command()
def add(pack: PackArgument, store: StoreOption = None) -> None:
    """Check a pack and keep it in the store; with any fault nothing is changed."""
    from emograph.assembly import open_knowledge
    from emograph.config import load_settings
    from emograph.kg.packs.installing import install

    place = _place_on_disk(store)
    report = _check(pack, place)
    if not report.is_good or report.pack is None:
        print("Nothing was added.", file=sys.stderr)
        raise typer.Exit(2)
    kept = open_knowledge(load_settings(store=place), writable=True)
    try:
        added = install(kept.store, report.pack)
    finally:
        kept.close()
    words = "is added" if added else "was there already"
    print(f"{report.pack.name} {report.pack.version} {words}.")


@app.command()
def remove(
    name: Annotated[str, typer.Argument(help="The name of a pack in the store.")],
    store: StoreOption = None,
) -> None:
    """Take a pack out of the store."""
    from emograph.assembly import open_knowledge
    from emograph.config import load_settings
    from emograph.kg.packs.installing import uninstall

    kept = open_knowledge(load_settings(store=_place_on_disk(store)), writable=True)
    try:
        uninstall(kept.store, name)
    finally:
        kept.close()
    print(f"{name} is removed.")


@app.command("list")
def list_packs(store: StoreOption = None) -> None:
    """The packs in the store, and those that are shipped."""
    from rich.table import Table as Grid

    from emograph.commands.console import open_console
    from emograph.kg.packs.installing import stored_packs, summary
    from emograph.kg.packs.locate import locate_pack, shipped_packs
    from emograph.kg.packs.pack import read_pack

    knowledge = _knowledge(_place(store))
    found = [("store", summary(knowledge, name)) for name in stored_packs(knowledge)]
    for name in shipped_packs():
        pack = read_pack(locate_pack(name))
        knowledge.replace({pack.graph: pack.triples})
        found.append(("shipped", summary(knowledge, pack.name)))
    if not found:
        print("There are no packs. `emograph ontology new NAME` begins one.")
        return
    grid = Grid("name", "version", "concepts", "associations", "where", box=None, pad_edge=False)
    for where, pack_summary in sorted(found, key=lambda item: (item[1].name, item[0])):
        row = pack_summary
        counts = (str(row.concepts), str(row.associations))
        grid.add_row(row.name, row.version, *counts, where)
    open_console().print(grid)


@app.command()
def diff(
    old: Annotated[str, typer.Argument(help="A folder, or the name of a pack.")],
    new: Annotated[
        str | None, typer.Argument(help="Another; by default what the store has of the first.")
    ] = None,
    store: StoreOption = None,
) -> None:
    """Tell what changed from one pack to another; a name is first looked up in the store."""
    from emograph.kg.packs.differences import differences
    from emograph.kg.packs.installing import stored_packs, stored_triples
    from emograph.kg.packs.locate import locate_pack
    from emograph.kg.packs.pack import read_pack

    knowledge = _knowledge(_place(store))
    stored = stored_packs(knowledge)

    def said(pack: str) -> Iterable[Triple]:
        if pack in stored:
            return stored_triples(knowledge, pack)
        return read_pack(locate_pack(pack)).triples

    if new is not None:
        sides = (said(old), said(new))
    else:
        changed = read_pack(locate_pack(old))
        if changed.name not in stored:
            raise KnowledgeError(
                f"The store has no pack {changed.name!r} to compare with.", "Name two packs."
            )
        sides = (said(changed.name), changed.triples)
    lines = list(differences(*sides))
    print("\n".join(lines) if lines else "They say the same.")


@app.command()
def stats(
    pack: Annotated[
        str | None, typer.Argument(help="A pack; by default all that the store knows.")
    ] = None,
    store: StoreOption = None,
) -> None:
    """Figures: concepts by kind and vocabulary, associations by source, coverage and depth."""
    from emograph.kg.packs.installing import stored_packs
    from emograph.kg.packs.locate import locate_pack
    from emograph.kg.packs.pack import read_pack
    from emograph.kg.packs.stats import stats as counted

    knowledge = _knowledge(_place(store))
    base = ""
    if pack is not None:
        if pack in stored_packs(knowledge):
            base = _base_of(knowledge, pack)
        else:
            found = read_pack(locate_pack(pack))
            knowledge.replace({found.graph: found.triples})
            base = found.base
    figures = counted(knowledge, base)
    print(f"concepts      {figures.concepts}")
    for title, counts in (("kind", figures.by_kind), ("vocabulary", figures.by_vocabulary)):
        print(f"by {title}: " + ", ".join(f"{name} {n}" for name, n in counts.items()))
    print(f"associations  {figures.associations}")
    print("by source: " + ", ".join(f"{name} {n}" for name, n in figures.by_source.items()))
    print(f"covered       {figures.covered:.0%} of what can be seen, itself")
    print(f"              {figures.inherited:.0%} itself or by what is above it")
    print(f"depth         {figures.depth}")


@app.command()
def docs(
    packs: Annotated[
        list[str] | None, typer.Argument(metavar="[PACK]...", help="By default those shipped.")
    ] = None,
    output: Annotated[Path, typer.Option("--output", help="The folder of the pages.")] = Path(
        "ontology-docs"
    ),
) -> None:
    """Write web pages of the package's ontologies and of packs; index.html comes first."""
    from tempfile import TemporaryDirectory

    from emograph.kg.documentation.writing import write_documentation
    from emograph.kg.graph import package_files
    from emograph.kg.packs.locate import locate_pack, shipped_packs
    from emograph.kg.packs.pack import read_pack

    with TemporaryDirectory() as folder:
        files = [
            read_pack(locate_pack(name)).write(Path(folder)) for name in packs or shipped_packs()
        ]
        pages = write_documentation([*package_files(), *files], output)
    print(f"{len(pages)} pages are in {output}; begin with {output / 'index.html'}.")


def _check(pack: str, place: str) -> Report:
    from emograph.kg.packs.check import check as checked
    from emograph.kg.packs.locate import locate_pack

    folder = locate_pack(pack)
    report = checked(folder, _knowledge(place))
    for fault in report.faults:
        print(fault, file=sys.stderr)
    faults = sum(not fault.warning for fault in report.faults)
    warnings = len(report.faults) - faults
    counted = f"{faults} fault{'s' * (faults != 1)}, {warnings} warning{'s' * (warnings != 1)}"
    print(f"{folder}: {counted}." if report.faults else f"{folder}: no faults.")
    return report


def _place(store: str | None) -> str:
    from emograph.config import load_settings

    return load_settings(store=store).store


def _place_on_disk(store: str | None) -> str:
    place = _place(store)
    if place == "memory":
        raise KnowledgeError(
            "A pack cannot be kept in memory: it would be gone at once.",
            "Name a store, such as --store disk:knowledge, or set EMOGRAPH_STORE.",
        )
    return place


def _knowledge(place: str) -> GraphStore:
    """The package's knowledge and the packs of a store, in memory, so that it may be changed."""
    from emograph.adapters.stores.folders import holds_store
    from emograph.adapters.stores.oxigraph import open_store, store_folder
    from emograph.kg.graph import KnowledgeGraph
    from emograph.kg.packs.installing import stored_packs, stored_triples

    folder, packs = store_folder(place), {}
    if folder is not None and holds_store(folder):
        kept = open_store(place, read_only=True)
        packs = {name: stored_triples(kept, name) for name in stored_packs(kept)}
        kept.close()
    return KnowledgeGraph.load(open_store(), packs=packs).store


def _base_of(knowledge: GraphStore, name: str) -> str:
    from emograph.kg import terms

    typed = knowledge.pairs(terms.RDF + "type", terms.pack_graph(name))
    return next(str(node) for node, kind in typed if kind == terms.OWL + "Ontology") + "/"
