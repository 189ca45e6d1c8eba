"""Names concepts of the graph by how near the image lies to their texts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emograph.engine.cues import Cue, Kind
from emograph.engine.images import Photo
from emograph.engine.perception.detector import Array, Encoding
from emograph.engine.perception.heads import CaptionHead
from emograph.engine.perception.vocabulary import Vocabulary
from emograph.kg.terms import slug


@dataclass(frozen=True, eq=False)
class Crowd:
    """Mean (t,) and covariance (t, t) of many images' vectors.

    Some texts lie near every image (hubs). A text's likeness to an image is therefore told in
    standard deviations above its likeness to the crowd, which these two give for any text.
    """

    mean: Array
    covariance: Array

    def standardise(self, texts: Array) -> Array:
        """Text vectors (m, t) over their spread: (v - mean) times one is a standard score."""
        spread = np.sqrt(np.einsum("mi,ij,mj->m", texts, self.covariance, texts, optimize=True))
        scaled: Array = (texts / np.maximum(spread, 1e-6)[:, None]).astype(np.float32)
        return scaled

    def standing(self, vectors: Array, texts: Array) -> Array:
        """Standard scores (n, m) of n image vectors against m text vectors."""
        scores = (vectors - self.mean) @ self.standardise(texts).T
        return scores.astype(np.float32)


@dataclass(frozen=True, slots=True)
class Platt:
    """Turns a score into the probability that a person names the cue: sigmoid(slope x + offset)."""

    slope: float
    offset: float

    def __call__(self, scores: Array) -> Array:
        """Probabilities 0..1 of scores of any shape."""
        probability: Array = 1.0 / (1.0 + np.exp(-(self.slope * scores + self.offset)))
        return probability


class ConceptDetector:
    """Names the `most` nearest concepts of each part of the vocabulary.

    The image's place among the texts is that of the encoder plus, where there is one, that of a
    head trained on captions. Its parts are the vocabularies that are read side by side: EmoSet's
    labels, situations, and what packs add. Without a crowd, a text's likeness to an image is told
    in standard deviations above the likeness of the whole vocabulary to that image.
    """

    name = "concepts"

    def __init__(
        self,
        vocabulary: Vocabulary,
        crowd: Crowd | None,
        calibration: Platt,
        captions: CaptionHead | None = None,
        most: int = 20,
        least: float = 0.01,
    ) -> None:
        self._vocabulary = vocabulary
        self._captions = captions
        self._most, self._least = most, least
        self._crowd = crowd
        self._texts = crowd.standardise(vocabulary.vectors) if crowd else vocabulary.vectors
        parts = defaultdict(list)
        for row, concept in enumerate(vocabulary.concepts):
            parts[concept.vocabulary].append(row)
        self._parts = [np.array(rows) for rows in parts.values()]
        self._calibration = calibration

    def detect(self, photos: Sequence[Photo], encoding: Encoding) -> list[tuple[Cue, ...]]:  # noqa: ARG002
        """The nearest concepts of each photo, most confident first."""
        vectors = encoding.vectors
        if self._captions is not None:
            vectors = self._captions.place(encoding)
        if self._crowd is None:
            scores = _standard(vectors @ self._texts.T)
        else:
            scores = ((vectors - self._crowd.mean) @ self._texts.T).astype(np.float32)
        return [self._name(row) for row in scores]

    def _name(self, scores: NDArray[np.float32]) -> tuple[Cue, ...]:
        cues = []
        for rows in self._parts:
            best = rows[np.argsort(-scores[rows], kind="stable")[: self._most]]
            cues += [
                self._cue(row, confidence)
                for row, confidence in zip(best, self._calibration(scores[best]), strict=True)
                if confidence >= self._least
            ]
        return tuple(sorted(cues, key=lambda cue: -cue.confidence))

    def _cue(self, row: int, confidence: float) -> Cue:
        concept = self._vocabulary.concepts[row]
        kind: Kind = concept.kind or "object"  # type: ignore[assignment]
        return Cue(
            id=f"{concept.vocabulary}:{kind}:{slug(concept.label)}",
            kind=kind,
            label=concept.label,
            confidence=float(confidence),
            detector=self.name,
            concept=concept.iri,
        )


def _standard(scores: Array) -> Array:
    """Each row in standard deviations from its mean."""
    above = scores - scores.mean(axis=1, keepdims=True)
    standard: Array = above / np.maximum(above.std(axis=1, keepdims=True), 1e-6)
    return standard
