"""The packaged JSON Schema: valid itself, described throughout, and strict."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import jsonschema
import pytest

from emograph.engine.explanation.document import SCHEMA_ID, baseline, effects, headline, schema
from tests.engine.explanation.test_schema_samples import SAMPLES


def _fields(node: Any, name: str = "explanation") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every subschema that stands for a value of the document, with its name."""
    yield name, node
    for key, child in node.get("properties", {}).items():
        yield from _fields(child, f"{name}.{key}")
    for key in ("items", "additionalProperties"):
        if isinstance(node.get(key), dict):
            yield from _fields(node[key], f"{name}.{key}")
    for key, child in node.get("$defs", {}).items():
        yield from _fields(child, key)


def test_the_schema_is_valid_and_names_its_version() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    assert schema()["properties"]["schema"]["const"] == SCHEMA_ID


def test_every_field_is_described() -> None:
    silent = [
        name
        for name, field in _fields(schema())
        if not field.get("description") and set(field) != {"$ref"}
    ]
    assert silent == []


def test_every_field_is_required() -> None:
    assert set(schema()["required"]) == set(schema()["properties"])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("schema", "emograph.explanation/2"),
        ("valence", 1.5),
        ("emotions", {}),
        ("emotions", {"awe": 1.2}),
        ("unknown_share", -0.1),
        ("votes", {"neighbour": {"awe": 1.0}}),
        ("why", "one string"),
        ("surprise", "a field that is not there"),
    ],
)
def test_a_wrong_value_is_refused(field: str, value: object) -> None:
    wrong = deepcopy(SAMPLES["usual"]) | {field: value}
    assert not jsonschema.Draft202012Validator(schema()).is_valid(wrong)


def test_a_caller_cannot_spoil_the_schema_for_others() -> None:
    schema().clear()
    assert schema()


def test_the_baseline_is_the_prior_as_a_distribution() -> None:
    shares = baseline({"prior": {"awe": 1.0, "fear": 1.0}})
    assert shares == pytest.approx({"awe": 0.5, "fear": 0.5})
    assert baseline({"prior": {}}) == {}


def test_a_cue_without_a_contribution_adds_nothing() -> None:
    cues = [{"id": "a"}, {"id": "b"}]
    given = [{"cue": "a", "emotion": "awe", "log_odds": 0.3}]
    assert effects({"cues": cues, "contributions": given}, "awe") == {"a": 0.3, "b": 0.0}


@pytest.mark.parametrize(
    ("emotions", "words"),
    [
        ({"awe": 1.0}, "This picture evokes awe"),
        ({"awe": 0.38, "fear": 0.32, "anger": 0.3}, "No single feeling stands out"),
        ({"awe": 0.45, "fear": 0.3, "anger": 0.25}, "Above all, awe"),
        ({"neutral": 0.7, "joy": 0.3}, "This picture evokes a neutral feeling"),
    ],
)
def test_the_headline_says_no_more_than_the_numbers(emotions: dict[str, float], words: str) -> None:
    assert headline({"emotions": emotions}) == words
