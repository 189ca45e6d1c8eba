"""The terms under which images are looked up by what they show: IRIs of concepts, and words."""

from __future__ import annotations

from collections.abc import Iterable

from emograph.engine.retrieval.entry import Fact
from emograph.engine.retrieval.query import Thing

LEAST = 0.05
"""Cues that are fainter are kept with their entry, but not looked up."""


def word(label: str) -> str:
    """The term of a cue that has no concept.

    >>> word("Palm tree")
    'word:palm tree'
    """
    return "word:" + label.strip().lower()


def shown_terms(cues: Iterable[Fact]) -> dict[str, float]:
    """What the cues show, each once, with its best confidence in 0..1."""
    found: dict[str, float] = {}
    for fact in cues:
        if fact.confidence >= LEAST:
            term = fact.concept or word(fact.label)
            found[term] = max(found.get(term, 0.0), fact.confidence)
    return found


def asked_terms(thing: Thing) -> list[str]:
    """The terms that stand for a thing."""
    return [*sorted(thing.concepts), word(thing.name)]
