"""Weighs entries one by one, where an index has found candidates and holds no columns of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from emograph.engine.perception.detector import Array
from emograph.engine.retrieval.entry import Entry
from emograph.engine.retrieval.query import SEEN, Hit, Near, Query, Thing
from emograph.engine.retrieval.ranking import (
    FLOOR,
    NEAR,
    SHOWS,
    log_affinity,
    log_closeness,
    log_shares,
    log_shown,
    pool,
    wanted_shares,
)
from emograph.engine.retrieval.reasons import hit, stands_for


def best(query: Query, entries: Sequence[Entry], k: int) -> list[Hit]:
    """The k of the entries that fit best, each image once; those that may not be are left out."""
    kept = [entry for entry in entries if entry.sha256 != query.like and _fits(query, entry)]
    if not kept:
        return []
    logs = _weighed(query, kept)
    hits: dict[str, Hit] = {}
    for at in np.argsort(-logs, kind="stable"):
        if len(hits) < k and kept[at].sha256 not in hits:
            hits[kept[at].sha256] = hit(query, kept[at], float(np.exp(logs[at])))
    return list(hits.values())


def sureness(entry: Entry, thing: Thing) -> float:
    """How surely an entry shows a thing, 0..1."""
    return max((f.confidence for f in entry.cues if stands_for(f, thing)), default=0.0)


def _fits(query: Query, entry: Entry) -> bool:
    return all(sureness(entry, thing) >= SEEN for thing in query.seen) and not any(
        sureness(entry, thing) >= SEEN for thing in query.unseen
    )


def _weighed(query: Query, entries: Sequence[Entry]) -> Array:
    parts: list[tuple[Array, float]] = []
    if query.emotions:
        parts.append((np.array([_affinity(query, e) for e in entries], np.float32), query.felt))
    shows = query.shows
    if not (query.emotions or query.near or shows):
        shows = tuple((thing, 1.0) for thing in query.seen)
    if shows:
        sure = [np.array([sureness(e, thing) for e in entries], np.float32) for thing, _ in shows]
        parts.append((log_shown(sure, [weight for _, weight in shows]), SHOWS))
    for near in query.near:
        cosines = np.array([_cosine(e, near) for e in entries], np.float32)
        parts.append((log_closeness(cosines, near), NEAR))
    return pool(parts) if parts else np.zeros(len(entries), np.float32)


def _affinity(query: Query, entry: Entry) -> float:
    labels = tuple(entry.emotions)
    wanted = wanted_shares(query, entry.scheme, labels)
    if wanted is None:
        return float(np.log(FLOOR))
    shares = np.array([[entry.emotions[label] for label in labels]], np.float32)
    return float(log_affinity(log_shares(shares), wanted)[0])


def _cosine(entry: Entry, near: Near) -> float:
    if entry.encoder != near.encoder or entry.vector.shape != near.vector.shape:
        return -1.0
    return float(entry.vector @ near.vector)
