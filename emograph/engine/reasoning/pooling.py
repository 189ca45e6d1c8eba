"""How correlated evidence is pooled before it is added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

LOUDNESS: Mapping[str, float] = {"concepts:situation": 4.0, "disasters": 2.0, "attributes": 0.5}
"""How loudly the readings of an image speak beside each other; 1 for those not named.

Situations are named for what they make people feel, labels of objects for what is there. A disaster
is what a picture of one is about, whatever else is in it. The heads for attributes were fitted
outdoors and see them indoors, too.
"""


def pooled_weights(
    groups: Sequence[str], concepts: Sequence[str], strengths: Sequence[float]
) -> NDArray[np.float64]:
    """How much each piece of evidence counts: loudness sqrt(max(c)) c_i / sum(c) in its group.

    The group then says the mean of what its concepts say, weighted by their strengths c, as loudly
    as its strongest allows: twice as sure is not twice the evidence, hence the root (of max, root
    and 1, it serves best). A concept found twice counts once, as surely as its surest piece, and
    its pieces share that.

    >>> pooled_weights(["face", "face", "scene"], ["smile", "smile", "sea"], [0.64, 0.64, 0.25])
    array([0.4, 0.4, 0.5])
    """
    strength = np.asarray(strengths, dtype=np.float64)
    if not len(strength):
        return strength
    pairs = [f"{group}\0{concept}" for group, concept in zip(groups, concepts, strict=True)]
    _, first, found = np.unique(pairs, return_index=True, return_inverse=True)
    surest = np.zeros(len(first))
    np.maximum.at(surest, found, strength)
    names, member = np.unique([groups[i] for i in first], return_inverse=True)
    loudest = np.zeros(len(names))
    np.maximum.at(loudest, member, surest)
    volume = np.sqrt(loudest) * np.array([LOUDNESS.get(str(name), 1.0) for name in names])
    heard = surest * (volume / _sums(member, surest))[member]
    shared = _sums(found, strength)
    weights: NDArray[np.float64] = strength * (heard / shared)[found]
    return weights


def _sums(member: NDArray[np.intp], strength: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sums by member to divide by: 1 where all strengths are 0, as the result is 0 anyway."""
    sums = np.zeros(member.max() + 1)
    np.add.at(sums, member, strength)
    return np.where(sums > 0, sums, 1.0)
