"""What phrases said of pictures tell about concepts: counts over phrases, handed to their kin."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from emograph.engine.perception.detector import Array
from emograph.engine.perception.vocabulary import Vocabulary
from emograph.kg import terms

# A phrase said less often tells chance.
_PAIR_LEAST, _TAG_LEAST = 5, 12
_SMOOTHING = 5.0
_NEARNESS = 0.06  # width of the neighbourhood, in cosine
STRENGTH = 100.0
"""How many observations the phrases near a concept are worth together."""


def phrase_counts(
    said: Iterable[tuple[str, Iterable[str], Sequence[str]]],
) -> dict[str, Counter[str]]:
    """How many pictures of each emotion each phrase was said of.

    `said` gives for each picture its emotion, its phrases, and the words of its tags in order. The
    tags do not tell where one ends, so single words and neighbours both count as phrases.
    """
    pairs: dict[str, Counter[str]] = defaultdict(Counter)
    tags: dict[str, Counter[str]] = defaultdict(Counter)
    for emotion, phrases, words in said:
        for phrase in set(phrases):
            pairs[phrase][emotion] += 1
        couples = (" ".join(words[i : i + 2]) for i in range(len(words) - 1))
        for phrase in {*words, *couples}:
            tags[phrase][emotion] += 1
    kept = {phrase: c for phrase, c in pairs.items() if c.total() >= _PAIR_LEAST}
    for phrase, count in tags.items():
        if count.total() >= _TAG_LEAST:
            kept[phrase] = kept.get(phrase, Counter()) + count
    return dict(sorted(kept.items()))


def shares_by_phrases(
    counts: Mapping[str, Counter[str]],
    vocabulary: Vocabulary,
    encode_texts: Callable[[Sequence[str]], Array],
    scheme: str = "mikels",
) -> dict[str, dict[str, float]]:
    """P(emotion | concept) as the phrases nearest in meaning have it, by IRI of both."""
    emotions = sorted({emotion for count in counts.values() for emotion in count})
    table = np.array([[count[e] for e in emotions] for count in counts.values()], dtype=np.float64)
    prior = table.sum(axis=0) / table.sum()
    told = (table + _SMOOTHING * prior) / (table.sum(axis=1, keepdims=True) + _SMOOTHING)
    nearness = np.exp((vocabulary.vectors @ encode_texts(list(counts)).T - 1.0) / _NEARNESS)
    shares = (nearness / nearness.sum(axis=1, keepdims=True)) @ told
    iris = [terms.emotion(scheme, emotion) for emotion in emotions]
    return {
        concept.iri: dict(zip(iris, row.tolist(), strict=True))
        for concept, row in zip(vocabulary.concepts, shares, strict=True)
    }
