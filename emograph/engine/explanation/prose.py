"""Plain sentences that say why, built from the votes, the posterior and its paths alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from emograph.engine.cues import Contribution, Cue, Evidence
from emograph.engine.explanation.document import percent, ranked
from emograph.engine.explanation.weighing import name_of
from emograph.engine.reasoning.paths import Path


class Explained(Protocol):
    """What is told of an explanation; see `emograph.engine.explanation.explanation.Explanation`."""

    @property
    def emotions(self) -> Mapping[str, float]:
        """The distribution."""
        ...

    @property
    def votes(self) -> Mapping[str, Mapping[str, float]]:
        """The distributions that were weighed, by who cast them."""
        ...

    @property
    def counted(self) -> str | None:
        """How much each vote counts and why, in words; None where there is one vote."""
        ...

    @property
    def cues(self) -> tuple[Cue, ...]:
        """What was seen."""
        ...

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """What of it was found in the graph."""
        ...

    @property
    def contributions(self) -> tuple[Contribution, ...]:
        """What each cue adds to each emotion."""
        ...

    def paths(self, n: int = 5, emotion: str | None = None) -> list[Path]:
        """The strongest paths to an emotion."""
        ...

    def without(self, cue: str) -> Explained:
        """The same image without a cue."""
        ...


_NEUTRAL = "neutral"
# A cue that shifts the odds by less than this is not worth a word.
_LEAST = 0.02
# What was seen less surely than this is told only where nothing else is.
_SURE = 0.1
# A share is told where it is more than usual by this factor.
_CLEARLY = 1.25


def why(explanation: Explained) -> list[str]:
    """What it evokes; what speaks for it and by which knowledge; what speaks against it.

    Where others voted too, how far they agree and how much each counts comes first.
    """
    (first, p), (second, q) = ranked(explanation.emotions)[:2]
    lead = (
        f"Most of all this image evokes {_feeling(first)} ({percent(p)}), "
        f"then {_feeling(second)} ({percent(q)})."
    )
    votes = _votes(explanation)
    if not explanation.evidence:
        unknown = "Nothing was seen in it that the knowledge graph knows."
        return [lead, *votes, unknown] if votes else [lead, unknown, _nothing_else()]
    return [lead, *votes, _for(first, explanation), _against(first, explanation)]


def _votes(explanation: Explained) -> list[str]:
    """How far those who voted agree and how much each counts, where there are several."""
    said = {name: ranked(vote)[0] for name, vote in explanation.votes.items()}
    if len(said) < 2:
        return []
    by_emotion: dict[str, list[str]] = {}
    for name, (emotion, p) in said.items():
        by_emotion.setdefault(emotion, []).append(f"{name_of(name)} ({percent(p)})")
    if len(by_emotion) == 1:
        agreed = f"{_listed(next(iter(by_emotion.values())))} agree."
    else:
        agreed = (
            "; ".join(
                f"{_listed(names)} {'says' if len(names) == 1 else 'say'} {_feeling(emotion)}"
                for emotion, names in by_emotion.items()
            )
            + "."
        )
    return [agreed[0].upper() + agreed[1:], *([explanation.counted] if explanation.counted else [])]


def _listed(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def _for(emotion: str, explanation: Explained) -> str:
    surely = {cue.id: cue.confidence for cue in explanation.cues}
    totals = _totals(emotion, explanation)
    paths = explanation.paths(1000, emotion)
    # One way may lead from a cue to an emotion though all ways together lead away from it.
    telling = [
        path for path in paths if path.log_odds > _LEAST and totals[path.cue] > 0 and _agrees(path)
    ]
    sure = [path for path in telling if surely[path.cue] >= _SURE]
    if telling and not sure:
        faint = " and ".join(_quoted(path.steps[0].label) for path in _by_cue(telling)[:2])
        return f"For {_feeling(emotion)} speaks only a faint likeness to {faint}."
    strongest = _by_cue(sure)[:2]
    if not strongest:
        return f"No single cue speaks clearly for {_feeling(emotion)}."
    return f"For {_feeling(emotion)} speaks {', and '.join(map(_reason, strongest))}."


def _against(emotion: str, explanation: Explained) -> str:
    nothing = "Nothing that was seen speaks clearly against it."
    cues = {cue.id: cue for cue in explanation.cues}
    totals = _totals(emotion, explanation)
    sure = {cue: value for cue, value in totals.items() if cues[cue].confidence >= _SURE}
    if not totals:
        return nothing
    cue, log_odds = min((sure or totals).items(), key=lambda item: (item[1], item[0]))
    p = explanation.emotions[emotion]
    q = explanation.without(cue).emotions[emotion]
    if log_odds > -_LEAST or q <= p or percent(q) == percent(p):
        return nothing
    return (
        f"Against it speaks {_quoted(cues[cue].label)}: without it {_feeling(emotion)} would be "
        f"at {percent(q)} instead of {percent(p)}."
    )


def _totals(emotion: str, explanation: Explained) -> dict[str, float]:
    """What each cue adds to an emotion, by its id."""
    return {c.cue: c.log_odds for c in explanation.contributions if c.emotion == emotion}


def _agrees(path: Path) -> bool:
    """Whether the share that a path shows agrees with what it adds, so that it can be told."""
    through_appraisal = any(step.type == "appraisal" for step in path.steps)
    return through_appraisal or path.probability > _CLEARLY * path.baseline


def _by_cue(paths: list[Path]) -> list[Path]:
    """The strongest path of each cue, in the order of the paths; labels are told once."""
    told: set[str] = set()
    kept = []
    for path in paths:
        label = path.steps[0].label
        if label not in told:
            told.add(label)
            kept.append(path)
    return kept


def _reason(path: Path) -> str:
    cue, _, *between, _ = path.steps
    appraisal = next((step for step in between if step.type == "appraisal"), None)
    kin = [step for step in between if step.type == "concept" and step.label != cue.label]
    if appraisal is not None:
        kind = f", a kind of {_quoted(kin[-1].label)}" if kin else ""
        return f"{_quoted(cue.label)}{kind}, which people appraise as {appraisal.label}"
    share = f"goes with it in {percent(path.probability)} (usually {percent(path.baseline)})"
    if kin:
        return f"{_quoted(cue.label)}, close to {_quoted(kin[-1].label)}, which {share}"
    return f"{_quoted(cue.label)}, which {share}"


def _feeling(emotion: str) -> str:
    return "a neutral feeling" if emotion == _NEUTRAL else emotion.replace("_", " ")


def _quoted(label: str) -> str:
    return f"“{label}”"


def _nothing_else() -> str:
    return "The answer is what is expected of any image."
