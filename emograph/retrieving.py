"""Finds images among those that were kept: joins the question, the graph and the index."""

from __future__ import annotations

from contextlib import closing
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from emograph.adapters.stores.bolt.connection import SCHEMES
from emograph.adapters.stores.folders import holds_store
from emograph.adapters.stores.oxigraph import open_store, store_folder
from emograph.config import Settings, load_settings
from emograph.engine.retrieval.index import ImageIndex
from emograph.engine.retrieval.query import Hit, Query
from emograph.errors import EmographError, KnowledgeError

if TYPE_CHECKING:
    from emograph.engine.engine import Engine
    from emograph.engine.perception.detector import Array
    from emograph.engine.retrieval.entry import Entry
    from emograph.engine.retrieval.lexicon import Lexicon
    from emograph.engine.retrieval.understanding import Space
    from emograph.kg.graph import KnowledgeGraph

INDEX = "index"
"""The folder of the index, in that of the store."""

_CROWD = 500  # images that tell what is usual, where no crowd is shipped for the encoder


def retrieve(
    query: str = "", store: str | None = None, k: int = 20, image: Any = None, **settings: Any
) -> list[Hit]:
    """The k images of a store that fit a question best, the best first, each with why.

    `query` names emotions (``awe 0.7, fear 0.3``), words (``a quiet morning that feels lonely``)
    and conditions (``awe without mountain``, ``fear and cue:Flood``); `image`, a path, bytes, a PIL
    image or an array, is asked with it or alone. See `emograph.engine.retrieval.parsing`.

    Raises `EmographError` where the question names an emotion or a concept that there is not, where
    the image cannot be read, or where nothing is kept in the store.
    """
    wanted = load_settings(store=store, **settings)
    with closing(open_index(wanted.store, **settings)) as index:
        if not len(index):
            raise _empty(wanted.store)
        with closing(Retriever(index, wanted)) as retriever:
            return retriever.retrieve(query, k, image)


def open_index(store: str | None = None, *, writable: bool = False, **settings: Any) -> ImageIndex:
    """The index of the images that are kept in a store, to be closed after use.

    ``disk:FOLDER`` has it in ``FOLDER/index``, ``memory`` nowhere, and ``neo4j://host:port`` in the
    server's own indexes; without a store it is that of the settings. To be written, it is made
    where it is missing; to be read, a missing one is empty. Raises `KnowledgeError` where the place
    is none, or where the index cannot be read or written.
    """
    from emograph.adapters.indexes.database import FILE
    from emograph.adapters.indexes.folder import FolderIndex

    wanted = load_settings(store=store, **settings)
    if is_server(wanted.store):
        from emograph.adapters.indexes.server import ServerIndex

        password = wanted.neo4j_password
        secret = None if password is None else password.get_secret_value()
        return ServerIndex(wanted.store, wanted.neo4j_user, secret, writable=writable)
    folder = store_folder(wanted.store)
    if folder is None:
        return FolderIndex(None, writable=True)
    index = folder / INDEX
    if writable:
        if not holds_store(folder):
            open_store(wanted.store).close()
        return FolderIndex(index, writable=True)
    return FolderIndex(index if (index / FILE).exists() else None)


def is_server(place: str) -> bool:
    """Whether a place is a graph server.

    >>> is_server("neo4j://localhost"), is_server("disk:album")
    (True, False)
    """
    return place.partition("://")[0] in SCHEMES


class Retriever:
    """Asks an index in words, with images, or with both.

    What a question takes is built when the first one needs it: words need the encoder, an image
    the whole engine. Where there is an `engine` already, its parts are used. Threads may share it.
    """

    def __init__(self, index: ImageIndex, settings: Settings, engine: Engine | None = None) -> None:
        self._index = index
        self._settings = settings
        self._given = engine

    def retrieve(self, text: str = "", k: int = 20, image: Any = None) -> list[Hit]:
        """The k images that fit best; see `emograph.retrieving.retrieve`."""
        return self._index.search(self.understand(text, image), k)

    def understand(self, text: str = "", image: Any = None) -> Query:
        """What the index is asked; raises `EmographError` where a text or an image is wrong."""
        from emograph.engine.retrieval.parsing import read_question
        from emograph.engine.retrieval.understanding import joined, likeness, question

        if not text.strip() and image is None:
            raise EmographError(
                "Nothing is asked.", "Ask for an emotion, for words, or with an image."
            )
        query = Query()
        if text.strip():
            asked = read_question(text, self._lexicon)
            query = question(asked, self._lexicon, self._graph.schemes(), lambda: self._space)
        if image is None:
            return query
        return joined(query, likeness(self._entry(image), self._space.crowd))

    def close(self) -> None:
        """Let go of the graph, where it was opened for this; the index is left open."""
        if self._given is None and "_graph" in self.__dict__:
            self._graph.close()

    def _entry(self, image: Any) -> Entry:
        from emograph.engine.retrieval.entry import entry_of

        explanation = self._engine.explain(image)
        return entry_of(explanation.to_dict(), _vector(explanation.vector))

    @cached_property
    def _engine(self) -> Engine:
        from emograph.assembly import load

        return self._given or load(**_loadable(self._settings))

    @cached_property
    def _graph(self) -> KnowledgeGraph:
        from emograph.assembly import open_knowledge

        if self._given is not None:
            return self._given.graph
        settings = _loadable(self._settings)
        return open_knowledge(load_settings(**settings), observations=False)

    @cached_property
    def _lexicon(self) -> Lexicon:
        from emograph.engine.retrieval.lexicon import Lexicon

        return Lexicon(self._graph)

    @cached_property
    def _space(self) -> Space:
        from emograph.adapters.models.embedded import NAME
        from emograph.assembly import load_encoder, profile_folder
        from emograph.engine.perception.weights import HeadWeights
        from emograph.engine.retrieval.understanding import Space, crowd_of

        encoder = (
            self._given.perception.encoder
            if self._given is not None
            else load_encoder(self._settings, self._graph)
        )
        if encoder.name == NAME:
            path = profile_folder(self._settings) / "heads.safetensors"
            weights = HeadWeights.load(path, encoder.name)
            return Space(encoder.name, encoder.encode_texts, weights.crowd)
        entries = self._index.browse(0, _CROWD)
        vectors = [entry.vector for entry in entries if entry.encoder == encoder.name]
        width = len(encoder.encode_texts(["a photograph"])[0])
        crowd = crowd_of(np.array(vectors, np.float32).reshape(-1, width))
        return Space(encoder.name, encoder.encode_texts, crowd)


def _vector(vector: Array | None) -> Array:
    """The vector of an explanation that an engine has just made."""
    if vector is None:
        raise KnowledgeError("The explanation has no vector.", "Explain the image again.")
    return vector


def _loadable(settings: Settings) -> dict[str, Any]:
    """The settings of an engine: what a graph server holds is no store of RDF."""
    given = settings.model_dump()
    if is_server(settings.store):
        given["store"] = "memory"
    return given


def _empty(place: str) -> KnowledgeError:
    return KnowledgeError(
        f"No image can be found in {place}: nothing is kept there.",
        f"Keep some first: emograph annotate FOLDER --store {place}.",
    )
