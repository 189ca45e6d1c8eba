"""Entries of images that do not exist, to fill indexes with."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np

from emograph.engine.retrieval.entry import Entry, Fact

MIKELS = ("amusement", "awe", "contentment", "excitement", "anger", "disgust", "fear", "sadness")
WIDTH = 16
ENCODER = "encoder 1"


def sha(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def shares(**given: float) -> dict[str, float]:
    """A distribution over Mikels: what is not given is shared out evenly."""
    rest = (1.0 - sum(given.values())) / (len(MIKELS) - len(given))
    return {label: given.get(label, rest) for label in MIKELS}


def vector_of(seed: int, width: int = WIDTH) -> np.ndarray:
    drawn = np.random.default_rng(seed).normal(size=width)
    unit: np.ndarray = (drawn / np.linalg.norm(drawn)).astype(np.float32)
    return unit


def entry(
    name: str,
    emotions: Mapping[str, float] | None = None,
    *,
    seed: int = 0,
    cues: Sequence[Fact] = (),
    scheme: str = "mikels",
    encoder: str = ENCODER,
    vector: np.ndarray | None = None,
    thumbnail: bytes | None = None,
) -> Entry:
    return Entry(
        explanation=f"https://w3id.org/emograph/explanation/{sha(name + scheme)[:32]}",
        source=f"/photos/{name}.jpg",
        sha256=sha(name),
        scheme=scheme,
        emotions=dict(emotions or shares()),
        valence=0.25,
        arousal=-0.5,
        vector=vector_of(seed) if vector is None else vector,
        encoder=encoder,
        cues=tuple(cues),
        thumbnail=thumbnail,
    )


def fact(label: str, confidence: float = 0.8, concept: bool = True) -> Fact:
    return Fact(f"urn:{label}" if concept else None, label, "object", confidence)
