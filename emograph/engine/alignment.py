"""Finds cues in the graph: by the concept they name, by their label, or by its meaning."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from emograph.engine.cues import Cue, Evidence
from emograph.engine.perception.detector import Array
from emograph.engine.perception.vocabulary import Vocabulary
from emograph.kg.concepts import Concept

# Below this likeness labels rarely mean the same ("dog" and "puppy": 0.8, "dog" and "car": 0.3).
_LEAST = 0.6


class Aligner:
    """Looks cues up among the concepts that have a row in the association matrix.

    A cue that names its concept is taken at its word. A free label is looked up among the names of
    all concepts (score 1), those of the cue's own kind first, then by embedding (score: cosine, at
    least 0.6). What is found nowhere is no evidence and counts as unknown.
    """

    def __init__(
        self, vocabulary: Vocabulary, encode_texts: Callable[[Sequence[str]], Array]
    ) -> None:
        self._vocabulary = vocabulary
        self._encode_texts = encode_texts
        self._known = {concept.iri for concept in vocabulary.concepts}
        self._named: dict[str, list[Concept]] = {}
        for concept in vocabulary.concepts:
            for name in (concept.label, *concept.alt_labels):
                self._named.setdefault(_plain(name), []).append(concept)

    def align(self, cues: Sequence[Cue]) -> tuple[Evidence, ...]:
        """The evidence of one image's cues, in their order."""
        found = (self._find(cue) for cue in cues)
        return tuple(evidence for evidence in found if evidence is not None)

    def _find(self, cue: Cue) -> Evidence | None:
        if cue.concept is not None:
            known = cue.concept in self._known
            return Evidence(cue, cue.concept, 1.0, group_of(cue)) if known else None
        named = next((self._named[name] for name in _forms(cue.label) if name in self._named), [])
        if named:
            best = min(named, key=lambda concept: (concept.kind != cue.kind, concept.iri))
            return Evidence(cue, best.iri, 1.0, group_of(cue))
        likeness = self._vocabulary.vectors @ self._encode_texts([cue.label])[0]
        nearest = int(np.argmax(likeness))
        if likeness[nearest] < _LEAST:
            return None
        concept = self._vocabulary.concepts[nearest]
        return Evidence(cue, concept.iri, min(float(likeness[nearest]), 1.0), group_of(cue))


def group_of(cue: Cue) -> str:
    """The group in which a cue is pooled: one reading of the image by one detector.

    What a detector says of one image is correlated, since it names the same thing several times.
    Readings of different things are groups of their own: vocabularies, faces and their expressions,
    and each measure of light. What a vision-language model says joins the reading of the same
    things, so that a smile seen twice counts once.
    """
    first = cue.id.split(":", 1)[0]
    match cue.detector:
        case "concepts" | "faces":
            return f"{cue.detector}:{first}"
        case "photometry":
            return cue.id
        case "lvlm":
            return _joined(cue, first)
    return cue.detector


def _joined(cue: Cue, vocabulary: str) -> str:
    if cue.concept is None:
        return "lvlm:words"
    if cue.kind == "facial_expression":
        return "faces:facial_expression"
    if cue.kind in ("brightness", "colorfulness", "composition"):
        return cue.id.removeprefix(f"{vocabulary}:").rsplit(":", 1)[0]
    return {"imagenet": "imagenet", "sun": "attributes", "people": "faces:object"}.get(
        vocabulary, f"concepts:{vocabulary}"
    )


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", " ", name.lower()).strip()


def _forms(name: str) -> Iterator[str]:
    """A name as it is, and what may be its singular."""
    plain = _plain(name)
    yield plain
    for ending, stem in (("ies", "y"), ("es", ""), ("s", "")):
        if plain.endswith(ending) and not plain.endswith("ss"):
            yield plain.removesuffix(ending) + stem
