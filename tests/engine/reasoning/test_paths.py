"""The paths of a cue to an emotion are its contribution, taken apart."""

from collections import defaultdict
from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emograph.engine.cues import Cue
from emograph.engine.reasoning.paths import Path, PathFinder, Step, source_labels, strongest
from emograph.kg.graph import KnowledgeGraph
from tests.engine.conftest import SCHEMES, Explain
from tests.engine.making import cue

CUES = st.lists(
    st.tuples(
        st.integers(0, 10_000), st.floats(0.0, 1.0), st.sampled_from(["concepts", "faces", "x"])
    ),
    max_size=8,
)


def seen(finder: PathFinder, drawn: list[tuple[int, float, str]]) -> list[Cue]:
    concepts = finder.reasoner.matrix.vocabulary.concepts
    return [
        cue(f"a:{i}", confidence, iri=concepts[n % len(concepts)].iri, detector=detector)
        for i, (n, confidence, detector) in enumerate(drawn)
    ]


@pytest.mark.parametrize("scheme", SCHEMES)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=CUES)
def test_the_paths_of_a_cue_add_up_to_its_contribution(
    scheme: str,
    drawn: list[tuple[int, float, str]],
    finders: Mapping[str, PathFinder],
    explain: Explain,
) -> None:
    finder = finders[scheme]
    explanation = explain(*seen(finder, drawn), finder=finder)
    for emotion in finder.reasoner.matrix.scheme.labels:
        told: dict[str, float] = defaultdict(float)
        for path in finder.find(explanation.evidence, emotion):
            told[path.cue] += path.log_odds
        for contribution in explanation.contributions:
            if contribution.emotion == emotion:
                assert told[contribution.cue] == pytest.approx(contribution.log_odds, abs=1e-9)


def test_a_path_leads_from_a_cue_by_its_concept_to_the_emotion(
    finders: Mapping[str, PathFinder], explain: Explain, graph: KnowledgeGraph
) -> None:
    finder = finders["mikels"]
    cues = seen(finder, [(n, 0.9, "x") for n in range(40, 140, 7)])
    concept_of = {c.id: c.concept for c in cues}
    paths = finder.find(explain(*cues).evidence, "awe")
    types = {"cue", "concept", "appraisal", "emotion"}
    names = set(source_labels(graph).values())
    assert paths == sorted(paths, key=lambda path: -abs(path.log_odds))
    for path in paths:
        first, second, *_, last = path.steps
        assert (first.type, first.id) == ("cue", path.cue)
        assert (second.type, second.id) == ("concept", concept_of[path.cue])
        assert (last.type, last.label) == ("emotion", "awe")
        assert {step.type for step in path.steps} <= types
        assert len(path.relations) == len(path.steps) - 1
        assert path.relations[0] == "stands for"
        assert 0.0 <= path.probability <= 1.0
        assert 0.0 < path.baseline < 1.0
        assert path.source in names


def test_a_label_that_nobody_counted_is_said_to_be_close_to_one_that_was(
    finders: Mapping[str, PathFinder], explain: Explain
) -> None:
    finder = finders["mikels"]
    counted = finder.reasoner.matrix.witnesses[0]
    row = next(i for i, kin in enumerate(counted.kin) if kin != i)
    paths = finder.find(explain(*seen(finder, [(row, 0.9, "x")])).evidence, "fear")
    (close,) = [path for path in paths if "is close to" in path.relations]
    neighbour = finder.reasoner.matrix.vocabulary.concepts[int(counted.kin[row])]
    assert close.steps[2] == Step("concept", neighbour.iri, neighbour.label)
    assert close.count == counted.own[counted.kin[row]] > 0


def test_only_what_was_counted_has_a_count(
    finders: Mapping[str, PathFinder], explain: Explain
) -> None:
    finder = finders["mikels"]
    cues = seen(finder, [(n, 0.9, "x") for n in range(0, 200, 9)])
    paths = finder.find(explain(*cues).evidence, "sadness")
    assert all(path.count == 0.0 for path in paths if "is appraised as" in path.relations)
    assert any(path.count > 0 for path in paths)


def test_evidence_that_is_not_in_the_matrix_has_no_path(
    finders: Mapping[str, PathFinder],
) -> None:
    assert finders["mikels"].find([], "awe") == []


def test_whatever_says_something_of_an_emotion_has_a_name(graph: KnowledgeGraph) -> None:
    said = {*graph.associations().sources, *graph.appraisal_associations().sources}
    assert said <= set(source_labels(graph))


def test_of_the_strongest_paths_at_most_two_start_from_one_cue() -> None:
    paths = [
        Path(name, "awe", 1.0 - i / 10, (), (), 0.5, 0.5, 0.0, "s")
        for i, name in enumerate(["a", "a", "a", "b", "a", "c"])
    ]
    assert [path.cue for path in strongest(paths, 4)] == ["a", "a", "b", "c"]
    assert [path.cue for path in strongest(paths, 1)] == ["a"]
    assert strongest([], 3) == []
