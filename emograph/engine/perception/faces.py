"""Faces and what they express, as cues."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from emograph.engine.cues import Cue, Kind, Region
from emograph.engine.images import Photo
from emograph.engine.perception.detector import Encoding
from emograph.kg import terms

EXPRESSIONS = ("happy", "sad", "angry", "fear", "disgust", "surprise")
"""The expressions that the graph knows by these words; a neutral face tells no emotion."""

MAX_FACES = 8
"""Of a crowd, the faces that are read; more would say the same again."""

MIN_EXPRESSION = 0.55
"""Probability from which an expression becomes a cue.

Fitted on OASIS captions: lower, neutral and contorted faces were called happy or sad.
"""


@dataclass(frozen=True, slots=True)
class Face:
    """A face: `region` in pixels of the array it was read from, `score` 0..1 that it is one.

    `expressions` are calibrated probabilities of expressions, "neutral" among them, that add up to
    1. They are empty where the face is too small or turned too far away to be read.
    """

    region: Region
    score: float
    expressions: Mapping[str, float]


class FaceReader(Protocol):
    """Finds faces and reads their expressions; several threads may share one."""

    def read(self, pixels: NDArray[np.uint8], limit: int) -> list[Face]:
        """At most `limit` faces of sRGB pixels (height, width, 3), most certain first."""
        ...


class FaceDetector:
    """Names each face, and its expression where that is clear enough."""

    name = "faces"

    def __init__(self, reader: FaceReader) -> None:
        self._reader = reader

    def detect(self, photos: Sequence[Photo], encoding: Encoding) -> list[tuple[Cue, ...]]:  # noqa: ARG002
        """The cues of each photo, most confident first; the encoding is not looked at."""
        return [self._cues(photo) for photo in photos]

    def _cues(self, photo: Photo) -> tuple[Cue, ...]:
        seen: list[tuple[float, Kind, str, str, Region]] = []
        for face in self._reader.read(photo.pixels, MAX_FACES):
            region = _in_original(face.region, photo)
            seen.append((face.score, "object", "face", terms.concept("people", "face"), region))
            label = max(EXPRESSIONS, key=lambda word: face.expressions.get(word, 0.0))
            probability = face.expressions.get(label, 0.0)
            if probability >= MIN_EXPRESSION:
                concept = terms.concept("facial_expression", label)
                seen.append((probability, "facial_expression", label, concept, region))
        seen.sort(key=lambda cue: -cue[0])
        count: Counter[str] = Counter()
        cues = []
        for confidence, kind, label, concept, region in seen:
            count[label] += 1
            nth = f"-{count[label]}" if count[label] > 1 else ""
            id = f"{kind}:{label}{nth}"
            cues.append(Cue(id, kind, label, confidence, self.name, concept, region))
        return tuple(cues)


def _in_original(region: Region, photo: Photo) -> Region:
    """A region of the working pixels, in whole pixels of the original and inside it."""
    left, right = (
        min(round(x * photo.scale), photo.width) for x in (region.x, region.x + region.w)
    )
    top, bottom = (
        min(round(y * photo.scale), photo.height) for y in (region.y, region.y + region.h)
    )
    return Region(left, top, right - left, bottom - top)
