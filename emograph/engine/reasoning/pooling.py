"""How correlated evidence is pooled before it is added."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def pooled_weights(groups: Sequence[str], strengths: Sequence[float]) -> NDArray[np.float64]:
    """How much each piece of evidence counts: w_i = max(c) c_i / sum(c) within its group.

    The group then says the mean of what its members say, weighted by their strengths c, as loudly
    as its strongest member. A piece alone in its group counts c; the same piece seen twice counts
    once.

    >>> pooled_weights(["face", "face", "scene"], [0.8, 0.8, 0.5])
    array([0.4, 0.4, 0.5])
    """
    strength = np.asarray(strengths, dtype=np.float64)
    if not len(strength):
        return strength
    names, member = np.unique(np.asarray(groups, dtype=np.str_), return_inverse=True)
    total = np.bincount(member, weights=strength, minlength=len(names))
    loudest = np.zeros(len(names))
    np.maximum.at(loudest, member, strength)
    share = np.divide(loudest, total, out=np.zeros_like(total), where=total > 0)
    weights: NDArray[np.float64] = strength * share[member]
    return weights
