"""The protocol of vision-language models: what the engine asks of them, whichever they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from emograph.engine.images import Photo
from emograph.engine.perception.detector import Array

LogLikelihoods = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a picture, and the words that its answer begins with.

    The model goes on after `opening`, so that what it says next is an answer and nothing else.
    """

    text: str
    opening: str


@dataclass(frozen=True, slots=True)
class Naming:
    """A question that is answered with a list.

    The items are among `labels`; where there are none, the answer is in free words. `tokens` bounds
    the length of the answer.
    """

    kind: str
    question: Question
    labels: tuple[str, ...] = ()
    tokens: int = 24


@dataclass(frozen=True, slots=True)
class Sampling:
    """How answers are decoded: at `temperature` 0 the likeliest token is taken, else one is drawn.

    The same picture, temperature and seed give the same answer.
    """

    temperature: float = 0.0
    seed: int = 0


LIKELIEST = Sampling()
"""The likeliest answer."""


@dataclass(frozen=True, slots=True)
class Named:
    """One item of an answer, and how likely the model found it.

    The `confidence` of a label is the probability of its tokens together: the mean would flatter
    labels of which all but the first token is given. That of free words, which may be long, is the
    geometric mean.
    """

    label: str
    confidence: float


class View(Protocol):
    """One picture before a model's eyes, or none: all that is asked of it shares its encoding."""

    @property
    def pooled(self) -> Array | None:
        """What the model's frozen eyes see (f,), where a student can read it."""
        ...

    def log_likelihoods(self, question: Question, answers: Sequence[str]) -> LogLikelihoods:
        """Log P(answer | picture, question) of each answer, summed over its tokens, shape (n,).

        Nothing is sampled. An answer that the model cannot score gets -inf at least.
        """
        ...

    def name(
        self, namings: Sequence[Naming], sampling: Sampling = LIKELIEST
    ) -> list[tuple[Named, ...]]:
        """The items that answer each question, in the order in which they were said.

        Items are labels of their question, none twice. A free answer is one item.
        """
        ...


@dataclass(frozen=True, slots=True)
class Told:
    """A photo before a model's eyes, and the items that answer each question about it."""

    view: View
    answers: Sequence[tuple[Named, ...]]


class VisionLanguageModel(Protocol):
    """Sees pictures and answers in words, such as LLaVA."""

    name: str
    """Name and version; what was calibrated on one model is never used with another."""

    def look(self, photo: Photo | None) -> View:
        """Encode a photo, or nothing at all: what the model would answer without having seen it."""
        ...

    def look_each(self, photos: Sequence[Photo], namings: Sequence[Naming]) -> list[Told]:
        """Look at several photos and name what each shows: quicker together than one by one."""
        ...
