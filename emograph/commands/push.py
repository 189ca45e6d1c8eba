"""`emograph push` and `emograph pull`: the knowledge on a graph server, and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from emograph.commands.options import StoreOption
from emograph.errors import EmographError, KnowledgeError

if TYPE_CHECKING:
    from emograph.adapters.stores.bolt.graph import BoltGraph
    from emograph.config import Settings

Address = Annotated[
    str,
    typer.Argument(
        help="The server: neo4j://HOST:PORT/DATABASE; port and database may be left out."
    ),
]
_FORMATS = {".nq": "N-Quads", ".trig": "TriG"}


def push(
    address: Address,
    vectors: Annotated[
        bool, typer.Option("--vectors", help="Write the concepts' vectors, too, to search by.")
    ] = False,
    store: StoreOption = None,
) -> None:
    """Write the graph to a Neo4j server: what is there already is left, what is gone is removed.

    The user and password are the settings EMOGRAPH_NEO4J_USER and EMOGRAPH_NEO4J_PASSWORD.
    """
    from emograph.assembly import concept_vectors, open_knowledge
    from emograph.config import load_settings

    settings = load_settings(store=store)
    with _connect(address, settings) as server:
        graph = open_knowledge(settings)
        try:
            changes = server.push(graph.store)
            if vectors:
                server.push_vectors(concept_vectors(settings, graph))
        finally:
            graph.close()
    print(
        f"{changes.nodes} nodes and {changes.relationships} relationships written, "
        f"{changes.removed} removed; {changes.skipped} named graphs were there already"
    )


def pull(
    address: Address,
    file: Annotated[Path, typer.Argument(help="The file to write; it ends in .nq or .trig.")],
) -> None:
    """Read back what was pushed to a Neo4j server, as RDF in named graphs."""
    import pyoxigraph as ox

    from emograph.config import load_settings
    from emograph.kg.terms import PREFIXES

    if file.suffix not in _FORMATS:
        raise KnowledgeError(
            f"Named graphs are not written as {file.suffix or 'a file without an ending'}.",
            f"Use one of: {', '.join(_FORMATS)}.",
        )
    with _connect(address, load_settings()) as server:
        quads = sorted(server.pull(), key=str)
    trig = file.suffix == ".trig"
    written = ox.serialize(
        quads,
        format=ox.RdfFormat.TRIG if trig else ox.RdfFormat.N_QUADS,
        prefixes=dict(PREFIXES) if trig else None,
    )
    assert written is not None  # noqa: S101 - it is given back where no output is named
    try:
        file.write_bytes(written)
    except OSError as error:
        raise EmographError(
            f"{file} cannot be written ({error.strerror}).", "Name a file that can."
        ) from error
    print(f"{len(quads)} statements written to {file}")


def _connect(address: str, settings: Settings) -> BoltGraph:
    from emograph.adapters.stores.bolt.graph import BoltGraph

    password = settings.neo4j_password
    return BoltGraph(
        address, settings.neo4j_user, password.get_secret_value() if password else None
    )
