"""The gate: how much each vote counts for one picture, and what they say together.

    log P(e | image) = (sum over v of w_v log p_v(e)) / T + const,   w = softmax(b + S x)

over the votes v that were cast: graph, vision-language model, student. x are the entropies of the
votes and what else is known of the picture (`Circumstances`). The weights are at least 0 and sum
to 1, whichever votes are there; T belongs to the set of votes that are, and makes the answer
calibrated. EmoVLM-KD (arXiv 2505.07164) gates two votes likewise.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax  # type: ignore[import-untyped]

Distribution = Mapping[str, float]
Floats = NDArray[np.float64]

VOTES = ("graph", "lvlm", "student")
"""Who votes."""

_FLOOR = 1e-9


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a gate goes by besides the votes themselves."""

    unknown_share: float = 0.0
    """How much of what was seen the graph does not know, 0..1."""
    has_face: bool = False
    has_text: bool = False

    @property
    def numbers(self) -> tuple[float, ...]:
        """As numbers, in the order of `CIRCUMSTANCES`."""
        return (self.unknown_share, float(self.has_face), float(self.has_text))


CIRCUMSTANCES = ("unknown share", "a face", "text")
"""What circumstances are called."""

ORDINARY = Circumstances()


@dataclass(frozen=True, slots=True)
class Gate:
    """The gate of one emotion scheme.

    `strengths` are the b of each vote. `slopes` hold for each vote one number for each input: the
    entropies of `VOTES`, then `CIRCUMSTANCES`; inputs are taken against `usual`, their means, in
    units of `spread`. `temperatures` are by the names of the votes cast, joined by ``+``.

    >>> votes = {"graph": {"awe": 0.8, "fear": 0.2}, "lvlm": {"awe": 0.4, "fear": 0.6}}
    >>> gate = Gate({"graph": 0.0, "lvlm": float(np.log(3))})
    >>> {name: round(w, 2) for name, w in gate.weights(votes).items()}
    {'graph': 0.25, 'lvlm': 0.75}
    >>> {emotion: round(p, 3) for emotion, p in gate.weigh(votes).items()}
    {'awe': 0.511, 'fear': 0.489}
    """

    strengths: Mapping[str, float] = field(default_factory=dict)
    slopes: Mapping[str, Sequence[float]] = field(default_factory=dict)
    usual: Sequence[float] = ()
    spread: Sequence[float] = ()
    temperatures: Mapping[str, float] = field(default_factory=dict)

    def weights(
        self, votes: Mapping[str, Distribution], circumstances: Circumstances = ORDINARY
    ) -> dict[str, float]:
        """The weight of each vote that was cast; they sum to 1."""
        pulls = self.pulls(votes, circumstances)
        logits = [self.strengths.get(name, 0.0) + sum(pulls[name]) for name in votes]
        return dict(zip(votes, softmax(logits).tolist(), strict=True))

    def pulls(
        self, votes: Mapping[str, Distribution], circumstances: Circumstances = ORDINARY
    ) -> dict[str, list[float]]:
        """What each input adds to a vote's logit; all 0 in a picture that is usual in everything.

        The entropy of a vote that was not cast counts as usual.
        """
        if not self.slopes:
            return {name: [] for name in votes}
        entropies = [
            entropy(np.array(list(votes[name].values()))) if name in votes else self.usual[i]
            for i, name in enumerate(VOTES)
        ]
        inputs = (np.array([*entropies, *circumstances.numbers]) - self.usual) / self.spread
        nothing = [0.0] * len(inputs)
        return {
            name: (np.array(self.slopes.get(name, nothing)) * inputs).tolist() for name in votes
        }

    def weigh(
        self, votes: Mapping[str, Distribution], circumstances: Circumstances = ORDINARY
    ) -> dict[str, float]:
        """What the votes say together: a distribution again; a single vote as it is."""
        if len(votes) == 1:
            return dict(next(iter(votes.values())))
        weights = self.weights(votes, circumstances)
        emotions = tuple(next(iter(votes.values())))
        logs = np.array([[vote[e] for e in emotions] for vote in votes.values()])
        mixed = np.array(list(weights.values())) @ np.log(np.maximum(logs, _FLOOR))
        shares = softmax(mixed / self.temperatures.get(cast_by(votes), 1.0))
        return dict(zip(emotions, shares.tolist(), strict=True))


EVEN = Gate()
"""All votes count alike."""


def entropy(shares: Floats) -> float:
    """The entropy of a distribution in nats.

    >>> round(entropy(np.array([0.5, 0.5])), 3)
    0.693
    """
    return float(-(shares * np.log(np.maximum(shares, _FLOOR))).sum())


def cast_by(votes: Mapping[str, Any]) -> str:
    """The names of the votes that were cast, in order.

    >>> cast_by({"student": {}, "graph": {}})
    'graph+student'
    """
    return "+".join(name for name in VOTES if name in votes)


@dataclass(frozen=True, slots=True)
class Feeling:
    """Valence and arousal from those of the votes: for each set of votes, slopes and an offset.

    `slopes` are by the names of the votes cast, then by ``valence`` or ``arousal``: one number for
    each vote in the order of `VOTES`, and the offset.
    """

    slopes: Mapping[str, Mapping[str, Sequence[float]]] = field(default_factory=dict)

    def __call__(self, kind: str, told: Mapping[str, float]) -> float:
        """Valence or arousal, -1..1, from what each vote has for it.

        Votes that nothing was fitted with are left out; where nothing is left, it is their mean.

        >>> Feeling()("valence", {"graph": 0.25, "student": 0.75})
        0.5
        """
        for names in _fewer_and_fewer([name for name in VOTES if name in told]):
            fitted = self.slopes.get("+".join(names), {}).get(kind)
            if fitted is not None:
                felt = np.dot(fitted[:-1], [told[name] for name in names]) + fitted[-1]
                return float(np.clip(felt, -1.0, 1.0))
        return float(np.mean(list(told.values())))


def _fewer_and_fewer(names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for size in range(len(names), 0, -1):
        yield from combinations(names, size)


@dataclass(frozen=True, slots=True)
class Gates:
    """The gate and the feeling of each scheme, fitted for the models of a profile."""

    gates: Mapping[str, Gate] = field(default_factory=dict)
    feelings: Mapping[str, Feeling] = field(default_factory=dict)
    lvlm: str | None = None
    """The vision-language model whose votes they were fitted on."""

    def of(self, scheme: str) -> tuple[Gate, Feeling]:
        """Those of a scheme; where none were fitted all votes count alike."""
        return self.gates.get(scheme, EVEN), self.feelings.get(scheme, Feeling())

    @classmethod
    def load(cls, path: Path) -> Gates:
        """Read a file; where there is none, nothing was fitted."""
        if not path.exists():
            return cls()
        given: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return cls(
            {scheme: Gate(**fitted) for scheme, fitted in given["gates"].items()},
            {scheme: Feeling(fitted) for scheme, fitted in given["feelings"].items()},
            given["lvlm"],
        )

    def save(self, path: Path) -> None:
        """Write it as JSON."""
        written = {
            "lvlm": self.lvlm,
            "gates": {scheme: asdict(gate) for scheme, gate in self.gates.items()},
            "feelings": {scheme: feeling.slopes for scheme, feeling in self.feelings.items()},
        }
        path.write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
