"""Explains images and keeps what was found in a store, where it can be asked about."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from emograph.assembly import load, open_knowledge
from emograph.config import load_settings
from emograph.engine.engine import BATCH, Engine, Failure
from emograph.engine.explanation.explanation import Explanation
from emograph.engine.images import MAX_BYTES
from emograph.kg.observations import Observations
from emograph.kg.provenance import observation_iri
from emograph.kg.stores import GraphStore

Store = str | GraphStore
"""An open store, or a place such as ``disk:observations``."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An image whose explanation is in the store; `new` is False where it was there before."""

    source: str
    new: bool


def explain(
    image: Any, scheme: str | None = None, store: Store | None = None, **settings: Any
) -> Explanation:
    """Explain what an image makes its viewers feel, and why.

    `image` is a path, the bytes of a file, a PIL image or an array; `scheme` is ``mikels``,
    ``ekman``, ``plutchik``, ``occ`` or ``goemotions``. The engine is built once for each set of
    settings.

    With a `store` the explanation is kept there, once for each image, scheme and version; of a
    place, such as ``disk:observations``, the packs are then known too. Raises ImageError where the
    image cannot be read, KnowledgeError where the store cannot be written.
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


def keep_all(
    engine: Engine, files: Iterable[str], observations: Observations, scheme: str | None = None
) -> Iterator[Kept | Failure]:
    """Explain files and keep that, one transaction each; what is kept already is passed over.

    A file that is kept is known by its bytes, wherever it lies now. An end between two steps, of
    whatever kind, loses nothing of those that were given.
    """
    waiting = iter(files)
    while batch := list(islice(waiting, BATCH)):
        new = []
        for file in batch:
            if _iri(engine, file, scheme) in observations:
                yield Kept(file, new=False)
            else:
                new.append(file)
        for result in engine.annotate(new, scheme):
            if isinstance(result, Failure):
                yield result
            else:
                yield Kept(result.photo.source, observe(observations, result))


def observe(observations: Observations, explanation: Explanation) -> bool:
    """Keep an explanation, its file by the absolute path; False where it is kept already."""
    document = explanation.to_dict()
    source = Path(explanation.photo.source)
    if source.is_file():
        document["image"]["source"] = str(source.absolute())
    return observations.keep(document)


@contextmanager
def open_observations(store: Store, **settings: Any) -> Iterator[Observations]:
    """The observations of a store, to be added to; a place is closed again, and made if missing."""
    if not isinstance(store, str):
        yield Observations(store)
        return
    graph = open_knowledge(load_settings(store=store, **settings), writable=True)
    try:
        yield Observations(graph.store)
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


def _iri(engine: Engine, file: str, scheme: str | None) -> str | None:
    """What the file's explanation would be called; None where it cannot be read."""
    path = Path(file)
    try:
        if not path.is_file() or path.stat().st_size > MAX_BYTES:
            return None
        with path.open("rb") as opened:
            sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError:
        return None
    return observation_iri(sha256, scheme or engine.scheme, engine.versions)
