"""Concepts inherit from what is near them and from their kin, never from themselves."""

import numpy as np
import pytest
from numpy.typing import NDArray

from emograph.engine.perception.vocabulary import Vocabulary
from emograph.engine.reasoning.witnesses import appraised, inherited, tables, written
from emograph.kg.associations import Associations
from emograph.kg.graph import KnowledgeGraph
from tests.engine.conftest import SCHEMES
from tests.engine.making import concept, unit, vocabulary_of

Counts = NDArray[np.float64]

# Two near each other, two near each other elsewhere.
PAIRS = unit([[1, 0.1, 0], [1, -0.1, 0], [0, 0.1, 1], [0, -0.1, 1]])


def inherits(counts: list[list[float]], vocabulary: Vocabulary) -> tuple[Counts, list[int]]:
    near, kin = inherited(np.array(counts, dtype=np.float64), vocabulary)
    return near, kin.tolist()


class TestInherited:
    def test_is_a_distribution_for_every_concept(
        self, graph: KnowledgeGraph, vocabulary: Vocabulary
    ) -> None:
        scheme = graph.scheme("mikels")
        (counts,) = tables(graph.associations(), graph, vocabulary, scheme, counted=True).values()
        near, _ = inherited(counts, vocabulary)
        assert (near > 0).all()
        np.testing.assert_allclose(near.sum(axis=1), 1.0, atol=1e-6)

    def test_comes_from_what_lies_near(self) -> None:
        vocabulary = vocabulary_of([concept(name) for name in "abcd"], PAIRS)
        near, kin = inherits([[0, 0], [90, 10], [0, 0], [10, 90]], vocabulary)
        assert near[0, 0] > 0.8
        assert near[2, 1] > 0.8
        assert (kin[0], kin[2]) == (1, 3)

    def test_comes_from_kin_that_lie_farther_off(self) -> None:
        shelf = ["urn:shelf"]
        vectors = unit([[1, 0, 0], [0, 1, 0], [0.3, 0, 1]])
        alone = vocabulary_of([concept(name) for name in "abc"], vectors)
        shelved = vocabulary_of(
            [concept("a", broader=shelf), concept("b", broader=shelf), concept("c")], vectors
        )
        counts = [[0.0, 0.0], [100.0, 0.0], [0.0, 100.0]]
        assert inherits(counts, alone)[1][0] == 2
        near, kin = inherits(counts, shelved)
        assert near[0, 0] > 0.5
        assert kin[0] == 1

    def test_comes_from_concepts_below(self) -> None:
        above = concept("a")
        vectors = unit([[1, 0, 0], [0, 1, 0], [0.3, 0, 1]])
        below = concept("b", broader=[above.iri])
        counts = [[0.0, 0.0], [100.0, 0.0], [0.0, 100.0]]
        assert inherits(counts, vocabulary_of([above, below, concept("c")], vectors))[1][0] == 1

    @pytest.mark.parametrize("own", [[0.0, 0.0], [5.0, 5.0], [500.0, 500.0]])
    def test_does_not_come_from_a_label_itself(self, own: list[float]) -> None:
        """Its counts are those of the average, so that the average stays the same."""
        vocabulary = vocabulary_of([concept(name) for name in "abcd"], PAIRS)
        near, kin = inherits([own, [90, 10], [0, 0], [10, 90]], vocabulary)
        uncounted, _ = inherits([[0, 0], [90, 10], [0, 0], [10, 90]], vocabulary)
        assert near[0].tolist() == pytest.approx(uncounted[0].tolist())
        assert kin[0] == 1

    def test_names_nobody_as_its_own_kin_where_others_are_counted(
        self, graph: KnowledgeGraph, vocabulary: Vocabulary
    ) -> None:
        scheme = graph.scheme("mikels")
        (counts,) = tables(graph.associations(), graph, vocabulary, scheme, counted=True).values()
        _, kin = inherited(counts, vocabulary)
        measured = [
            c.kind in ("brightness", "colorfulness", "composition") for c in vocabulary.concepts
        ]
        own = kin == np.arange(len(kin))
        assert own.tolist() == measured

    @pytest.mark.parametrize("kind", ["brightness", "colorfulness", "composition"])
    def test_steps_of_light_neither_inherit_nor_hand_on(self, kind: str) -> None:
        vocabulary = vocabulary_of(
            [concept("step", kind), concept("a"), concept("other step", kind), concept("b")], PAIRS
        )
        near, kin = inherits([[0, 0], [90, 10], [10, 90], [0, 0]], vocabulary)
        assert kin[0] == 0
        assert near[0].tolist() == pytest.approx([0.5, 0.5])
        assert near[3, 0] > 0.5, "from a, far off, not from the step beside it"


