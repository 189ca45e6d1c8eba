"""The images that were kept: to look through, to find, to add to, to remove from."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from pyoxigraph import NamedNode

from emograph.adapters.web.http_error import HttpError
from emograph.engine.retrieval.entry import Entry, entry_of
from emograph.kg import terms
from emograph.kg.observations import Observations
from emograph.kg.provenance import image_iri
from emograph.kg.stores import GraphStore

if TYPE_CHECKING:
    from emograph.engine.engine import Engine
    from emograph.engine.explanation.explanation import Explanation
    from emograph.engine.images import Photo
    from emograph.engine.retrieval.index import ImageIndex
    from emograph.engine.retrieval.query import Hit

_EXPLANATIONS = terms.BASE + "explanation/"


class Finder(Protocol):
    """What turns a question into images of an index."""

    def retrieve(self, text: str, k: int, image: Any = None) -> list[Hit]:
        """The k images that fit best, the best first."""
        ...


class Gallery:
    """An index of images and the store of their explanations; the index is opened when needed."""

    def __init__(
        self,
        store: GraphStore,
        open_index: Callable[[], ImageIndex],
        finder_of: Callable[[ImageIndex, Engine], Finder],
    ) -> None:
        self._store = store
        self._open = open_index
        self._finder_of = finder_of
        self._index: ImageIndex | None = None
        self._finder: Finder | None = None
        self._lock = threading.Lock()

    @property
    def index(self) -> ImageIndex:
        """The index; raises `KnowledgeError` where it cannot be opened."""
        with self._lock:
            if self._index is None:
                self._index = self._open()
            return self._index

    def find(self, engine: Engine, words: str, k: int, photo: Photo | None = None) -> list[Hit]:
        """The k images that fit words, a photograph, or both; the best first.

        Raises `EmographError` where the words cannot be understood.
        """
        index = self.index
        with self._lock:
            if self._finder is None:
                self._finder = self._finder_of(index, engine)
            retriever = self._finder
        return retriever.retrieve(words, k, photo)

    def entry(self, sha256: str) -> Entry:
        """What is known of an image; `HttpError` 404 where it is not kept."""
        found = self.index.get(sha256)
        if found is None:
            raise HttpError(404, "No such image is kept. See /api/gallery for those that are.")
        return found

    def keep(self, explanation: Explanation, thumbnail: bytes | None) -> None:
        """Keep an explanation in the store, and what it takes to find it in the index.

        The index comes first, as where a folder is annotated: what is in the store can be found.
        """
        if explanation.vector is None:
            raise HttpError(503, "The encoder places no images among words. Nothing is kept.")
        document = explanation.to_dict()
        self.index.add([entry_of(document, explanation.vector, thumbnail)])
        Observations(self._store).keep(document)

    def remove(self, sha256: str) -> None:
        """Remove an image from the index, and all explanations of it from the store."""
        self.entry(sha256)
        self.index.remove([sha256])
        named = {quad.graph_name for quad in self._store.quads(object=image_iri(sha256))}
        graphs = [name.value for name in named if isinstance(name, NamedNode)]
        self._store.replace({g: () for g in graphs if g.startswith(_EXPLANATIONS)})

    def close(self) -> None:
        """Let go of the index."""
        with self._lock:
            if self._index is not None:
                self._index.close()
                self._index = None
