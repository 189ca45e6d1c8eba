"""What the stages hand to each other: cue, evidence, contribution, posterior."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "scene",
    "object",
    "action",
    "facial_expression",
    "brightness",
    "colorfulness",
    "text",
    "composition",
]


@dataclass(frozen=True, slots=True)
class Region:
    """A box in the image, in pixels of the upright image: left, top, width, height."""

    x: int
    y: int
    w: int
    h: int


@dataclass(frozen=True, slots=True)
class Cue:
    """Something seen in the image.

    `confidence` is a calibrated probability in 0..1 that a person would agree; `concept` is the IRI
    of the graph's concept that the detector names, or None where its label is free text that
    alignment has to look up. `id` is unique within one image, such as ``object:beach-wagon``.
    """

    id: str
    kind: Kind
    label: str
    confidence: float
    detector: str
    concept: str | None = None
    region: Region | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A cue found in the graph: the concept it stands for and how well it fits (0..1).

    Evidence of one `group` is correlated and pooled before it is added, so that a smile seen by two
    detectors counts once.
    """

    cue: Cue
    concept: str
    score: float
    group: str

    @property
    def strength(self) -> float:
        """How much the evidence counts, 0..1: the cue's confidence times the alignment's score."""
        return self.cue.confidence * self.score


@dataclass(frozen=True, slots=True)
class Contribution:
    """How much one cue moves one emotion, in log-odds against the geometric mean of all."""

    cue: str
    emotion: str
    log_odds: float


@dataclass(frozen=True, slots=True)
class Posterior:
    """A distribution over one emotion scheme, and what each cue added to it.

    With clr(p)(e) = log p(e) - mean over e' of log p(e'), the log-odds of an emotion against the
    geometric mean of all: clr(p) = prior + the sum of the contributions, exactly.
    """

    scheme: str
    emotions: Mapping[str, float]
    prior: Mapping[str, float]
    contributions: tuple[Contribution, ...]
