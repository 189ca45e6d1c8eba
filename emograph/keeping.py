"""Explains images and keeps what was found in a store, where it can be asked about and found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emograph.assembly import load, open_knowledge
from emograph.config import load_settings
from emograph.engine.annotation.annotator import Annotation, Result
from emograph.engine.annotation.units import Fault
from emograph.engine.engine import Engine, Failure
from emograph.engine.explanation.explanation import Explanation
from emograph.engine.retrieval.entry import entry_of
from emograph.engine.retrieval.index import ImageIndex
from emograph.engine.retrieval.thumbnail import thumbnail
from emograph.kg.observations import Observations
from emograph.kg.provenance import explanation_iri
from emograph.kg.stores import GraphStore
from emograph.retrieving import open_index

Store = str | GraphStore
"""An open store, or a place such as ``disk:observations``."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An image whose explanation is kept; `new` is False where it was there before."""

    source: str
    new: bool


class Keeper:
    """Keeps explanations in a store, and what finds their images in the index beside it.

    The index is written first, so that what the store has can be found.
    """

    def __init__(self, store: GraphStore, index: ImageIndex | None = None) -> None:
        self.store = store
        self.index = index
        self._observations = Observations(store)
        self._found = set(index.explanations()) if index is not None else set()

    def __contains__(self, iri: object) -> bool:
        """Whether the explanation of that IRI is kept, and its image can be found."""
        return iri in self._observations and (self.index is None or iri in self._found)

    def keep(self, document: Mapping[str, Any]) -> bool:
        """Keep an explanation document, without what would find its image; False where it is kept.

        Raises `KnowledgeError` where it is a counterfactual or no explanation document, or where
        the store cannot be written.
        """
        return self._observations.keep(document)

    def keep_all(self, results: Sequence[Result]) -> Iterator[Kept | Fault]:
        """Keep what was explained, and tell of each result when it is on disk."""
        explained = [result for result in results if isinstance(result, Annotation)]
        if self.index is not None and explained:
            entries = [
                entry_of(each.document, each.vector, each.thumbnail)
                for each in explained
                if each.vector is not None and explanation_iri(each.document) not in self._found
            ]
            if entries:
                self.index.add(entries)
                self._found.update(entry.explanation for entry in entries)
        for result in results:
            if isinstance(result, Fault):
                yield result
            else:
                yield Kept(result.document["image"]["source"], self.keep(result.document))


def explain(
    image: Any, scheme: str | None = None, store: Store | None = None, **settings: Any
) -> Explanation:
    """Explain what an image makes its viewers feel, and why.

    `image` is a path, the bytes of a file, a PIL image or an array; `scheme` is ``mikels``,
    ``ekman``, ``plutchik``, ``occ`` or ``goemotions``. The engine is built once for each set of
    settings.

    With a `store` the explanation is kept there, once for each image, scheme and version; of a
    place, such as ``disk:observations``, the packs are then known too, and its images can be found
    again. Raises ImageError where the image cannot be read, KnowledgeError where the store cannot
    be written.
    """
    if store is None:
        return load(**settings).explain(image, scheme)
    with open_observations(store, **settings) as observations:
        explanation = _load(store, settings).explain(image, scheme)
        observe(observations, explanation)
    return explanation


def annotate(
    images: Iterable[Any], scheme: str | None = None, store: Store | None = None, **settings: Any
) -> Iterator[Explanation | Failure]:
    """Explain many images in batches, in their order; what cannot be read gives a Failure.

    With a `store` each explanation is kept there before it is given; see `explain`.
    """
    if store is None:
        return load(**settings).annotate(images, scheme)
    return _annotate_kept(images, scheme, store, settings)


def observe(keeper: Keeper, explanation: Explanation) -> bool:
    """Keep an explanation, its file by the absolute path; False where it is kept already."""
    document = explanation.to_dict()
    source = Path(explanation.photo.source)
    if source.is_file():
        document["image"]["source"] = str(source.absolute())
    small = thumbnail(explanation.photo) if keeper.index is not None else None
    (kept,) = keeper.keep_all([Annotation(document, explanation.vector, small)])
    return isinstance(kept, Kept) and kept.new


@contextmanager
def open_observations(store: Store, **settings: Any) -> Iterator[Keeper]:
    """What keeps in a store, and in the index beside it where that is a place.

    A place is closed again, and made if it is missing.
    """
    if not isinstance(store, str):
        yield Keeper(store)
        return
    graph = open_knowledge(load_settings(store=store, **settings), writable=True)
    try:
        index = open_index(store, writable=True)
        try:
            yield Keeper(graph.store, index)
        finally:
            index.close()
    finally:
        graph.close()


def _annotate_kept(
    images: Iterable[Any], scheme: str | None, store: Store, settings: dict[str, Any]
) -> Iterator[Explanation | Failure]:
    with open_observations(store, **settings) as observations:
        for result in _load(store, settings).annotate(images, scheme):
            if isinstance(result, Explanation):
                observe(observations, result)
            yield result


def _load(store: Store, settings: dict[str, Any]) -> Engine:
    return load(store=store, **settings) if isinstance(store, str) else load(**settings)
