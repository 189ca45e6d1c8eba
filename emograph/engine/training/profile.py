"""Fits all that a profile's perception has to learn, in one go, from encoded development images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emograph.engine.perception.concepts import Platt
from emograph.engine.perception.detector import Encoding, ImageTextEncoder
from emograph.engine.perception.heads import CaptionHead
from emograph.engine.perception.vocabulary import Vocabulary
from emograph.engine.perception.weights import HeadWeights, LinearHeads
from emograph.engine.training.heads import (
    Captioned,
    attribute_texts,
    calibrated,
    crowd_of,
    fit_attributes,
    fit_captions,
    mentions,
    out_of_fold_places,
    standardisation,
)
from emograph.engine.training.ridge import fit_platt
from emograph.kg.concepts import Concept

# A list of labels is a poorer caption than a sentence that a person wrote.
_WORDS_WEIGHT = 0.7


@dataclass(frozen=True, eq=False)
class Labelled:
    """Encoded images with scores (n, k) of k concepts, and whether each is present (n, k)."""

    encoding: Encoding
    concepts: tuple[Concept, ...]
    scores: NDArray[np.float64]
    present: NDArray[np.bool_]

    def texts(self) -> list[str]:
        """Each image's likeliest concepts in words."""
        return attribute_texts([c.label for c in self.concepts], self.scores)


def fit_profile(
    encoder: ImageTextEncoder,
    captioned: tuple[Encoding, Sequence[str]],
    attributes: Labelled,
    disasters: Labelled,
    others: Sequence[Encoding],
    vocabulary: Vocabulary,
    class_temperature: float,
) -> HeadWeights:
    """Fit heads, calibrations and crowd.

    `captioned` are images with a sentence each; `others` are images without any label, which only
    tell what the crowd looks like; `vocabulary` is what the naming of concepts is calibrated on:
    how often a caption names them.
    """
    encoding, sentences = captioned
    encodings = [encoding, attributes.encoding, disasters.encoding, *others]
    shift, scale = standardisation(encodings)
    sentence_part = Captioned(encoding, tuple(sentences), 1.0)
    word_parts = [
        Captioned(part.encoding, tuple(part.texts()), _WORDS_WEIGHT)
        for part in (attributes, disasters)
    ]
    captions = fit_captions([sentence_part, *word_parts], encoder, shift, scale)
    crowd = crowd_of(np.concatenate([captions.place(e) for e in encodings]))
    places = out_of_fold_places(sentence_part, word_parts, encoder, shift, scale)
    naming = _fit_naming(
        sentences, vocabulary, crowd_of(places).standing(places, vocabulary.vectors)
    )
    heads = [
        LinearHeads(
            tuple(concept.iri for concept in part.concepts),
            *calibrated(*fit_attributes(part.encoding, part.present, part.scores, shift, scale)),
        )
        for part in (attributes, disasters)
    ]
    return HeadWeights(
        encoder.name,
        CaptionHead(shift, scale, captions.map, captions.weight),
        heads[0],
        heads[1],
        crowd,
        naming,
        class_temperature,
    )


def _fit_naming(
    sentences: Sequence[str],
    vocabulary: Vocabulary,
    standing: NDArray[np.float32],
) -> Platt:
    words = {
        row: [name.lower() for name in (concept.label, *concept.alt_labels)]
        for row, concept in enumerate(vocabulary.concepts)
    }
    named = mentions(sentences, words)
    # Concepts that no caption names say nothing of how likely a near one is to be named.
    columns = named.any(axis=0)
    return fit_platt(standing[:, columns].astype(np.float64), named[:, columns])
