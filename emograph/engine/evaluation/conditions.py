"""The conditions of an evaluation: log-odds of emotions for each image, by different means."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emograph.engine.cues import Evidence
from emograph.engine.perception.detector import Array, Encoding, ImageTextEncoder
from emograph.engine.perception.heads import CaptionHead
from emograph.engine.reasoning.reasoner import Reasoner
from emograph.kg.schemes import EmotionScheme

LogOdds = NDArray[np.float64]

# Prompts are averaged, as is usual for zero-shot classification (Radford et al. 2021, 3.1.4).
_PROMPTS = (
    "{}",
    "a photo that evokes {}",
    "an image that makes people feel {}",
    "{} photograph",
)


@dataclass(frozen=True, eq=False)
class Vote:
    """What a condition says of n images: log-odds (n, e) over the emotions of a scheme.

    Probabilities are their softmax after one temperature.
    """

    condition: str
    scheme: EmotionScheme
    log_odds: LogOdds


def encoder_vote(encoder: ImageTextEncoder, encoding: Encoding, scheme: EmotionScheme) -> Vote:
    """Zero-shot with emotion names only: the likeness of each image to prompts per emotion.

    Likenesses are taken against their mean over the images and told in their spread.
    """
    return Vote("encoder", scheme, _likeness(encoder, encoding.vectors, scheme))


def captions_vote(
    encoder: ImageTextEncoder, captions: CaptionHead, encoding: Encoding, scheme: EmotionScheme
) -> Vote:
    """The same from where a head fitted on captions places the images: what the head adds alone."""
    return Vote("captions", scheme, _likeness(encoder, captions.place(encoding), scheme))


def _likeness(encoder: ImageTextEncoder, places: Array, scheme: EmotionScheme) -> LogOdds:
    texts = np.mean(
        [encoder.encode_texts([prompt.format(e) for e in scheme.labels]) for prompt in _PROMPTS],
        axis=0,
    )
    texts /= np.linalg.norm(texts, axis=1, keepdims=True)
    likeness = (places @ texts.T).astype(np.float64)
    told: LogOdds = (likeness - likeness.mean(axis=0)) / likeness.std()
    return told


def graph_vote(
    reasoner: Reasoner, evidence: Sequence[Sequence[Evidence]], without: Collection[str] = ()
) -> Vote:
    """The graph's answer to the evidence of each image; `without` names sources left out of it."""
    log_odds = np.array([reasoner.log_odds(pieces) for pieces in evidence])
    name = "graph" if not without else f"graph without {', '.join(sorted(without))}"
    return Vote(name, reasoner.matrix.scheme, log_odds)


def probabilities(log_odds: LogOdds, temperature: float = 1.0) -> LogOdds:
    """Softmax (n, e) of log-odds (n, e) over a temperature.

    >>> probabilities(np.array([[0.0, 0.0]])).tolist()
    [[0.5, 0.5]]
    """
    scaled = log_odds / temperature
    odds = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    share: LogOdds = odds / odds.sum(axis=1, keepdims=True)
    return share
