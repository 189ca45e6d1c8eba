"""Opens the knowledge of the settings: a store that is up to date with the package."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from emograph.adapters.stores.folders import holds_store
from emograph.adapters.stores.oxigraph import open_store, store_folder
from emograph.config import Settings
from emograph.errors import KnowledgeError
from emograph.kg.digests import knowledge_graphs
from emograph.kg.graph import KnowledgeGraph
from emograph.kg.packs.locate import locate_pack
from emograph.kg.packs.pack import read_pack
from emograph.kg.stores import StaleStoreError

if TYPE_CHECKING:
    from pyoxigraph import Triple


def open_knowledge(
    settings: Settings, *, writable: bool = False, observations: bool = True
) -> KnowledgeGraph:
    """The knowledge of the settings' store, up to date with the package; to be closed after use.

    To be read, a folder is opened as it is at this moment, beside whoever writes to it; one that is
    not there yet stands for the package's knowledge. The settings' packs are read besides those of
    the store, which is copied to memory for it, with its `observations` or without. To be written,
    a folder is made where there is none, and packs are those that it holds. Raises `KnowledgeError`
    where the place is none, in use by another writer, or newer than this version, or where there is
    no such pack.
    """
    folder = store_folder(settings.store)
    if writable and folder is not None:
        return _open_current(settings.store)
    packs = [read_pack(locate_pack(name)) for name in settings.packs]
    named: dict[str, Iterable[Triple]] = {pack.name: pack.triples for pack in packs}
    if folder is None or not holds_store(folder):
        return KnowledgeGraph.load(open_store(), packs=named)
    try:
        kept = _open_current(settings.store, read_only=True)
    except StaleStoreError:
        _open_current(settings.store).close()
        kept = _open_current(settings.store, read_only=True)
    if not packs:
        return kept
    copied = kept.store.graphs() if observations else knowledge_graphs(kept.store)
    copy = open_store()
    copy.replace({graph: [quad.triple for quad in kept.store.quads(graph)] for graph in copied})
    kept.close()
    return KnowledgeGraph.load(copy, packs=named)


def _open_current(place: str, read_only: bool = False) -> KnowledgeGraph:
    store = open_store(place, read_only)
    try:
        return KnowledgeGraph.load(store)
    except KnowledgeError:
        store.close()
        raise
