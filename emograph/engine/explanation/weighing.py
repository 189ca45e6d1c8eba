"""Says in words how much each vote counted, and why it counted more or less than usual."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.special import softmax  # type: ignore[import-untyped]

from emograph.engine.explanation.document import percent
from emograph.engine.gate import VOTES, Circumstances, Gate

_NAMES = {
    "graph": "the knowledge graph",
    "lvlm": "the vision-language model",
    "student": "the distilled classifier",
}
# For each input of a gate, what is said of a picture that has little of it, and much.
_REASONS: Mapping[str, tuple[str, str]] = {
    "entropy graph": ("the graph is sure", "the graph is undecided"),
    "entropy lvlm": ("the model is sure", "the model is undecided"),
    "entropy student": ("the classifier is sure", "the classifier is undecided"),
    "unknown share": ("the graph knows most of what was seen", "much of what was seen is unknown"),
    "a face": ("no face was seen", "a face was seen"),
    "text": ("no text was seen", "there is text in it"),
}
# A weight that differs by less from the usual one is as usual.
_CLEARLY = 0.02


def name_of(vote: str) -> str:
    """Who cast a vote, in words.

    >>> name_of("graph")
    'the knowledge graph'
    """
    return _NAMES.get(vote, vote)


def counted(
    gate: Gate, votes: Mapping[str, Mapping[str, float]], circumstances: Circumstances
) -> str | None:
    r"""How much each vote counts, and what moved the one that moved most; None for a single vote.

    >>> votes = {"graph": {"awe": 0.8, "fear": 0.2}, "student": {"awe": 0.4, "fear": 0.6}}
    >>> counted(Gate({"graph": 0.0, "student": 1.1}), votes, Circumstances())
    'The distilled classifier counts 75\xa0%, the knowledge graph 25\xa0%.'
    """
    if len(votes) < 2:
        return None
    weights = gate.weights(votes, circumstances)
    usual = dict(
        zip(votes, softmax([gate.strengths.get(name, 0.0) for name in votes]), strict=True)
    )
    first, *others = sorted(votes, key=lambda name: -weights[name])
    told = ", ".join(
        [
            f"{name_of(first)} counts {percent(weights[first])}",
            *(f"{name_of(name)} {percent(weights[name])}" for name in others),
        ]
    )
    # Of two votes one gains what the other loses, but for the last digits.
    moved = max(votes, key=lambda name: round(abs(weights[name] - usual[name]), 9))
    change = weights[moved] - usual[moved]
    sentence = told[0].upper() + told[1:]
    if abs(change) < _CLEARLY:
        return f"{sentence}."
    much = "more" if change > 0 else "less"
    why = _reason(gate, votes, moved, change, circumstances)
    return f"{sentence}; {name_of(moved)} {much} than usual, as {why}."


def _reason(
    gate: Gate,
    votes: Mapping[str, Mapping[str, float]],
    moved: str,
    change: float,
    circumstances: Circumstances,
) -> str:
    """The input that moved a vote's weight most that way, in words."""
    pulls = gate.pulls(votes, circumstances)
    among = np.array(list(pulls.values()))
    # Only what moves a vote against the others moves its weight.
    own = np.sign(change) * (np.array(pulls[moved]) - among.mean(axis=0))
    which = int(own.argmax())
    entropies = [f"entropy {name}" for name in VOTES]
    inputs = [*entropies, *(name for name in _REASONS if name not in entropies)]
    little, much = _REASONS[inputs[which]]
    slope = gate.slopes[moved][which] - float(np.mean([gate.slopes[v][which] for v in votes]))
    return much if np.sign(slope) == np.sign(change) else little
