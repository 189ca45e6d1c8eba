"""What was counted decides, what nobody counted is expected, and sources can be left out."""

from collections import defaultdict

import numpy as np
import pytest
from numpy.typing import NDArray

from emograph.engine.perception.vocabulary import Vocabulary
from emograph.engine.reasoning.appraisals import appraisals_of
from emograph.engine.reasoning.matrix import AssociationMatrix, compile_matrix
from emograph.engine.reasoning.witnesses import COUNTED
from emograph.kg import terms
from emograph.kg.graph import KnowledgeGraph
from tests.engine.conftest import SCHEMES

SOURCES = ("emoset", "phrases", "light", "appraised")


def compiled(
    graph: KnowledgeGraph, vocabulary: Vocabulary, scheme: str = "mikels", *without: str
) -> AssociationMatrix:
    return compile_matrix(graph, vocabulary, graph.scheme(scheme), without)


def counted_shares(graph: KnowledgeGraph, scheme: str) -> dict[str, NDArray[np.float64]]:
    """Counts by concept as the graph has them, in the scheme that they were counted in."""
    column = {iri: i for i, iri in enumerate(graph.scheme(scheme).iris)}
    counts: dict[str, NDArray[np.float64]] = defaultdict(lambda: np.zeros(len(column)))
    table = graph.associations()
    for i in np.flatnonzero(table.counted):
        worth = table.probability[i] * table.strength[i]
        counts[table.subjects[i]][column[table.objects[i]]] += worth
    return counts


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_witnesses_add_up_to_the_log_odds(
    graph: KnowledgeGraph, vocabulary: Vocabulary, scheme: str
) -> None:
    matrix = compiled(graph, vocabulary, scheme)
    assert matrix.log_odds.shape == (len(vocabulary.concepts), len(matrix.scheme.labels))
    assert np.isfinite(matrix.log_odds).all()
    told = sum(witness.log_odds for witness in matrix.witnesses)
    np.testing.assert_allclose(told, matrix.log_odds, rtol=0, atol=1e-9)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_witness_shows_probabilities(
    graph: KnowledgeGraph, vocabulary: Vocabulary, scheme: str
) -> None:
    for witness in compiled(graph, vocabulary, scheme).witnesses:
        assert (witness.probability >= 0).all()
        np.testing.assert_allclose(witness.probability.sum(axis=1), 1.0, atol=1e-6)
        assert witness.baseline.sum() == pytest.approx(1.0)
        assert (witness.own >= 0).all()


def test_much_counted_labels_have_the_shares_that_were_counted(
    graph: KnowledgeGraph, vocabulary: Vocabulary
) -> None:
    matrix = compiled(graph, vocabulary)
    baseline = matrix.witnesses[0].baseline
    found = 0
    for iri, counts in counted_shares(graph, "mikels").items():
        if iri in matrix.rows and counts.sum() >= 100:
            odds = baseline * np.exp(matrix.log_odds[matrix.rows[iri]])
            np.testing.assert_allclose(odds / odds.sum(), counts / counts.sum(), atol=0.1)
            found += 1
    assert found >= 2


def test_a_label_that_nobody_counted_is_as_expected_of_it(
    graph: KnowledgeGraph, vocabulary: Vocabulary
) -> None:
    matrix = compiled(graph, vocabulary)
    counted = matrix.witnesses[0]
    assert counted.name == COUNTED
    uncounted = counted.own == 0
    assert uncounted.any()
    said = compiled(graph, vocabulary, "mikels", "emoset").log_odds
    near = np.log(counted.probability[uncounted] / counted.baseline)
    np.testing.assert_allclose(matrix.log_odds[uncounted], said[uncounted] + near, atol=1e-9)


def test_what_one_would_have_expected_falls_silent_where_much_was_counted(
    graph: KnowledgeGraph, vocabulary: Vocabulary
) -> None:
    whole = compiled(graph, vocabulary)
    alone = compiled(graph, vocabulary, "mikels", "emoset")
    own = whole.witnesses[0].own
    for beside, by_itself in zip(whole.witnesses[1:], alone.witnesses, strict=True):
        assert beside.name == by_itself.name
        loud, low = np.abs(by_itself.log_odds), np.abs(beside.log_odds)
        np.testing.assert_allclose(low[own == 0], loud[own == 0])
        assert (low[own >= 100] <= 0.1 * loud[own >= 100]).all()


def test_what_somebody_wrote_appraisals_for_needs_no_neighbours(
    graph: KnowledgeGraph, vocabulary: Vocabulary
) -> None:
    counted = compiled(graph, vocabulary).witnesses[0]
    judged = appraisals_of(graph)
    written_for = np.array([c.iri in judged for c in vocabulary.concepts])
    uncounted = written_for & (counted.own == 0)
    assert uncounted.any()
    np.testing.assert_allclose(counted.log_odds[uncounted], 0.0, atol=1e-9)


def test_familiarity_grows_with_what_the_graph_says_of_a_concept(
    graph: KnowledgeGraph, vocabulary: Vocabulary
) -> None:
    matrix = compiled(graph, vocabulary)
    assert (matrix.familiarity >= 0).all()
    assert (matrix.familiarity < 1).all()
    counts = counted_shares(graph, "mikels")
    most = max((iri for iri in counts if iri in matrix.rows), key=lambda iri: counts[iri].sum())
    assert matrix.familiarity[matrix.rows[most]] > 0.9
    nothing = np.all([witness.own == 0 for witness in matrix.witnesses], axis=0)
    assert (matrix.familiarity[nothing] == 0).all()


@pytest.mark.parametrize("name", ["phrases", "light", "appraised"])
def test_a_source_can_be_left_out_by_name(
    graph: KnowledgeGraph, vocabulary: Vocabulary, name: str
) -> None:
    everything = [w.name for w in compiled(graph, vocabulary).witnesses]
    rest = [w.name for w in compiled(graph, vocabulary, "mikels", name).witnesses]
    assert name in everything
    assert rest == [witness for witness in everything if witness != name]


def test_without_counts_only_what_was_written_speaks(
    graph: KnowledgeGraph, vocabulary: Vocabulary
) -> None:
    matrix = compiled(graph, vocabulary, "mikels", "emoset")
    assert COUNTED not in [w.name for w in matrix.witnesses]
    told = sum(witness.log_odds for witness in matrix.witnesses)
    np.testing.assert_allclose(told, matrix.log_odds, rtol=0, atol=1e-9)


def test_without_any_source_nothing_is_said_and_nothing_is_familiar(
    graph: KnowledgeGraph, vocabulary: Vocabulary
) -> None:
    matrix = compiled(graph, vocabulary, "mikels", *SOURCES)
    assert not matrix.log_odds.any()
    assert not matrix.familiarity.any()


def test_leaving_out_what_is_not_there_changes_nothing(
    graph: KnowledgeGraph, vocabulary: Vocabulary
) -> None:
    whole, same = compiled(graph, vocabulary), compiled(graph, vocabulary, "mikels", "unheard of")
    np.testing.assert_array_equal(whole.log_odds, same.log_odds)


def test_rows_are_found_by_iri(graph: KnowledgeGraph, vocabulary: Vocabulary) -> None:
    rows = compiled(graph, vocabulary).rows
    assert rows[terms.concept("brightness", "0.5")] == [c.iri for c in vocabulary.concepts].index(
        terms.concept("brightness", "0.5")
    )
    assert len(rows) == len(vocabulary.concepts)
