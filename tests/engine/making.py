"""Small concepts, vocabularies, matrices and evidence that the tests of the engine are made of."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from emograph.engine.cues import Cue, Evidence, Kind
from emograph.engine.perception.detector import Array
from emograph.engine.perception.vocabulary import Vocabulary
from emograph.engine.reasoning.matrix import AssociationMatrix
from emograph.engine.reasoning.reasoner import Balance, Reasoner
from emograph.engine.reasoning.witnesses import COUNTED, Witness
from emograph.kg.concepts import Concept
from emograph.kg.schemes import EmotionScheme

LABELS = ("amusement", "awe", "contentment", "excitement", "anger", "disgust", "fear", "sadness")
CONCEPTS = 12


def concept(
    label: str,
    kind: str | None = "object",
    vocabulary: str = "emoset",
    *,
    also: Sequence[str] = (),
    broader: Sequence[str] = (),
) -> Concept:
    """A concept whose IRI says its kind and label."""
    iri = f"urn:{kind}/{label.replace(' ', '_')}"
    definition = f"A {label}."
    return Concept(iri, label, tuple(also), kind, vocabulary, definition, tuple(broader), iri)


def unit(rows: NDArray[np.floating] | Sequence[Sequence[float]]) -> Array:
    """Rows scaled to length 1, in single precision."""
    array = np.asarray(rows, dtype=np.float64)
    scaled: Array = (array / np.linalg.norm(array, axis=1, keepdims=True)).astype(np.float32)
    return scaled


def random_vectors(rows: int, width: int = 16, seed: int = 0) -> Array:
    """Random vectors of length 1."""
    return unit(np.random.default_rng(seed).normal(size=(rows, width)))


def vocabulary_of(
    concepts: Sequence[Concept], vectors: Array | None = None, seed: int = 0
) -> Vocabulary:
    """A vocabulary with the vectors given, or random ones."""
    given = random_vectors(len(concepts), seed=seed) if vectors is None else vectors
    return Vocabulary(tuple(concepts), given)


def scheme_of(labels: Sequence[str] = LABELS) -> EmotionScheme:
    """A scheme whose valence and arousal fall from 1 to -1."""
    axis = np.linspace(1.0, -1.0, len(labels))
    return EmotionScheme(
        name="mikels",
        label="Mikels",
        labels=tuple(labels),
        iris=tuple(f"urn:emotion/{label}" for label in labels),
        definitions=tuple(labels),
        words=((),) * len(labels),
        valence=axis,
        arousal=axis,
        dominance=axis,
    )


def matrix_of(log_odds: NDArray[np.float64], familiarity: float = 0.5) -> AssociationMatrix:
    """A matrix of concepts `thing 0`, `thing 1` … that has the log-odds from one witness."""
    n, e = log_odds.shape
    uniform = np.full(e, 1.0 / e)
    witness = Witness(
        COUNTED,
        ("urn:source",),
        log_odds,
        np.tile(uniform, (n, 1)),
        uniform,
        np.full(n, 10.0),
        np.arange(n),
    )
    concepts = [concept(f"thing {i}") for i in range(n)]
    return AssociationMatrix(
        scheme_of(LABELS[:e]),
        vocabulary_of(concepts),
        (witness,),
        log_odds,
        np.full(n, familiarity),
    )


def random_reasoner(seed: int, temperature: float = 1.0) -> Reasoner:
    """A reasoner whose log-odds (12 concepts, 8 emotions), mean and gain are random."""
    rng = np.random.default_rng(seed)
    matrix = matrix_of(rng.normal(size=(CONCEPTS, len(LABELS))))
    balance = Balance(rng.normal(size=len(LABELS)), rng.uniform(0.5, 2.0, len(LABELS)))
    return Reasoner(matrix, balance, temperature)


def cue(
    id: str,
    confidence: float = 0.8,
    *,
    label: str | None = None,
    kind: Kind = "object",
    iri: str | None = None,
    detector: str = "test",
) -> Cue:
    """A cue, called by its id where no label is given."""
    return Cue(id, kind, label or id, confidence, detector, iri)


def piece(
    number: int,
    confidence: float = 0.8,
    group: str = "a",
    score: float = 1.0,
    id: str | None = None,
) -> Evidence:
    """Evidence of the concept `thing NUMBER`; there is one for each row of `matrix_of`."""
    seen = cue(id or f"{group}:{number}", confidence)
    return Evidence(seen, f"urn:object/thing_{number}", score, group)


def clr(probabilities: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
    """Log-odds against the geometric mean."""
    logarithm = np.log(np.asarray(probabilities, dtype=np.float64))
    return logarithm - float(logarithm.mean())
