"""Weighs the votes against each other: graph, vision-language model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Distribution = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Gate:
    """A weight for each vote by name; those of votes that were not cast go to the others.

    Votes without a weight of their own count 1.

    >>> votes = {"graph": {"awe": 0.8, "fear": 0.2}, "lvlm": {"awe": 0.4, "fear": 0.6}}
    >>> gate = Gate({"graph": 1.0, "lvlm": 3.0})
    >>> gate.weights(votes)
    {'graph': 0.25, 'lvlm': 0.75}
    >>> {emotion: round(p, 3) for emotion, p in gate.weigh(votes).items()}
    {'awe': 0.5, 'fear': 0.5}
    """

    strengths: Mapping[str, float] = field(default_factory=dict)

    def weights(self, votes: Mapping[str, Distribution]) -> dict[str, float]:
        """The weight of each vote that was cast; they sum to 1."""
        strengths = {name: self.strengths.get(name, 1.0) for name in votes}
        total = sum(strengths.values())
        return {name: strength / total for name, strength in strengths.items()}

    def weigh(self, votes: Mapping[str, Distribution]) -> dict[str, float]:
        """The mean of the votes by their weights: a distribution again."""
        weights = self.weights(votes)
        if len(votes) == 1:
            return dict(next(iter(votes.values())))
        emotions = next(iter(votes.values()))
        return {
            emotion: sum(weights[name] * vote[emotion] for name, vote in votes.items())
            for emotion in emotions
        }


EVEN = Gate()
"""All votes count alike."""
