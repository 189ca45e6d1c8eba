"""Appraisals as reasoning reads them: their emotions, and what is appraised in their way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from emograph.kg.graph import KnowledgeGraph
from emograph.kg.schemes import EmotionScheme


def appraisal_profiles(
    graph: KnowledgeGraph, scheme: EmotionScheme
) -> dict[str, NDArray[np.float64]]:
    """P(e | a) of each appraisal, by IRI: in the scheme itself, or mapped from one that has it."""
    known = {appraisal.iri for appraisal in graph.appraisals()}
    associations = graph.associations()
    profiles: dict[str, NDArray[np.float64]] = {}
    for name in (scheme.name, *graph.schemes()):
        given = graph.scheme(name)
        column = {iri: i for i, iri in enumerate(given.iris)}
        found: dict[str, NDArray[np.float64]] = {}
        for subject, emotion, p in zip(
            associations.subjects, associations.objects, associations.probability, strict=True
        ):
            if subject in known and emotion in column and subject not in profiles:
                profile = found.setdefault(subject, np.zeros(len(column)))
                profile[column[emotion]] = p
        mapping = graph.mapping(name, scheme.name)
        profiles.update((iri, profile @ mapping) for iri, profile in found.items())
    return profiles


def appraisals_of(graph: KnowledgeGraph) -> Mapping[str, Mapping[str, float]]:
    """P(appraisal | concept) of each concept that has some of its own, by IRI."""
    table = graph.appraisal_associations()
    judged: dict[str, dict[str, float]] = defaultdict(dict)
    for subject, appraisal, p in zip(table.subjects, table.objects, table.probability, strict=True):
        judged[subject][appraisal] = max(float(p), judged[subject].get(appraisal, 0.0))
    return judged


def nearest_judged(
    iri: str, judged: Mapping[str, object], parents: Mapping[str, Sequence[str]]
) -> str | None:
    """The concept itself or its nearest broader one that is in `judged`; breadth first."""
    level, seen = [iri], {iri}
    while level:
        for candidate in level:
            if candidate in judged:
                return candidate
        level = [p for c in level for p in parents.get(c, ()) if p not in seen]
        seen.update(level)
    return None
