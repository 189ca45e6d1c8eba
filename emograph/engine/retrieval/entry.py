"""What an index of images knows of one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from emograph.engine.perception.detector import Array
from emograph.kg.provenance import explanation_iri


@dataclass(frozen=True, slots=True)
class Fact:
    """A cue as an index keeps it: `concept` is an IRI, or None where the graph has none for it.

    `confidence` is in 0..1, that a person would agree.
    """

    concept: str | None
    label: str
    kind: str
    confidence: float


@dataclass(frozen=True, eq=False, slots=True)
class Entry:
    """An explained image, as far as it takes to find it again.

    `explanation` is the IRI of its explanation, `source` where the file lies; `emotions` add up to
    1 over the `scheme`; `valence` and `arousal` are in -1..1. `vector` (t,) of length 1 is its
    place in the space that the `encoder` shares with words. `thumbnail` is a JPEG.
    """

    explanation: str
    source: str
    sha256: str
    scheme: str
    emotions: Mapping[str, float]
    valence: float
    arousal: float
    vector: Array
    encoder: str
    cues: tuple[Fact, ...]
    thumbnail: bytes | None = None


def entry_of(
    document: Mapping[str, Any], vector: ArrayLike, thumbnail: bytes | None = None
) -> Entry:
    """The entry of an explanation document, with the image's vector (t,) and perhaps its thumbnail.

    The surest cues come first; regions are left off.
    """
    image = document["image"]
    cues = (
        Fact(cue["concept"], cue["label"], cue["kind"], float(cue["confidence"]))
        for cue in document["cues"]
    )
    return Entry(
        explanation=explanation_iri(document),
        source=str(image["source"]),
        sha256=image["sha256"],
        scheme=document["scheme"],
        emotions=dict(document["emotions"]),
        valence=float(document["valence"]),
        arousal=float(document["arousal"]),
        vector=np.asarray(vector, np.float32),
        encoder=document["versions"]["encoder"],
        cues=tuple(sorted(cues, key=lambda fact: (-fact.confidence, fact.label, fact.kind))),
        thumbnail=thumbnail,
    )
