"""What was fitted for one vision-language model, and never used with another."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from emograph.engine.evaluation.conditions import LogOdds, probabilities
from emograph.engine.lvlm.questions import NAMING

_ALL = (*NAMING, "other")


@dataclass(frozen=True, slots=True)
class Confidence:
    """How sure a named label is, by the probability p of its tokens together.

    The logistic of slope log p + offset; p itself where nothing was fitted.
    """

    slope: float | None = None
    offset: float = 0.0

    def __call__(self, p: float) -> float:
        """The confidence, 0..1.

        >>> Confidence()(0.25), round(Confidence(1.0, 0.0)(0.5), 3)
        (0.25, 0.333)
        """
        if self.slope is None:
            return min(max(p, 0.0), 1.0)
        odds = self.slope * np.log(max(p, 1e-12)) + self.offset
        return float(1 / (1 + np.exp(-odds)))


UNFITTED = Confidence()
"""Probabilities as they are."""


@dataclass(frozen=True, slots=True)
class Softening:
    """How likelihoods become a vote: softmax((seen - correction * blind) / temperature + offsets).

    `seen` and `blind` are log P(label) with the picture and without any. With the whole correction,
    a label that a model likes to say whatever it sees gains nothing by that; with none, feelings
    are as frequent as the model has learned that they are. The offsets, one for each label in the
    scheme's order, make up for labels that it names too often or too seldom.
    """

    temperature: float = 1.0
    correction: float = 1.0
    offsets: tuple[float, ...] = ()

    def log_odds(self, seen: LogOdds, blind: LogOdds) -> LogOdds:
        """How much likelier pictures make labels (n, k), before the temperature."""
        log_odds = seen - self.correction * blind
        return log_odds + self.temperature * np.array(self.offsets) if self.offsets else log_odds

    def __call__(self, seen: LogOdds, blind: LogOdds) -> LogOdds:
        """The votes (n, k) of log-likelihoods with pictures (n, k) and without (k,)."""
        return probabilities(self.log_odds(seen, blind), self.temperature)


PLAIN = Softening()
"""The whole correction, and likelihoods as they are."""


@dataclass(frozen=True, slots=True)
class FittedLvlm:
    """The softening of votes by scheme, confidences and kinds of cues.

    `kinds` are those that the model can be asked for. Without softenings, it votes in all schemes,
    each time plainly.
    """

    model: str | None = None
    kinds: tuple[str, ...] = _ALL
    votes: Mapping[str, Softening] | None = None
    confidence: Mapping[str, Confidence] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path, model: str) -> FittedLvlm:
        """What a file says of a model; of any other model, nothing was fitted."""
        if not path.exists():
            return cls()
        given: dict[str, Any] = json.loads(path.read_text("utf-8"))
        if given["model"] != model:
            return cls()
        return cls(
            model,
            tuple(given["kinds"]),
            {scheme: _softening(fitted) for scheme, fitted in given["votes"].items()},
            {kind: Confidence(**fitted) for kind, fitted in given["confidence"].items()},
        )

    def save(self, path: Path) -> None:
        """Write it as JSON."""
        written = {
            "model": self.model,
            "kinds": list(self.kinds),
            "votes": {scheme: asdict(fitted) for scheme, fitted in (self.votes or {}).items()},
            "confidence": {kind: asdict(fitted) for kind, fitted in self.confidence.items()},
        }
        path.write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")


def _softening(fitted: Mapping[str, Any]) -> Softening:
    return Softening(fitted["temperature"], fitted["correction"], tuple(fitted.get("offsets", ())))
