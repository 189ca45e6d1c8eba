"""Light heads: linear maps on the encoder's feature for what its own classes lack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from emograph.engine.cues import Cue, Kind
from emograph.engine.images import Photo
from emograph.engine.perception.detector import Array, Encoding
from emograph.kg.concepts import Concept
from emograph.kg.terms import slug


@dataclass(frozen=True, eq=False)
class CaptionHead:
    """Places an image among texts by a map (f, t) fitted on captions.

    `shift` and `scale` (f,) standardise the feature; `weight` says how much the head counts beside
    the encoder's own place.
    """

    shift: Array
    scale: Array
    map: Array
    weight: float

    def place(self, encoding: Encoding) -> Array:
        """Vectors (n, t) of length 1."""
        told = ((encoding.features - self.shift) / self.scale) @ self.map
        told = told / np.maximum(np.linalg.norm(told, axis=1, keepdims=True), 1e-12)
        place = encoding.vectors + self.weight * told
        unit: Array = place / np.maximum(np.linalg.norm(place, axis=1, keepdims=True), 1e-12)
        return unit


class HeadDetector:
    """Names concepts by a linear head each, or by one of several that exclude each other.

    `weights` (k, f) and `bias` (k,) give scores of the k concepts on the feature; a sigmoid turns
    each into a confidence of its own, or (`exclusive`) a softmax all of them together. Cues below
    `least` are left out and at most `most` are kept.
    """

    def __init__(
        self,
        name: str,
        concepts: Sequence[Concept | None],
        weights: Array,
        bias: Array,
        *,
        exclusive: bool,
        temperature: float = 1.0,
        least: float = 0.05,
        most: int = 12,
    ) -> None:
        self.name = name
        self._concepts = tuple(concepts)
        self._weights, self._bias = weights / temperature, bias / temperature
        self._exclusive = exclusive
        self._least, self._most = least, most

    def detect(self, photos: Sequence[Photo], encoding: Encoding) -> list[tuple[Cue, ...]]:  # noqa: ARG002
        """The concepts of each photo that are likely enough, most confident first."""
        scores = encoding.features @ self._weights.T + self._bias
        if self._exclusive:
            odds = np.exp(scores - scores.max(axis=1, keepdims=True))
            confidence = odds / odds.sum(axis=1, keepdims=True)
        else:
            confidence = 1.0 / (1.0 + np.exp(-scores))
        return [self._name(row) for row in confidence]

    def _name(self, confidence: Array) -> tuple[Cue, ...]:
        best = np.argsort(-confidence, kind="stable")[: self._most]
        return tuple(
            self._cue(concept, float(confidence[i]))
            for i in best
            if confidence[i] >= self._least and (concept := self._concepts[i]) is not None
        )

    def _cue(self, concept: Concept, confidence: float) -> Cue:
        kind: Kind = concept.kind or "object"  # type: ignore[assignment]
        return Cue(
            id=f"{self.name}:{slug(concept.label)}",
            kind=kind,
            label=concept.label,
            confidence=confidence,
            detector=self.name,
            concept=concept.iri,
        )
