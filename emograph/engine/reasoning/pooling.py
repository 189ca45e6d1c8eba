"""How correlated evidence is pooled before it is added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

LOUDNESS: Mapping[str, float] = {"concepts:situation": 4.0, "attributes": 0.5}
"""How loudly the readings of an image speak beside each other; 1 for those not named.

Situations are named for what they make people feel, labels of objects for what is there; the heads
for attributes were fitted outdoors and see them indoors, too.
"""


def pooled_weights(groups: Sequence[str], strengths: Sequence[float]) -> NDArray[np.float64]:
    """How much each piece of evidence counts: loudness sqrt(max(c)) c_i / sum(c) in its group.

    The group then says the mean of what its members say, weighted by their strengths c, as loudly
    as its strongest member allows: twice as sure is not twice the evidence, hence the root (of
    max, root and 1, it serves best). The same piece seen twice counts once.

    >>> pooled_weights(["face", "face", "scene"], [0.64, 0.64, 0.25])
    array([0.4, 0.4, 0.5])
    """
    strength = np.asarray(strengths, dtype=np.float64)
    if not len(strength):
        return strength
    names, member = np.unique(np.asarray(groups, dtype=np.str_), return_inverse=True)
    total = np.bincount(member, weights=strength, minlength=len(names))
    loudest = np.zeros(len(names))
    np.maximum.at(loudest, member, strength)
    volume = np.sqrt(loudest) * np.array([LOUDNESS.get(str(name), 1.0) for name in names])
    share = np.divide(volume, total, out=np.zeros_like(total), where=total > 0)
    weights: NDArray[np.float64] = strength * share[member]
    return weights
