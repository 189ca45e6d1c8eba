"""The graph's concepts as a space of text vectors, kept between runs."""

from __future__ import annotations

import hashlib
import os
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


def text_of(concept: Concept) -> str:
    """What the text encoder reads for a concept: its name, for classes with their gloss.

    Glosses tell the senses of a class's name apart; short labels of scenes, objects and actions are
    placed better without (ten best captions of OASIS: 0.62 against 0.58).
    """
    if concept.vocabulary == "imagenet":
        return f"{', '.join((concept.label, *concept.alt_labels))}: {concept.definition}"
    return concept.label


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
        os.replace(temporary, path)
    except OSError:
        return
