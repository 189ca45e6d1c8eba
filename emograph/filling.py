"""Makes kept images findable that have no entry in the index, from what the store has."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

from emograph.adapters.stores.folders import holds_store
from emograph.adapters.stores.oxigraph import open_store, store_folder
from emograph.assembly import load_encoder, open_knowledge
from emograph.config import load_settings
from emograph.engine.engine import Failure
from emograph.engine.images import open_photo
from emograph.engine.perception.detector import ImageTextEncoder
from emograph.engine.retrieval.entry import Entry
from emograph.engine.retrieval.recalling import Recalled, current_explanations, recall
from emograph.engine.retrieval.thumbnail import thumbnail
from emograph.errors import EmographError, KnowledgeError
from emograph.keeping import Kept
from emograph.retrieving import is_server, open_index


def missing(store: str | None = None, **settings: Any) -> list[str]:
    """The IRIs of explanations that are kept in a store on disk, but have no entry in its index.

    Such are those that were kept by an earlier version, or copied without the index.
    """
    wanted = load_settings(store=store, **{**settings, "packs": ()})
    folder = None if is_server(wanted.store) else store_folder(wanted.store)
    if folder is None or not holds_store(folder):
        return []
    with (
        closing(open_store(wanted.store, read_only=True)) as kept,
        closing(open_index(wanted.store)) as index,
    ):
        there = index.explanations()
        return [iri for iri in current_explanations(kept) if iri not in there]


def fill(store: str | None = None, **settings: Any) -> Iterator[Kept | Failure]:
    """Make the explanations findable that `missing` lists, without explaining any image again.

    Feelings and cues are read from the store, the vector and the thumbnail from the image's file,
    which must lie where it lay. Gives what was added, and a Failure for each file that is not there
    any more or is another; each is kept before the next is looked at.
    """
    wanted = load_settings(store=store, **{**settings, "packs": ()})
    iris = missing(wanted.store)
    if not iris:
        return
    with (
        closing(open_knowledge(wanted)) as graph,
        closing(open_index(wanted.store, writable=True)) as index,
    ):
        encoder = load_encoder(wanted, graph)
        for iri in iris:
            recalled = recall(graph.store, iri)
            try:
                index.add([_entry_again(recalled, encoder, wanted.max_pixels)])
            except EmographError as error:
                yield Failure(recalled.source, error)
            else:
                yield Kept(recalled.source, new=True)


def _entry_again(recalled: Recalled, encoder: ImageTextEncoder, max_pixels: int) -> Entry:
    """The entry of an image that was explained before, its vector read from the file again."""
    photo = open_photo(recalled.source, max_pixels)
    if photo.sha256 != recalled.sha256:
        raise KnowledgeError(
            f"The file {recalled.source} is not the one that was explained.",
            "Annotate it again.",
        )
    if encoder.name != recalled.encoder:
        raise KnowledgeError(
            f"{recalled.source} was explained with the encoder {recalled.encoder}.",
            "Annotate it again, or set that encoder.",
        )
    vector = encoder.encode_images([photo]).vectors[0]
    return recalled.entry(vector, thumbnail(photo))
