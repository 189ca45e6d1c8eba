"""How long a search among many images takes, what it finds, and how large the index is.

    python benchmarks/retrieval.py 100000 1000000

The images are made up: vectors are drawn with the mean and the covariance that the shipped crowd of
photographs has in the embedded space, and texts are concepts of the graph in that space.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import cycle
from pathlib import Path

import numpy as np
from measuring import median_ms, print_figure, print_machine
from numpy.typing import NDArray

from emograph.adapters.indexes.folder import FolderIndex
from emograph.assembly import load_encoder, load_vocabulary, open_knowledge, profile_folder
from emograph.config import load_settings
from emograph.engine.perception.concepts import Crowd
from emograph.engine.perception.weights import HeadWeights
from emograph.engine.retrieval.entry import Entry, Fact
from emograph.engine.retrieval.query import Near, Query, Thing
from emograph.engine.retrieval.understanding import usual

COUNTS = (100_000,)
TARGETS_MS = {100_000: 15.0, 1_000_000: 50.0}
K = 20
_QUERIES = 40
_SHOWN = 12
_BATCH = 2_000
Floats = NDArray[np.float32]


def main(counts: list[int]) -> None:
    settings = load_settings(store="memory")
    graph = open_knowledge(settings)
    encoder = load_encoder(settings, graph)
    vocabulary = load_vocabulary(settings, graph, encoder)
    crowd = HeadWeights.load(profile_folder(settings) / "heads.safetensors", encoder.name).crowd
    labels = graph.scheme("mikels").labels
    concepts = [(concept.iri, concept.label) for concept in vocabulary.concepts]
    chance = np.random.default_rng(1)
    rows = chance.choice(len(concepts), _QUERIES, replace=False)
    texts = [
        Near(vector, encoder.name, usual(crowd, vector)) for vector in vocabulary.vectors[rows]
    ]
    things = [Thing(concepts[row][1], frozenset({concepts[row][0]})) for row in range(_QUERIES)]
    print_machine()
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            measure(Path(folder), count, crowd, labels, concepts, texts, things, encoder.name)


def measure(
    folder: Path,
    count: int,
    crowd: Crowd,
    labels: tuple[str, ...],
    concepts: list[tuple[str, str]],
    texts: list[Near],
    things: list[Thing],
    encoder: str,
) -> None:
    """Fill an index with so many images, and search it."""
    target = f"<= {TARGETS_MS[count]:g}" if count in TARGETS_MS else "-"
    start = time.perf_counter()
    index = FolderIndex(folder, writable=True)
    vectors = fill(index, count, crowd, labels, concepts, encoder)
    print_figure(f"{count} images: added a second", count / (time.perf_counter() - start), "", "-")
    start = time.perf_counter()
    index.close()  # a writer clusters the vectors
    print_figure(f"{count} images: clustered", time.perf_counter() - start, "s", "-")
    size = sum(path.stat().st_size for path in folder.iterdir()) / count
    print_figure(f"{count} images: on disk, an image", size / 1000, "kB", "-")
    start = time.perf_counter()
    index = FolderIndex(folder)
    index.search(Query(near=(texts[0],)), K)
    print_figure(f"{count} images: opened, first search", time.perf_counter() - start, "s", "-")
    awe, mixed = {"mikels": {"awe": 1.0}}, {"mikels": {"awe": 0.7, "fear": 0.3}}
    kinds: dict[str, Callable[[Near, Thing], Query]] = {
        "an emotion": lambda _, __: Query(emotions=awe),
        "a mixture of emotions": lambda _, __: Query(emotions=mixed),
        "words": lambda near, _: Query(near=(near,)),
        "words and an emotion": lambda near, _: Query(emotions=awe, near=(near,)),
        "an emotion without a thing": lambda _, thing: Query(emotions=awe, unseen=(thing,)),
        "words with a thing": lambda near, thing: Query(near=(near,), seen=(thing,)),
    }
    for name, ask in kinds.items():
        search = partial(
            search_next,
            index,
            cycle([ask(near, thing) for near, thing in zip(texts, things, strict=True)]),
        )
        first, again = median_ms(search, len(texts)), median_ms(search, len(texts))
        print_figure(f"{count} images: {name}, asked again", again, "ms", target)
        print_figure(f"{count} images: {name}, the first time", first, "ms", target)
    found = [recall(index, vectors, near) for near in texts]
    print_figure(f"{count} images: recall at {K} of words", 100 * float(np.mean(found)), "%", "-")
    index.close()


def search_next(index: FolderIndex, queries: Iterator[Query]) -> object:
    """Search for what comes next."""
    return index.search(next(queries), K)


def recall(index: FolderIndex, vectors: Floats, near: Near) -> float:
    """The share of the exact nearest images that a search for words finds."""
    exact = np.argsort(-(vectors.astype(np.float32) @ near.vector))[:K]
    hits = index.search(Query(near=(near,)), K)
    return len({hit.entry.source for hit in hits} & {str(row) for row in exact.tolist()}) / K


def fill(
    index: FolderIndex,
    count: int,
    crowd: Crowd,
    labels: tuple[str, ...],
    concepts: list[tuple[str, str]],
    encoder: str,
) -> Floats:
    """Add made-up images; their vectors, in half precision."""
    chance = np.random.default_rng(0)
    spread = np.linalg.cholesky(crowd.covariance + 1e-6 * np.eye(len(crowd.mean)))
    common = 1.0 / np.arange(1, len(concepts) + 1)
    kept = []
    for start in range(0, count, _BATCH):
        size = min(_BATCH, count - start)
        drawn = crowd.mean + chance.normal(size=(size, len(crowd.mean))) @ spread.T
        vectors = (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)
        felt = chance.dirichlet(np.full(len(labels), 0.5), size).astype(np.float32)
        shown = chance.choice(len(concepts), (size, _SHOWN), p=common / common.sum())
        sure = chance.beta(1, 3, (size, _SHOWN))
        index.add(
            [
                Entry(
                    explanation=f"urn:explanation:{start + at}",
                    source=str(start + at),
                    sha256=hashlib.sha256(str(start + at).encode()).hexdigest(),
                    scheme="mikels",
                    emotions=dict(zip(labels, felt[at].tolist(), strict=True)),
                    valence=0.0,
                    arousal=0.0,
                    vector=vectors[at],
                    encoder=encoder,
                    cues=tuple(
                        Fact(concepts[row][0], concepts[row][1], "object", float(confidence))
                        for row, confidence in zip(shown[at], sure[at], strict=True)
                    ),
                )
                for at in range(size)
            ]
        )
        kept.append(vectors.astype(np.float16))
    return np.concatenate(kept)


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or list(COUNTS))
