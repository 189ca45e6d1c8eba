"""All that the graph says of all concepts in one scheme, as one matrix per graph version."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from emograph.engine.perception.vocabulary import Vocabulary
from emograph.engine.reasoning.witnesses import APPRAISED, Witness, appraised, counted
from emograph.kg import terms
from emograph.kg.graph import KnowledgeGraph
from emograph.kg.schemes import EmotionScheme

_TRUST: Mapping[str, float] = {}


@dataclass(frozen=True, eq=False)
class AssociationMatrix:
    """Log-odds (n, e) that each concept gives to each emotion of the scheme.

    They are the sum of what the witnesses say. `familiarity` (n,) in 0..1 is how far the graph has
    seen the concept itself rather than inferring it from its kin.
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
) -> AssociationMatrix:
    """Read the graph's associations into a matrix; the sources named in `without` are left out."""
    associations = graph.associations()
    appraisal_iris = {appraisal.iri for appraisal in graph.appraisals()}
    sources = sorted(
        {
            source
            for subject, source in zip(associations.subjects, associations.sources, strict=True)
            if subject not in appraisal_iris
        }
    )
    witnesses = [
        counted(associations, source, graph, vocabulary, scheme)
        for source in sources
        if source.removeprefix(terms.source("")) not in without
    ]
    if APPRAISED not in without:
        witnesses.append(appraised(graph, vocabulary, scheme))
    log_odds = np.zeros((len(vocabulary.concepts), len(scheme.labels)))
    own = np.zeros(len(vocabulary.concepts))
    for witness in witnesses:
        log_odds += trust_in(witness.name) * witness.log_odds
        own += witness.own
    return AssociationMatrix(
        scheme, vocabulary, tuple(witnesses), log_odds, own / (own + 20.0)
    )


def trust_in(witness: str) -> float:
    """What the word of a witness is worth, against 1 for the counts of labels themselves."""
    return _TRUST.get(witness, 1.0)
