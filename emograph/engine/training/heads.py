"""Fits the light heads of an encoder from labels of scenes, disasters and captions.

No emotion label of any image is used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emograph.engine.evaluation.folds import N_FOLDS, stratified_folds
from emograph.engine.perception.concepts import Crowd, Platt
from emograph.engine.perception.detector import Array, Encoding, ImageTextEncoder
from emograph.engine.perception.heads import CaptionHead
from emograph.engine.training.ridge import Ridge, fit_platt, fit_ridge

_ATTRIBUTE_PENALTY = 2000.0
_CAPTION_PENALTY = 5000.0
CAPTION_WEIGHT = 1.0


@dataclass(frozen=True, eq=False)
class Captioned:
    """Encoded images with a text each; `weight` is how good a caption the texts are, 0..1."""

    encoding: Encoding
    texts: tuple[str, ...]
    weight: float


def attribute_texts(names: Sequence[str], scores: NDArray[np.float64], most: int = 6) -> list[str]:
    """Each image's likeliest attributes as a text.

    >>> attribute_texts(["snow", "trees", "fire"], np.array([[1.0, 0.5, -1.0]]), most=2)
    ['snow, trees']
    """
    best = np.argsort(-scores, axis=1)[:, :most]
    return [", ".join(names[i] for i in row) for row in best]


def standardisation(encodings: Sequence[Encoding]) -> tuple[Array, Array]:
    """Mean and standard deviation (f,) of the features of all images."""
    features = np.concatenate([encoding.features for encoding in encodings])
    return features.mean(axis=0), np.maximum(features.std(axis=0), 1e-6)


def fit_captions(
    captioned: Sequence[Captioned], encoder: ImageTextEncoder, shift: Array, scale: Array
) -> CaptionHead:
    """Fit the map from features to the vectors of captions."""
    x = np.concatenate([part.encoding.features for part in captioned])
    y = []
    for part in captioned:
        vectors = encoder.encode_texts(part.texts)
        y.append(part.weight * (vectors - vectors.mean(axis=0)))
    ridge = fit_ridge(x, np.concatenate(y), _CAPTION_PENALTY, shift, scale)
    return CaptionHead(shift, scale, ridge.map, CAPTION_WEIGHT)


def fit_attributes(
    encoding: Encoding,
    present: NDArray[np.bool_],
    scores: NDArray[np.float64],
    shift: Array,
    scale: Array,
) -> tuple[Ridge, Platt]:
    """Fit heads to scores (n, k), and one calibration for whether each attribute is present (n, k).

    The calibration is fitted on predictions for images that the heads had not seen.
    """
    told = np.zeros_like(scores)
    for train, test in _splits(len(scores)):
        told[test] = fit_ridge(
            encoding.features[train], scores[train], _ATTRIBUTE_PENALTY, shift, scale
        )(encoding.features[test])
    ridge = fit_ridge(encoding.features, scores, _ATTRIBUTE_PENALTY, shift, scale)
    return ridge, fit_platt(told, present)


def calibrated(ridge: Ridge, platt: Platt) -> tuple[Array, Array]:
    """Weights (k, f) and bias (k,) whose sigmoid is the calibrated probability."""
    weights, bias = ridge.folded
    return (platt.slope * weights).astype(np.float32), (platt.slope * bias + platt.offset).astype(
        np.float32
    )


def crowd_of(vectors: Array) -> Crowd:
    """Mean and covariance of vectors (n, t)."""
    centred = vectors - vectors.mean(axis=0)
    return Crowd(vectors.mean(axis=0), (centred.T @ centred / len(vectors)).astype(np.float32))


def out_of_fold_places(
    told: Captioned,
    others: Sequence[Captioned],
    encoder: ImageTextEncoder,
    shift: Array,
    scale: Array,
) -> Array:
    """Where the caption head places images whose own captions it was not fitted on, (n, t)."""
    places = np.zeros_like(told.encoding.vectors)
    for train, test in _splits(len(told.texts)):
        part = Captioned(
            Encoding(told.encoding.features[train], told.encoding.vectors[train]),
            tuple(told.texts[i] for i in train),
            told.weight,
        )
        head = fit_captions([part, *others], encoder, shift, scale)
        places[test] = head.place(
            Encoding(told.encoding.features[test], told.encoding.vectors[test])
        )
    return places


def mentions(captions: Sequence[str], words: Mapping[int, Sequence[str]]) -> NDArray[np.bool_]:
    """Whether each caption (n) names each concept (m), by any of its words, singular or plural.

    >>> mentions(["Two dogs on a beach."], {0: ["dog"], 1: ["cat"], 2: ["beach"]}).tolist()
    [[True, False, True]]
    """
    found = np.zeros((len(captions), len(words)), dtype=bool)
    forms = {column: {f for name in names for f in _forms(name)} for column, names in words.items()}
    for i, caption in enumerate(captions):
        told = f" {_plain(caption)} "
        for column, spelled in forms.items():
            found[i, column] = any(f" {form} " in told for form in spelled)
    return found


def _plain(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text.lower()).split())


def _forms(name: str) -> tuple[str, ...]:
    plain = _plain(name)
    plurals = (f"{plain}s", f"{plain}es")
    return (plain, *plurals, f"{plain[:-1]}ies") if plain.endswith("y") else (plain, *plurals)


def _splits(n: int) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    fold = stratified_folds(np.zeros(n, np.intp))
    for held_out in range(N_FOLDS):
        yield np.flatnonzero(fold != held_out), np.flatnonzero(fold == held_out)
