"""Counterfactuals: cues left out, or seen more or less surely."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import validate

from emograph.engine.cues import Cue
from emograph.engine.explanation.document import schema
from emograph.engine.explanation.explanation import Explanation
from emograph.errors import EmographError
from emograph.kg.provenance import explanation_iri
from tests.engine.conftest import Explain

CUES = (
    Cue("object:dog", "object", "dog", 0.9, "concepts"),
    Cue("object:snake", "object", "snake", 0.6, "imagenet"),
    Cue("scene:beach", "scene", "beach", 0.4, "attributes"),
)
CONFIDENCES = st.dictionaries(
    st.sampled_from([cue.id for cue in CUES]), st.floats(0.0, 1.0), max_size=3
)


@pytest.fixture
def explanation(explain: Explain) -> Explanation:
    return explain(*CUES)


@given(confidences=CONFIDENCES)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_it_is_what_would_be_said_of_a_photo_with_those_cues(
    explain: Explain, explanation: Explanation, confidences: dict[str, float]
) -> None:
    changed = [replace(cue, confidence=confidences.get(cue.id, cue.confidence)) for cue in CUES]
    seen = explain(*(cue for cue in changed if cue.confidence > 0.0))
    assert explanation.what_if(confidences).emotions == pytest.approx(seen.emotions)


def test_leaving_out_is_a_confidence_of_nothing(explanation: Explanation) -> None:
    assert explanation.what_if({"object:dog": 0.0}).to_dict() == (
        explanation.without("dog").to_dict()
    )


def test_it_says_so_and_has_a_name_of_its_own(explanation: Explanation) -> None:
    document = explanation.what_if({"object:dog": 0.5, "object:snake": 0.0}).to_dict()
    validate(document, schema())
    assert document["as_if"] == {"object:dog": 0.5}
    assert document["without"] == ["object:snake"]
    assert "As if the cue object:dog had the confidence 0.50." in document["notes"]
    other = explanation.what_if({"object:dog": 0.6, "object:snake": 0.0}).to_dict()
    named = {explanation_iri(d) for d in (document, other, explanation.to_dict())}
    assert len(named) == 3


@pytest.mark.parametrize("wrong", [{"object:cat": 0.5}, {"object:dog": 1.5}, {"object:dog": -0.1}])
def test_what_cannot_be_is_refused(explanation: Explanation, wrong: dict[str, float]) -> None:
    with pytest.raises(EmographError):
        explanation.what_if(wrong)
