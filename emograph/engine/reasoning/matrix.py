"""All that the graph says of all concepts in one scheme, as one matrix per graph version.

With N(n, e) the counts, L_near what is counted of near concepts and L_s what each further source
says (words, light, appraisals), as log-odds against the baseline P(e):

    P_b(e | n) = P(e) exp(L_near + sum over s of L_s) / const       what one would expect of n
    P(e | n)   = (N(n, e) + a P_b(e | n)) / (N(n) + a)              what was counted decides
    L(n, e)    = log P(e | n) - log P(e)
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from emograph.engine.perception.vocabulary import Vocabulary
from emograph.engine.reasoning.appraisals import appraisals_of
from emograph.engine.reasoning.witnesses import (
    APPRAISED,
    COUNTED,
    Matrix,
    Witness,
    appraised,
    inherited,
    shares,
    tables,
    written,
)
from emograph.kg import terms
from emograph.kg.associations import Associations
from emograph.kg.graph import KnowledgeGraph
from emograph.kg.schemes import EmotionScheme

_BACK_OFF = 10.0
"""a, in observations; chosen by the likelihood of EmoSet's rows in cross-validation."""

# What the word of a source is worth that speaks of all kinds of things, so that its average says
# nothing. Words said of a picture by a detector are hearsay. What packs add counts as it stands.
_TRUST: Mapping[str, float] = {"phrases": 0.5, "light": 1.5}


@dataclass(frozen=True, eq=False)
class AssociationMatrix:
    """Log-odds (n, e) that each concept gives to each emotion of the scheme.

    They are the sum of what the witnesses say. `familiarity` (n,) in 0..1 is how far something was
    counted or written of the concept itself rather than inferred from its kin.
    """

    scheme: EmotionScheme
    vocabulary: Vocabulary
    witnesses: tuple[Witness, ...]
    log_odds: NDArray[np.float64]
    familiarity: NDArray[np.float64]

    @cached_property
    def rows(self) -> Mapping[str, int]:
        """The row of each concept, by IRI."""
        return {concept.iri: row for row, concept in enumerate(self.vocabulary.concepts)}


def compile_matrix(
    graph: KnowledgeGraph,
    vocabulary: Vocabulary,
    scheme: EmotionScheme,
    without: Collection[str] = (),
    associations: Associations | None = None,
) -> AssociationMatrix:
    """Read the graph's associations, or those given instead, into a matrix.

    Sources whose names (``emoset``, ``phrases``, ``light``, ``appraised``) are in `without` are
    left out.
    """
    given = graph.associations() if associations is None else associations
    sources = {
        source: table
        for source, table in tables(given, graph, vocabulary, scheme, counted=True).items()
        if _name(source) not in without
    }
    further = [
        written(source, table, _TRUST.get(_name(source), 1.0), average=_name(source) in _TRUST)
        for source, table in tables(given, graph, vocabulary, scheme, counted=False).items()
        if _name(source) not in without
    ]
    if APPRAISED not in without:
        further.append(appraised(graph, vocabulary, scheme))
    expected = sum((witness.log_odds for witness in further), np.zeros(_shape(vocabulary, scheme)))
    if not sources:
        return AssociationMatrix(
            scheme, vocabulary, tuple(further), expected, _familiarity(further, len(expected))
        )
    counts = sum(sources.values(), np.zeros_like(expected))
    judged = appraisals_of(graph)
    written_for = np.array([concept.iri in judged for concept in vocabulary.concepts])
    total, counted, share = _decided_by_counts(
        counts, expected, vocabulary, written_for, tuple(sources)
    )
    # Where much was counted, what one would have expected no longer speaks.
    witnesses = [replace(w, log_odds=w.log_odds * (1.0 - share)) for w in further]
    said = sum((witness.log_odds for witness in witnesses), np.zeros_like(total))
    counted = replace(counted, log_odds=total - said)
    return AssociationMatrix(
        scheme,
        vocabulary,
        (counted, *witnesses),
        total,
        _familiarity([counted, *witnesses], len(total)),
    )


def _decided_by_counts(
    counts: Matrix,
    expected: Matrix,
    vocabulary: Vocabulary,
    written_for: NDArray[np.bool_],
    sources: tuple[str, ...],
) -> tuple[Matrix, Witness, Matrix]:
    own = counts.sum(axis=1, keepdims=True)
    baseline = shares(counts.sum(axis=0))
    near, kin = inherited(counts, vocabulary)
    # What somebody wrote appraisals for needs no neighbours: "spoiled meal" is near "dessert".
    near[written_for] = baseline
    log_odds = np.log(near / baseline) + expected
    guess = baseline * np.exp(log_odds - log_odds.max(axis=1, keepdims=True))
    guess /= guess.sum(axis=1, keepdims=True)
    probability = (counts + _BACK_OFF * guess) / (own + _BACK_OFF)
    total = np.where(own > 0, np.log(probability / baseline), log_odds)
    shown = np.where(own > 0, counts / np.maximum(own, 1e-12), near)
    kin = np.where(own[:, 0] > 0, np.arange(len(kin)), kin)
    witness = Witness(COUNTED, sources, total, shown, baseline, own[:, 0], kin)
    return total, witness, own / (own + _BACK_OFF)


def _familiarity(witnesses: Collection[Witness], size: int) -> NDArray[np.float64]:
    own = np.max([np.zeros(size), *(witness.own for witness in witnesses)], axis=0)
    share: NDArray[np.float64] = own / (own + _BACK_OFF)
    return share


def _shape(vocabulary: Vocabulary, scheme: EmotionScheme) -> tuple[int, int]:
    return len(vocabulary.concepts), len(scheme.labels)


def _name(source: str) -> str:
    return source.removeprefix(terms.source(""))
