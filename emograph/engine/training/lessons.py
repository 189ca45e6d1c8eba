"""What a vision-language model is taught of a picture: questions with their answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from emograph.engine.lvlm.model import Question


@dataclass(frozen=True, slots=True)
class Choice:
    """A question with one answer; `shares` say how right each label is, and sum to 1."""

    question: Question
    shares: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Listing:
    """A question answered with a list; labels are named the earlier, the greater their weight."""

    question: Question
    weights: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Saying:
    """A question answered with a text."""

    question: Question
    text: str


Lesson: TypeAlias = Choice | Listing | Saying


@dataclass(frozen=True, slots=True)
class Taught:
    """A picture and what is taught of it.

    Each time it is shown, all of `always` are asked and `asked` of `sometimes`; it is shown `times`
    times in a round.
    """

    path: Path
    always: tuple[Lesson, ...]
    sometimes: tuple[Lesson, ...] = ()
    asked: int = 1
    times: int = 1

    def lessons(self, rng: np.random.Generator) -> list[Lesson]:
        """The lessons of one showing."""
        some = rng.permutation(len(self.sometimes))[: self.asked]
        return [*self.always, *(self.sometimes[i] for i in sorted(some))]


def showings(taught: Sequence[Taught], steps: int, batch: int, seed: int) -> list[NDArray[np.intp]]:
    """Which pictures each step shows: rounds in which each comes as often as it is to.

    >>> picture = Taught(Path("a.png"), ())
    >>> [step.tolist() for step in showings([picture], steps=2, batch=2, seed=0)]
    [[0, 0], [0, 0]]
    """
    rng = np.random.default_rng(seed)
    once = np.repeat(np.arange(len(taught)), [item.times for item in taught])
    needed = steps * batch
    rounds = [rng.permutation(once) for _ in range(needed // len(once) + 1)]
    return list(np.concatenate(rounds)[:needed].reshape(steps, batch))


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to learn: its parts are written one after the other.

    `first` says how right each label is that the answer could begin with; None where there is but
    one way to begin.
    """

    question: Question
    parts: tuple[str, ...]
    first: Mapping[str, float] | None


_LISTED = 4


def answer(lesson: Lesson, rng: np.random.Generator) -> Answer:
    """An answer to a lesson, drawn where there are several: labels come as often as they are right.

    >>> lesson = Choice(Question("Which?", "It is"), {"awe": 1.0})
    >>> answer(lesson, np.random.default_rng(0)).parts
    (' awe', '.')
    """
    match lesson:
        case Choice(question, shares):
            (label,) = _drawn(shares, 1, rng)
            return Answer(question, (f" {label}", "."), shares)
        case Listing(question, weights) if not weights:
            return Answer(question, (".",), None)
        case Listing(question, weights):
            labels = _drawn(weights, _LISTED, rng)
            parts = [part for label in labels for part in (f" {label}", ",")]
            total = sum(weights.values())
            shares = {label: weight / total for label, weight in weights.items()}
            return Answer(question, (*parts[:-1], "."), shares)
        case Saying(question, text):
            return Answer(question, (f" {text}",), None)


def _drawn(weights: Mapping[str, float], most: int, rng: np.random.Generator) -> list[str]:
    labels = [label for label, weight in weights.items() if weight > 0]
    share = np.array([weights[label] for label in labels], dtype=np.float64)
    size = min(most, len(labels))
    return [labels[i] for i in rng.choice(len(labels), size, replace=False, p=share / share.sum())]


def shares_of(labels: Sequence[str], row: Sequence[float]) -> dict[str, float]:
    """The shares of labels as a mapping, without those that are next to nothing.

    >>> shares_of(["awe", "fear", "joy"], [0.75, 0.25, 0.0])
    {'awe': 0.75, 'fear': 0.25}
    """
    kept = {label: float(share) for label, share in zip(labels, row, strict=True) if share > 1e-3}
    total = sum(kept.values())
    return {label: share / total for label, share in kept.items()}