class TestTables:
    @pytest.mark.parametrize("counted", [True, False])
    def test_mapping_to_a_scheme_neither_makes_nor_loses_observations(
        self, graph: KnowledgeGraph, vocabulary: Vocabulary, counted: bool
    ) -> None:
        by_scheme = [
            tables(graph.associations(), graph, vocabulary, graph.scheme(name), counted=counted)
            for name in SCHEMES
        ]
        for source in by_scheme[0]:
            own = [found[source].sum(axis=1) for found in by_scheme]
            np.testing.assert_allclose(own[0], own[1], rtol=1e-6, atol=1e-9)
            np.testing.assert_allclose(own[0], own[2], rtol=1e-6, atol=1e-9)

    def test_counts_are_probability_times_strength_of_known_concepts(
        self, graph: KnowledgeGraph
    ) -> None:
        scheme = graph.scheme("mikels")
        dog = concept("dog")
        table = Associations(
            (dog.iri, dog.iri, "urn:unheard_of"),
            (scheme.iris[0], scheme.iris[1], scheme.iris[0]),
            ("urn:counts", "urn:words", "urn:counts"),
            np.array([0.25, 0.5, 1.0]),
            np.array([8.0, 20.0, 99.0]),
            np.array([True, False, True]),
        )
        vocabulary = vocabulary_of([dog, concept("cat")])
        (counted,) = tables(table, graph, vocabulary, scheme, counted=True).items()
        (wrote,) = tables(table, graph, vocabulary, scheme, counted=False).items()
        assert (counted[0], wrote[0]) == ("urn:counts", "urn:words")
        assert counted[1].sum() == counted[1][0, 0] == 2.0
        assert wrote[1].sum() == wrote[1][0, 1] == 10.0


class TestWritten:
    TABLE = np.array([[20.0, 0.0], [0.0, 20.0], [0.0, 0.0]])

    def test_says_nothing_of_what_it_does_not_write_of(self) -> None:
        for average in (True, False):
            told = written("urn:words", self.TABLE, 1.0, average=average)
            assert told.log_odds[2].tolist() == [0.0, 0.0]

    def test_speaks_for_what_it_wrote_more_often_the_more_it_is_trusted(self) -> None:
        little, much = (
            written("urn:words", self.TABLE, trust, average=True).log_odds for trust in (0.5, 2.0)
        )
        assert little[0, 0] > 0 > little[0, 1]
        np.testing.assert_allclose(much, 4 * little)

    def test_stays_finite_where_an_emotion_is_never_written_of(self) -> None:
        told = written("urn:words", np.array([[20.0, 0.0], [5.0, 0.0]]), 1.0, average=True)
        assert np.isfinite(told.log_odds).all()

    def test_means_what_it_says_of_one_thing_only(self) -> None:
        sad = np.array([[0.0, 10.0]])
        assert written("urn:average", sad, 1.0, average=True).log_odds[0, 1] < 0.01
        assert written("urn:pack", sad, 1.0, average=False).log_odds[0, 1] > 0.2


class TestAppraised:
    def test_concepts_without_appraisals_are_left_as_they_are(self, graph: KnowledgeGraph) -> None:
        vocabulary = vocabulary_of([concept("no such thing in the graph")])
        witness = appraised(graph, vocabulary, graph.scheme("mikels"))
        assert not witness.log_odds.any()
        assert not witness.own.any()

    @pytest.mark.parametrize("scheme", SCHEMES)
    def test_danger_speaks_for_fear_in_every_scheme(
        self, graph: KnowledgeGraph, scheme: str
    ) -> None:
        wanted = graph.scheme(scheme)
        judged = graph.appraisal_associations()
        danger = {
            subject
            for subject, appraisal, p in zip(
                judged.subjects, judged.objects, judged.probability, strict=True
            )
            if "threat" in appraisal and p >= 0.5
        }
        found = [c for c in graph.concepts() if c.iri in danger][:20]
        assert found
        told = appraised(graph, vocabulary_of(found), wanted).log_odds
        assert (told[:, wanted.labels.index("fear")] > 0).mean() > 0.9
