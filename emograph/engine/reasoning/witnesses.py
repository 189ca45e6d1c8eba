"""What the sources of knowledge say of each concept: the log-odds they give to each emotion."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emograph.engine.perception.vocabulary import Vocabulary
from emograph.engine.reasoning.appraisals import (
    appraisal_profiles,
    appraisals_of,
    nearest_judged,
)
from emograph.kg import terms
from emograph.kg.associations import Associations
from emograph.kg.graph import KnowledgeGraph
from emograph.kg.schemes import EmotionScheme

Matrix = NDArray[np.float64]

COUNTED = "counted"
APPRAISED = "appraised"

# Steps of a measure lie near words by chance: "contrast 0.2" has no neighbours.
_MEASURED = frozenset({"brightness", "colorfulness", "composition"})
_NEARNESS = 0.1  # width of the neighbourhood, in cosine
_KIN = 3.0  # concepts under one broader concept weigh like a neighbour this many times as near
_CHANCE = 5.0  # observations that a label's shares are drawn towards the average before handing on
_WRITTEN = 20.0  # the same for what was written: a strength of 20 says half of what it could


@dataclass(frozen=True, eq=False)
class Witness:
    """One source: its log-odds (n, e), and the probabilities and counts to show for them.

    `own` (n,) is how many observations there are of the concept itself; `kin` (n,) names for each
    concept the row that it inherits from most where it has none (itself otherwise).
    """

    name: str
    sources: tuple[str, ...]
    log_odds: Matrix
    probability: Matrix
    baseline: NDArray[np.float64]
    own: NDArray[np.float64]
    kin: NDArray[np.int64]


def tables(
    associations: Associations,
    graph: KnowledgeGraph,
    vocabulary: Vocabulary,
    scheme: EmotionScheme,
    *,
    counted: bool,
) -> dict[str, Matrix]:
    """(Pseudo-)counts (n, e) by source, of the sources that counted or of those that wrote.

    Emotions of other schemes are counted as the mapping in the graph distributes them.
    """
    row_of = {concept.iri: row for row, concept in enumerate(vocabulary.concepts)}
    found: dict[str, Matrix] = {}
    for name in graph.schemes():
        given = graph.scheme(name)
        column_of = {iri: column for column, iri in enumerate(given.iris)}
        rows: dict[str, list[tuple[int, int, float]]] = defaultdict(list)
        for i, (subject, emotion) in enumerate(
            zip(associations.subjects, associations.objects, strict=True)
        ):
            if emotion in column_of and subject in row_of and associations.counted[i] == counted:
                worth = associations.probability[i] * associations.strength[i]
                rows[associations.sources[i]].append((row_of[subject], column_of[emotion], worth))
        for source, entries in rows.items():
            table = np.zeros((len(row_of), len(column_of)))
            at_row, at_column, worth = zip(*entries, strict=True)
            np.add.at(table, (np.array(at_row), np.array(at_column)), np.array(worth))
            mapped = table @ graph.mapping(name, scheme.name)
            found[source] = found.get(source, 0.0) + mapped
    return found


def inherited(counts: Matrix, vocabulary: Vocabulary) -> tuple[Matrix, NDArray[np.int64]]:
    """P(e | what is near n), (n, e), and the row that each concept inherits from most.

    Near are the counted concepts whose texts lie near, and those under the same broader concept.
    Nothing inherits from itself, so this is what would be said of a label that nobody counted.
    """
    own = counts.sum(axis=1)
    known = np.flatnonzero(own)
    average = shares(counts.sum(axis=0))
    told = (counts[known] + _CHANCE * average) / (own[known] + _CHANCE)[:, None]
    nearness = np.exp((vocabulary.vectors @ vocabulary.vectors[known].T - 1.0) / _NEARNESS)
    nearness = nearness.astype(np.float64) * np.sqrt(np.minimum(own[known], 100.0))
    nearness[known, np.arange(len(known))] = 0.0
    _add_kin(nearness, known, vocabulary)
    measured = np.array([concept.kind in _MEASURED for concept in vocabulary.concepts])
    nearness[measured[:, None] | measured[known]] = 0.0
    total = nearness.sum(axis=1, keepdims=True)
    alone = np.tile(average, (len(own), 1))
    kin = np.where(total[:, 0] > 0, known[nearness.argmax(axis=1)], np.arange(len(own)))
    return np.divide(nearness @ told, total, out=alone, where=total > 0), kin


def _add_kin(nearness: Matrix, known: NDArray[np.int64], vocabulary: Vocabulary) -> None:
    """Make concepts that share a broader concept nearer to each other."""
    shelves: dict[str, list[int]] = defaultdict(list)
    for column, row in enumerate(known):
        for broader in vocabulary.concepts[row].broader:
            shelves[broader].append(column)
    strongest = nearness.max(axis=1)
    for row, concept in enumerate(vocabulary.concepts):
        for broader in (*concept.broader, concept.iri):
            members = [c for c in shelves.get(broader, ()) if known[c] != row]
            for column in members:
                nearness[row, column] += _KIN * strongest[row] / len(members)


def shares(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Counts (e,) as probabilities, none of them zero, even of emotions nobody counted."""
    smoothed = counts + 1e-3 * counts.sum()
    share: NDArray[np.float64] = smoothed / smoothed.sum()
    return share


def written(source: str, table: Matrix, trust: float, *, average: bool) -> Witness:
    """The witness of a source whose shares were not counted but written, or come from words.

    Where its `average` says nothing, what it says is told against that, and else against the even
    distribution: who writes about disasters only means that all of them are sad.
    """
    own = table.sum(axis=1)
    even = np.full(table.shape[1], 1.0 / table.shape[1])
    baseline = shares(table.sum(axis=0)) if average else even
    probability = (table + _WRITTEN * baseline) / (own + _WRITTEN)[:, None]
    return Witness(
        source.removeprefix(terms.source("")),
        (source,),
        trust * np.log(probability / baseline),
        probability,
        baseline,
        own,
        np.arange(len(own)),
    )


def appraised(graph: KnowledgeGraph, vocabulary: Vocabulary, scheme: EmotionScheme) -> Witness:
    """The witness of what concepts are appraised as: P(e | n) = sum over a of P(a | n) P(e | a).

    A concept without appraisals of its own has those of its nearest broader concept that has some.
    What its appraisals leave open is spread evenly.
    """
    profiles = appraisal_profiles(graph, scheme)
    judged = appraisals_of(graph)
    parents: Mapping[str, Sequence[str]] = {c.iri: c.broader for c in graph.concepts()}
    baseline = np.full(len(scheme.labels), 1.0 / len(scheme.labels))
    probability = np.tile(baseline, (len(vocabulary.concepts), 1))
    own = np.zeros(len(probability))
    for row, concept in enumerate(vocabulary.concepts):
        judgement = judged.get(nearest_judged(concept.iri, judged, parents) or "", {})
        share = sum(judgement.values())
        if share:
            told = sum(p * profiles[a] for a, p in judgement.items() if a in profiles)
            probability[row] = max(1.0 - share, 0.0) * baseline + told / max(share, 1.0)
            own[row] = _WRITTEN
    # An appraisal may leave an emotion no share at all; nothing written is that sure.
    probability = 0.98 * probability + 0.02 * baseline
    return Witness(
        APPRAISED,
        (terms.source("emograph"),),
        np.log(probability / baseline),
        probability,
        baseline,
        own,
        np.arange(len(own)),
    )
