"""Appraisals have their emotions in every scheme, and concepts the appraisals of what they are."""

import numpy as np
import pytest

from emograph.engine.reasoning.appraisals import appraisal_profiles, appraisals_of, nearest_judged
from emograph.kg.graph import KnowledgeGraph
from tests.engine.conftest import SCHEMES

PARENTS = {"poodle": ["pet", "dog"], "dog": ["animal"], "pet": ["animal"], "animal": ["thing"]}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_appraisal_has_a_distribution_over_the_scheme(
    graph: KnowledgeGraph, scheme: str
) -> None:
    profiles = appraisal_profiles(graph, graph.scheme(scheme))
    assert set(profiles) == {appraisal.iri for appraisal in graph.appraisals()}
    for profile in profiles.values():
        assert (profile >= 0).all()
        assert profile.sum() == pytest.approx(1.0, abs=0.02)
        assert profile.shape == np.shape(graph.scheme(scheme).labels)


def test_judgements_are_probabilities_of_appraisals_that_the_graph_has(
    graph: KnowledgeGraph,
) -> None:
    known = {appraisal.iri for appraisal in graph.appraisals()}
    judged = appraisals_of(graph)
    assert judged
    for judgement in judged.values():
        assert set(judgement) <= known
        assert all(0.0 < p <= 1.0 for p in judgement.values())


@pytest.mark.parametrize(
    ("judged", "expected"),
    [
        ({"poodle", "dog"}, "poodle"),
        ({"dog", "animal"}, "dog"),
        ({"animal", "thing"}, "animal"),
        ({"thing"}, "thing"),
        ({"cat"}, None),
    ],
    ids=["itself", "its parent", "a grandparent", "far up", "nobody"],
)
def test_a_concept_is_judged_as_the_nearest_above_it(
    judged: set[str], expected: str | None
) -> None:
    assert nearest_judged("poodle", dict.fromkeys(judged), PARENTS) == expected


def test_concepts_above_each_other_end_the_search() -> None:
    assert nearest_judged("a", {}, {"a": ["b"], "b": ["a"]}) is None
