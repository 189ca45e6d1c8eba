"""How well images fit a question: three likenesses, pooled in the logarithm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from emograph.engine.perception.detector import Array
from emograph.engine.retrieval.query import Near, Query

FLOOR = 0.01
"""Whatever an image lacks, it fits by this much: one part alone decides nothing."""

NEAR, SHOWS = 1.0, 1.0
"""What a place to be near to, and all the things to be shown, weigh beside the emotions' 1."""

# How many standard deviations above the usual an image is that fits as well as not.
_HALFWAY = 1.5


def log_shares(emotions: Array) -> Array:
    """The logarithm of distributions (n, e), none below that of `FLOOR`."""
    logs: Array = np.log(np.maximum(emotions, FLOOR, dtype=np.float32))
    return logs


def wanted_shares(query: Query, scheme: str, labels: Sequence[str]) -> Array | None:
    """The shares (e,) that are asked for of a scheme's labels; None where none are."""
    asked: Mapping[str, float] | None = query.emotions.get(scheme)
    if not asked:
        return None
    return np.array([asked.get(label, 0.0) for label in labels], np.float32)


def log_affinity(logs: Array, wanted: Array) -> Array:
    """How well distributions, as `log_shares` (n, e), fit the wanted one (e,): log of 0..1, (n,).

    It is minus the relative entropy of the wanted shares to those of the image: of one emotion the
    logarithm of its share, of a mixture 0 where the image has just these shares.

    >>> import numpy as np
    >>> logs = log_shares(np.array([[0.5, 0.5], [0.9, 0.1]], np.float32))
    >>> np.exp(log_affinity(logs, np.array([1.0, 0.0], np.float32))).round(2)
    array([0.5, 0.9], dtype=float32)
    >>> np.exp(log_affinity(logs, np.array([0.5, 0.5], np.float32))).round(2)
    array([1. , 0.6], dtype=float32)
    """
    some = wanted[wanted > 0]
    own = float((some * np.log(some)).sum())
    fit: Array = np.minimum(logs @ wanted - own, 0.0)
    return fit


def log_closeness(cosines: Array, near: Near) -> Array:
    """How near images of these cosines (n,) are to a place: log of 0..1, (n,).

    A cosine means little by itself: some texts lie near every image. It is therefore told in
    standard deviations above the usual.
    """
    mean, spread = near.usual
    standing = (cosines - mean) / max(spread, 1e-6)
    fit = 1.0 / (1.0 + np.exp(-(standing - _HALFWAY)))
    logs: Array = np.log(np.maximum(fit, FLOOR)).astype(np.float32)
    return logs


def log_shown(confidences: Sequence[Array], weights: Sequence[float]) -> Array:
    """How surely images show things: weighted mean of confidences (n,) each, as log of 0..1."""
    total = sum(weights)
    mean = sum(w * c for w, c in zip(weights, confidences, strict=True)) / total
    logs: Array = np.log(np.maximum(mean, FLOOR)).astype(np.float32)
    return logs


def pool(parts: Sequence[tuple[Array, float]]) -> Array:
    """The weighted mean of logarithms (n,), by the weights beside them: the geometric mean's."""
    if len(parts) == 1:
        return parts[0][0]
    total = sum(weight for _, weight in parts)
    pooled: Array = np.asarray(sum(weight * part for part, weight in parts) / total, np.float32)
    return pooled
