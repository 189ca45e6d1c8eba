"""What each source of knowledge says of each concept: the log-odds it gives to each emotion.

For a source s, concept n and emotion e

    P_s(e | n) = (N_s(n, e) + a P_s(e | near n)) / (N_s(n) + a)
    L_s(n, e) = log P_s(e | n) - log P_s(e)

A concept that the source never counted inherits all of P_s(e | near n): what is counted of its
nearest broader concepts and of its nearest neighbours in the space of texts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emograph.engine.perception.vocabulary import Vocabulary
from emograph.kg import terms
from emograph.kg.associations import Associations
from emograph.kg.graph import KnowledgeGraph
from emograph.kg.schemes import EmotionScheme

Matrix = NDArray[np.float64]

APPRAISED = "appraisal"
"""The witness that goes through appraisals; the others are named after their source."""

# Steps of a measure lie near words by chance: "contrast 0.2" has no neighbours.
_MEASURED = frozenset({"brightness", "colorfulness", "composition"})
_BACK_OFF = 20.0  # a, in observations
_NEARNESS = 0.1  # width of the neighbourhood, in cosine
_KIN = 3.0  # a broader concept's counts weigh as much as a neighbour this many times as near


@dataclass(frozen=True, eq=False)
class Witness:
    """One source: its log-odds (n, e), the probabilities behind them, the counts of each concept.

    `own` (n,) is how many observations the source has of the concept itself; `kin` names for each
    concept the one it inherits from most where it has none of its own (itself otherwise).
    """

    name: str
    source: str
    log_odds: Matrix
    probability: Matrix
    baseline: NDArray[np.float64]
    own: NDArray[np.float64]
    kin: NDArray[np.int64]


def counted(
    associations: Associations,
    source: str,
    graph: KnowledgeGraph,
    vocabulary: Vocabulary,
    scheme: EmotionScheme,
) -> Witness:
    """The witness of a source that counted emotions, in whatever scheme it has them."""
    rows = {concept.iri: row for row, concept in enumerate(vocabulary.concepts)}
    counts = np.zeros((len(rows), len(scheme.labels)))
    for name in graph.schemes():
        given = graph.scheme(name)
        column = {iri: i for i, iri in enumerate(given.iris)}
        table = np.zeros((len(rows), len(given.labels)))
        for subject, emotion, origin, p, n in zip(
            associations.subjects,
            associations.objects,
            associations.sources,
            associations.probability,
            associations.strength,
            strict=True,
        ):
            if origin == source and subject in rows and emotion in column:
                table[rows[subject], column[emotion]] += p * n
        if table.any():
            counts += table @ graph.mapping(name, scheme.name)
    return _inherit(source.removeprefix(terms.source("")), source, counts, vocabulary)


def _inherit(name: str, source: str, counts: Matrix, vocabulary: Vocabulary) -> Witness:
    own = counts.sum(axis=1)
    known = np.flatnonzero(own)
    baseline = counts.sum(axis=0) / counts.sum()
    # A label seen thrice says little: its own share is drawn towards the source's before it is
    # handed on.
    told = (counts[known] + 5 * baseline) / (own[known] + 5)[:, None]
    nearness = np.exp((vocabulary.vectors @ vocabulary.vectors[known].T - 1.0) / _NEARNESS)
    nearness *= np.sqrt(np.minimum(own[known], 100.0))
    measured = np.array([concept.kind in _MEASURED for concept in vocabulary.concepts])
    nearness[measured[:, None] | measured[known]] = 0.0
    _add_kin(nearness, known, vocabulary)
    nearness[known, np.arange(len(known))] = 0.0  # nothing inherits from itself
    total = nearness.sum(axis=1, keepdims=True)
    inherited = np.divide(nearness @ told, total, out=np.tile(baseline, (len(own), 1)), where=total > 0)
    probability = (counts + _BACK_OFF * inherited) / (own + _BACK_OFF)[:, None]
    kin = known[nearness.argmax(axis=1)]
    kin[~nearness.any(axis=1)] = np.flatnonzero(~nearness.any(axis=1))
    kin[known] = known
    return Witness(
        name, source, np.log(probability / baseline), probability, baseline, own, kin
    )


def _add_kin(nearness: Matrix, known: NDArray[np.int64], vocabulary: Vocabulary) -> None:
    """Make concepts that share a broader concept nearer to each other, by how close it is."""
    column = {row: i for i, row in enumerate(known)}
    shelves = defaultdict(list)
    for row in known:
        for broader in vocabulary.concepts[row].broader:
            shelves[broader].append(column[row])
    strongest = nearness.max(axis=1)
    for row, concept in enumerate(vocabulary.concepts):
        for broader in (*concept.broader, concept.iri):
            members = shelves.get(broader, [])
            for member in members:
                nearness[row, member] += _KIN * strongest[row] / len(members)


def appraised(
    graph: KnowledgeGraph,
    vocabulary: Vocabulary,
    scheme: EmotionScheme,
) -> Witness:
    """The witness of what concepts are appraised as: P(e | n) = sum over a of P(a | n) P(e | a).

    A concept without appraisals of its own has those of its nearest broader concept that has some.
    What its appraisals leave open is spread as the scheme is without evidence.
    """
    profiles = appraisal_profiles(graph, scheme)
    judged = appraisals_of(graph)
    parents = {concept.iri: concept.broader for concept in graph.concepts()}
    rows = {concept.iri: row for row, concept in enumerate(vocabulary.concepts)}
    baseline = np.full(len(scheme.labels), 1.0 / len(scheme.labels))
    probability = np.tile(baseline, (len(rows), 1))
    own = np.zeros(len(rows))
    for row, concept in enumerate(vocabulary.concepts):
        judgement = judged.get(nearest_judged(concept.iri, judged, parents) or "", {})
        share = sum(judgement.values())
        if share:
            told = sum(p * profiles[a] for a, p in judgement.items() if a in profiles)
            probability[row] = max(1.0 - share, 0.0) * baseline + told / max(share, 1.0)
            own[row] = _BACK_OFF
    return Witness(
        APPRAISED,
        terms.source("emograph"),
        np.log(probability / baseline),
        probability,
        baseline,
        own,
        np.arange(len(rows)),
    )


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
        found: dict[str, NDArray[np.float64]] = defaultdict(lambda: np.zeros(len(column)))
        for subject, emotion, p in zip(
            associations.subjects, associations.objects, associations.probability, strict=True
        ):
            if subject in known and emotion in column and subject not in profiles:
                found[subject][column[emotion]] = p
        mapping = graph.mapping(name, scheme.name)
        profiles.update((iri, (profile @ mapping)) for iri, profile in found.items())
    return profiles


def appraisals_of(graph: KnowledgeGraph) -> Mapping[str, Mapping[str, float]]:
    """P(appraisal | concept) of each concept that has some of its own, by IRI."""
    table = graph.appraisal_associations()
    judged: dict[str, dict[str, float]] = defaultdict(dict)
    for subject, appraisal, p in zip(
        table.subjects, table.objects, table.probability, strict=True
    ):
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
