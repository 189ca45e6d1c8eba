"""The emotion schemes, what binds their emotions, and the mappings between them."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from emograph.kg.graph import KnowledgeGraph

SCHEMES = ("mikels", "ekman", "plutchik", "occ", "goemotions")
PAIRS = list(permutations(SCHEMES, 2))
FAMILY = 0.3  # beyond this an emotion is clearly pleasant or unpleasant

pairs = pytest.mark.parametrize(("source", "target"), PAIRS)


def _opposites(graph: KnowledgeGraph) -> dict[str, str]:
    return {str(a): str(b) for a, b in graph.query("SELECT ?a ?b { ?a emo:opposite ?b }").rows}


@pytest.mark.parametrize(
    ("name", "size", "some"),
    [
        ("occ", 22, ("joy", "fears-confirmed", "hate")),
        ("goemotions", 28, ("admiration", "realization", "neutral")),
        ("plutchik", 24, ("serenity", "boredom", "vigilance")),
    ],
)
def test_schemes_are_complete(
    graph: KnowledgeGraph, name: str, size: int, some: tuple[str, ...]
) -> None:
    scheme = graph.scheme(name)
    assert len(scheme.labels) == len(set(scheme.definitions)) == size
    assert set(some) <= set(scheme.labels)
    assert all(scheme.words)


def test_a_pleasant_emotion_of_occ_is_called_positive(graph: KnowledgeGraph) -> None:
    rows = graph.query(
        "SELECT ?polarity ?v { ?e emo:scheme scheme:occ ; emo:polarity ?polarity ; emo:valence ?v }"
    ).rows
    assert len(rows) == 22
    assert all((polarity == "positive") == (float(str(v)) > 0) for polarity, v in rows)


def test_every_emotion_of_occ_is_about_something_and_in_one_group(graph: KnowledgeGraph) -> None:
    rows = graph.query(
        "SELECT ?e (COUNT(DISTINCT ?f) AS ?n) (COUNT(DISTINCT ?g) AS ?m) "
        "{ ?e emo:scheme scheme:occ ; emo:about ?f . ?g skos:member ?e } GROUP BY ?e"
    ).rows
    assert len(rows) == 22
    compound = {str(iri).rsplit("/", 1)[1] for iri, foci, _ in rows if foci == 2}
    assert compound == {"gratification", "remorse", "gratitude", "anger"}
    assert {groups for _, _, groups in rows} == {1}


def test_opposites_are_mutual_and_cover_both_schemes_that_have_them(graph: KnowledgeGraph) -> None:
    opposite = _opposites(graph)
    assert set(opposite) == {*graph.scheme("plutchik").iris, *graph.scheme("occ").iris}
    assert all(opposite[other] == one != other for one, other in opposite.items())


def test_opposites_of_plutchik_are_equally_intense(graph: KnowledgeGraph) -> None:
    rows = graph.query(
        "SELECT ?a ?b { ?x emo:opposite ?y . ?x emo:intensity ?a . ?y emo:intensity ?b }"
    ).rows
    assert len(rows) == 24
    assert all(a == b for a, b in rows)


def test_each_basic_emotion_has_three_forms(graph: KnowledgeGraph) -> None:
    rows = graph.query(
        "SELECT ?basic (GROUP_CONCAT(STR(?i)) AS ?all) "
        "{ ?e emo:basicEmotion ?basic ; emo:intensity ?i } GROUP BY ?basic"
    ).rows
    assert len(rows) == 8
    assert all(sorted(str(found).split()) == ["1", "2", "3"] for _, found in rows)


def test_there_is_a_dyad_of_every_two_basic_emotions_but_opposites(graph: KnowledgeGraph) -> None:
    dyads = graph.dyads()
    assert [dyad.degree for dyad in dyads] == [1] * 8 + [2] * 8 + [3] * 8
    blends = {frozenset(dyad.components) for dyad in dyads}
    opposite = {
        frozenset(iri.rsplit("/", 1)[1] for iri in pair) for pair in _opposites(graph).items()
    }
    assert len(blends) == len({dyad.label for dyad in dyads}) == 24
    assert not blends & opposite


@pytest.mark.parametrize(
    ("label", "degree", "components"),
    [
        ("love", 1, {"joy", "trust"}),
        ("awe", 1, {"fear", "surprise"}),
        ("aggressiveness", 1, {"anger", "anticipation"}),
        ("guilt", 2, {"joy", "fear"}),
        ("hope", 2, {"anticipation", "trust"}),
        ("outrage", 3, {"surprise", "anger"}),
        ("anxiety", 3, {"anticipation", "fear"}),
    ],
)
def test_dyads_are_those_of_plutchik(
    graph: KnowledgeGraph, label: str, degree: int, components: set[str]
) -> None:
    dyad = next(dyad for dyad in graph.dyads() if dyad.label == label)
    assert (dyad.degree, set(dyad.components)) == (degree, components)
    assert dyad.definition
    assert dyad.iri not in graph.scheme("plutchik").iris


def test_a_blend_has_all_where_its_components_have_a_half_each(graph: KnowledgeGraph) -> None:
    labels = graph.scheme("plutchik").labels
    given_ = dict.fromkeys(labels, 0.0) | {"ecstasy": 0.3, "joy": 0.2, "acceptance": 0.5}
    shares = {dyad.label: dyad.share(given_) for dyad in graph.dyads()}
    assert shares["love"] == pytest.approx(1)
    assert {label for label, share in shares.items() if share > 0} == {"love"}


@given(st.lists(st.floats(0.01, 1), min_size=24, max_size=24))
def test_the_share_of_a_blend_is_a_share(graph: KnowledgeGraph, weights: list[float]) -> None:
    labels = graph.scheme("plutchik").labels
    emotions = {label: weight / sum(weights) for label, weight in zip(labels, weights, strict=True)}
    assert all(0 < dyad.share(emotions) <= 1 + 1e-9 for dyad in graph.dyads())


@pairs
def test_rows_of_a_mapping_add_up_and_leave_no_emotion_out(
    graph: KnowledgeGraph, source: str, target: str
) -> None:
    mapping = graph.mapping(source, target)
    np.testing.assert_allclose(mapping.sum(axis=1), 1)
    assert mapping.min() >= 0
    assert mapping.max(axis=0).min() > 0


@pairs
def test_mapping_there_and_back_keeps_all_mass(
    graph: KnowledgeGraph, source: str, target: str
) -> None:
    there_and_back = graph.mapping(source, target) @ graph.mapping(target, source)
    np.testing.assert_allclose(there_and_back.sum(axis=1), 1)


@pairs
def test_a_mapping_keeps_the_sign_of_valence(
    graph: KnowledgeGraph, source: str, target: str
) -> None:
    valence = graph.scheme(source).valence
    mapped = graph.mapping(source, target) @ graph.scheme(target).valence
    clear = np.abs(valence) > FAMILY
    assert np.all(np.sign(mapped[clear]) == np.sign(valence[clear]))
    assert np.abs(mapped - valence).mean() < 0.15


@pairs
def test_an_emotion_counts_most_as_its_namesake(
    graph: KnowledgeGraph, source: str, target: str
) -> None:
    mapping, labels = graph.mapping(source, target), graph.scheme(target).labels
    for row, label in zip(mapping, graph.scheme(source).labels, strict=True):
        if label in labels:
            assert labels[int(row.argmax())] == label


@pytest.mark.parametrize("other", SCHEMES[1:])
def test_an_emotion_of_mikels_comes_back_as_itself_or_as_one_as_pleasant(
    graph: KnowledgeGraph, other: str
) -> None:
    mikels = graph.scheme("mikels")
    back = graph.mapping("mikels", other) @ graph.mapping(other, "mikels")
    most: NDArray[np.int64] = back.argmax(axis=1)
    assert np.all(np.sign(mikels.valence[most]) == np.sign(mikels.valence))
    if other != "ekman":  # which has one pleasant emotion for four of Mikels
        np.testing.assert_array_equal(most, np.arange(8))


@pytest.mark.parametrize("source", ["mikels", "ekman"])
def test_every_petal_has_a_share_of_an_even_distribution(
    graph: KnowledgeGraph, source: str
) -> None:
    shares = graph.mapping(source, "plutchik").mean(axis=0)
    assert shares.min() >= 0.01


def test_mikels_and_ekman_are_mapped_as_they_were_evaluated(graph: KnowledgeGraph) -> None:
    forth, back = graph.mapping("mikels", "ekman"), graph.mapping("ekman", "mikels")
    np.testing.assert_allclose(forth[0], [0, 0, 0, 0.75, 0, 0.2, 0.05])  # amusement
    np.testing.assert_allclose(forth[1], [0, 0, 0.1, 0.35, 0, 0.45, 0.1])  # awe
    np.testing.assert_allclose(back[3], [0.3, 0.1, 0.35, 0.25, 0, 0, 0, 0])  # joy
