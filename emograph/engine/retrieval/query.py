"""What an index is asked, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, Literal

from emograph.engine.perception.detector import Array
from emograph.engine.retrieval.entry import Entry

SEEN = 0.1
"""A cue counts as seen from this confidence on; what is fainter is neither shown nor excluded."""


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that images show: `name` is how the person called it.

    `concepts` are the IRIs that stand for it, the concept and all that are kinds of it. Cues that
    have no concept stand for it where their label is the name.
    """

    name: str
    concepts: frozenset[str]


@dataclass(frozen=True, eq=False, slots=True)
class Near:
    """A place (t,) of length 1 in the space of `encoder`, which images should be near to.

    `usual` is the mean of the likeness of any image to it, and its standard deviation. `what` is
    whose place it is, as `Hit.why` says it.
    """

    vector: Array
    encoder: str
    usual: tuple[float, float]
    what: Literal["words", "image"] = "words"


@dataclass(frozen=True, eq=False, slots=True)
class Query:
    """A question to an index; each part that is there is asked for, and all together are weighed.

    `emotions` holds, by scheme, shares that add up to 1, and `felt` how much they count beside the
    rest (0..1). `near` are places to be near to; `shows` are things that count the more the surer
    they are seen, with a weight each (0..1). What has none of `seen`, or any of `unseen`, is left
    out. `like` is the sha256 of the image that is asked with: it is no answer itself.
    """

    emotions: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    felt: float = 1.0
    near: tuple[Near, ...] = ()
    shows: tuple[tuple[Thing, float], ...] = ()
    seen: tuple[Thing, ...] = ()
    unseen: tuple[Thing, ...] = ()
    like: str | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Hit:
    """An image that was found: its entry, how well it fits (0..1), and why, in plain words."""

    entry: Entry
    score: float
    why: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The hit as JSON values; the file is named without its folder, vectors are left off."""
        entry = self.entry
        return {
            "sha256": entry.sha256,
            "name": PurePath(entry.source).name,
            "scheme": entry.scheme,
            "emotions": dict(entry.emotions),
            "valence": entry.valence,
            "arousal": entry.arousal,
            "score": self.score,
            "why": list(self.why),
            "cues": [
                {
                    "label": fact.label,
                    "kind": fact.kind,
                    "confidence": fact.confidence,
                    "concept": fact.concept,
                }
                for fact in entry.cues
            ],
        }
