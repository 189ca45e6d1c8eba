"""Whether what an explanation names is what the answer hangs on: deletion and insertion of cues.

See Petsiuk et al. 2018 (arXiv 1806.07421): what is removed in the order of its importance should
pull the answer down fast, what is put back in that order should bring it up fast.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emograph.engine.cues import Evidence
from emograph.engine.evaluation.intervals import bootstrap
from emograph.engine.evaluation.proof import Curve
from emograph.engine.evaluation.results import Result

Floats = NDArray[np.float64]
Answer = Callable[[Sequence[Evidence]], Floats]
"""The final probabilities (k,) of a picture with this evidence, all else as it is."""

_STEPS = 10
_TOP = 3
_DRAWS = 5


@dataclass(frozen=True, eq=False)
class Case:
    """A picture: its evidence, what is answered to any part of it, and what each cue adds.

    `weights` are by cue id how much it adds to the emotion that leads.
    """

    evidence: tuple[Evidence, ...]
    answer: Answer
    weights: dict[str, float]


def faithfulness(cases: Sequence[Case], seed: int = 0) -> tuple[list[Result], list[Curve]]:
    """What three cues change, those that are named first against any, and the curves.

    A change is that of the leading emotion's probability, in absolute terms.
    """
    rng = np.random.default_rng(seed)
    enough = [case for case in cases if len(case.weights) > _TOP]
    named, drawn = [], []
    curves: dict[tuple[str, str], list[list[float]]] = {}
    for case in enough:
        whole = case.answer(case.evidence)
        leading = int(whole.argmax())
        ranked = sorted(case.weights, key=lambda cue: -case.weights[cue])
        named.append(_changed(case, whole, leading, ranked[:_TOP]))
        draws = [rng.permutation(ranked)[:_TOP].tolist() for _ in range(_DRAWS)]
        drawn.append(float(np.mean([_changed(case, whole, leading, d) for d in draws])))
        shuffled = rng.permutation(ranked).tolist()
        for order, cues in (("as explained", ranked), ("at random", shuffled)):
            curves.setdefault(("deletion of cues", order), []).append(
                _path(case, leading, cues, inserted=False)
            )
            curves.setdefault(("insertion of cues", order), []).append(
                _path(case, leading, cues, inserted=True)
            )
    told = np.array(named), np.array(drawn)
    results = [
        Result.of("change by the three top cues", bootstrap(_mean, told[0])),
        Result.of("change by three random cues", bootstrap(_mean, told[1])),
        Result.of("ratio", bootstrap(_ratio, *told)),
    ]
    shares = tuple(np.linspace(0, 1, _STEPS + 1).round(2).tolist())
    return results, [
        Curve(what, order, shares, tuple(np.mean(paths, axis=0).round(4).tolist()), len(paths))
        for (what, order), paths in curves.items()
    ]


def _changed(case: Case, whole: Floats, leading: int, gone: Sequence[str]) -> float:
    left = [piece for piece in case.evidence if piece.cue.id not in gone]
    return abs(float(whole[leading] - case.answer(left)[leading]))


def _path(case: Case, leading: int, cues: Sequence[str], inserted: bool) -> list[float]:
    path = []
    for step in range(_STEPS + 1):
        first = set(cues[: round(step / _STEPS * len(cues))])
        left = [piece for piece in case.evidence if (piece.cue.id in first) == inserted]
        path.append(float(case.answer(left)[leading]))
    return path


def _mean(values: Floats) -> float:
    return float(values.mean())


def _ratio(named: Floats, drawn: Floats) -> float:
    return float(named.mean() / max(drawn.mean(), 1e-12))
