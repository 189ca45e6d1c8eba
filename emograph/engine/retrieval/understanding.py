"""Turns a question that was read into what an index is asked."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from emograph.engine.perception.concepts import Crowd
from emograph.engine.perception.detector import Array
from emograph.engine.retrieval.entry import Entry
from emograph.engine.retrieval.lexicon import Lexicon
from emograph.engine.retrieval.parsing import Asked
from emograph.engine.retrieval.query import Near, Query, Thing

FELT_IN_WORDS = 0.5
"""What emotions that words name weigh beside the words themselves; those of an image likewise."""

_LONGEST_NAME = 3  # words
_LIKE = 8  # cues of an image that others may share
# Names of concepts that say little where they stand in a sentence.
_BROADEST = 400


@dataclass(frozen=True, eq=False)
class Space:
    """A space of images and words: its encoder's name, how it reads texts, and its crowd."""

    encoder: str
    encode_texts: Callable[[Sequence[str]], Array]
    crowd: Crowd

    def near(self, text: str) -> Near:
        """The place of a text."""
        vector = self.encode_texts([text])[0]
        return Near(vector, self.encoder, usual(self.crowd, vector), "words")


def usual(crowd: Crowd, vector: Array) -> tuple[float, float]:
    """Mean and standard deviation of the likeness of a crowd's images to a place (t,)."""
    spread = math.sqrt(max(float(vector @ crowd.covariance @ vector), 0.0))
    return float(crowd.mean @ vector), spread


def crowd_of(vectors: Array) -> Crowd:
    """The crowd of images (n, t) themselves, where no other is known."""
    if len(vectors) < 2:
        width = vectors.shape[1]
        return Crowd(np.zeros(width, np.float32), np.eye(width, dtype=np.float32) / width)
    return Crowd(vectors.mean(axis=0), np.cov(vectors.T).astype(np.float32))


def question(
    asked: Asked, lexicon: Lexicon, schemes: Iterable[str], space: Callable[[], Space]
) -> Query:
    """The question of a text; `space` is asked for only where there are words."""
    felt = 1.0
    emotions: Mapping[str, float] = asked.emotions
    near: tuple[Near, ...] = ()
    shows: tuple[tuple[Thing, float], ...] = ()
    if asked.words:
        near = (space().near(asked.words),)
        shows = tuple((thing, 1.0) for thing in mentioned(asked.words, lexicon))
        if not emotions:
            emotions, felt = lexicon.felt(asked.words), FELT_IN_WORDS
    return Query(
        emotions={scheme: lexicon.shares(dict(emotions), scheme) for scheme in schemes}
        if emotions
        else {},
        felt=felt,
        near=near,
        shows=shows,
        seen=_things(asked.seen, lexicon),
        unseen=_things(asked.unseen, lexicon),
    )


def mentioned(words: str, lexicon: Lexicon) -> list[Thing]:
    """The things that a text names, the longest names first; each word belongs to one at most."""
    tokens = re.findall(r"\w+", words.lower())
    taken: set[int] = set()
    found: dict[str, Thing] = {}
    for size in range(_LONGEST_NAME, 0, -1):
        for start in range(len(tokens) - size + 1):
            span = set(range(start, start + size))
            name = " ".join(tokens[start : start + size])
            if taken & span or (size == 1 and lexicon.emotion(name)):
                continue
            thing = lexicon.thing(name)
            if thing is not None and len(thing.concepts) <= _BROADEST:
                taken |= span
                found.setdefault(thing.name, thing)
    return list(found.values())


def likeness(entry: Entry, crowd: Crowd) -> Query:
    """The question of which images are like one: near to it, felt like it, showing the same."""
    cues = [fact for fact in entry.cues if fact.concept is not None][:_LIKE]
    return Query(
        emotions={entry.scheme: entry.emotions},
        felt=FELT_IN_WORDS,
        near=(Near(entry.vector, entry.encoder, usual(crowd, entry.vector), "image"),),
        shows=tuple(
            (Thing(fact.label, frozenset({str(fact.concept)})), fact.confidence) for fact in cues
        ),
        like=entry.sha256,
    )


def joined(text: Query, image: Query) -> Query:
    """A text and an image asked together: the text's emotions come before those of the image."""
    return Query(
        emotions={**image.emotions, **text.emotions},
        felt=text.felt if text.emotions else image.felt,
        near=(*text.near, *image.near),
        shows=(*text.shows, *image.shows),
        seen=text.seen,
        unseen=text.unseen,
        like=image.like,
    )


def _things(names: Sequence[str], lexicon: Lexicon) -> tuple[Thing, ...]:
    return tuple(thing for name in names if (thing := lexicon.thing(name)) is not None)
