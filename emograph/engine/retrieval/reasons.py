"""Why an image was found, in plain words."""

from __future__ import annotations

import numpy as np

from emograph.engine.explanation.document import percent, ranked
from emograph.engine.retrieval.entry import Entry, Fact
from emograph.engine.retrieval.query import SEEN, Hit, Query, Thing

_MOST = 3
_LEAST_SHARE = 0.05


def hit(query: Query, entry: Entry, score: float) -> Hit:
    """The hit of an entry that fits the query with a score (0..1)."""
    return Hit(entry, min(max(float(score), 0.0), 1.0), reasons(query, entry))


def reasons(query: Query, entry: Entry) -> tuple[str, ...]:
    """What speaks for the entry: feelings, nearness, what it shows and what it does not.

    Near is what lies at least a standard deviation above the usual.
    """
    told = [*_feelings(query, entry)]
    for near in query.near:
        if near.encoder == entry.encoder and near.vector.shape == entry.vector.shape:
            cosine = float(np.dot(near.vector, entry.vector))
            if cosine < sum(near.usual):
                continue
            are = "the words are" if near.what == "words" else "the image is"
            told.append(f"{are} close ({cosine:.2f})")
    things = [*query.seen, *(thing for thing, _ in query.shows)]
    seen = {fact.label: None for thing in things for fact in _best(entry, thing)}
    if seen:
        told.append(f"shows: {', '.join(list(seen)[: _MOST + len(query.seen)])}")
    told += [f"no {thing.name} was seen" for thing in query.unseen]
    return tuple(told)


def stands_for(fact: Fact, thing: Thing) -> bool:
    """Whether a cue shows the thing, however faintly."""
    if fact.concept is None:
        return fact.label.strip().lower() == thing.name.lower()
    return fact.concept in thing.concepts


def _feelings(query: Query, entry: Entry) -> list[str]:
    asked = query.emotions.get(entry.scheme, {})
    shares = [(label, entry.emotions.get(label, 0.0)) for label, _ in ranked(asked)]
    return [f"{label} {percent(share)}" for label, share in shares[:_MOST] if share >= _LEAST_SHARE]


def _best(entry: Entry, thing: Thing) -> list[Fact]:
    """The surest cue that shows the thing, where it counts as seen."""
    facts = [f for f in entry.cues if f.confidence >= SEEN and stands_for(f, thing)]
    return sorted(facts, key=lambda fact: (-fact.confidence, fact.label))[:1]
