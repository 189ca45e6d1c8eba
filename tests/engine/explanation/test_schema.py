"""The packaged JSON Schema: valid itself, described throughout, and strict."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import jsonschema
import pytest

from emograph.engine.explanation.document import (
    SCHEMA_ID,
    backing,
    effects,
    headline,
    schema,
    telling,
    way,
)
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


def test_every_field_but_that_of_counterfactuals_is_required() -> None:
    assert set(schema()["required"]) == set(schema()["properties"]) - {"without", "as_if"}


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


def test_cues_that_are_surer_come_before_fainter_ones_and_the_stronger_first() -> None:
    cues = [
        {"id": name, "confidence": confidence}
        for name, confidence in [("sky", 0.9), ("mud", 0.1), ("cat", 0.3), ("sun", 0.8)]
    ]
    adds = {"sky": 0.001, "mud": 0.9, "cat": -0.5, "sun": 0.2}
    given = [{"cue": c, "emotion": "awe", "log_odds": adds[c]} for c in adds]
    document = {"emotions": {"awe": 1.0}, "cues": cues, "contributions": given}
    matter, faint = telling(document)
    assert [cue["id"] for cue in matter] == ["cat", "sun"]
    assert [cue["id"] for cue in faint] == ["mud", "sky"]


@pytest.mark.parametrize(
    ("log_odds", "probability", "kind", "label", "words"),
    [
        (0.4, 0.6, "appraisal", "loss", "evokes"),
        (0.4, 0.6, "appraisal", "safety and comfort", "evoke"),
        (-0.4, 0.05, "appraisal", "safety and comfort", "speak against"),
        (-0.4, 0.05, "concept", "cat", "goes less often with"),
        (0.1, 0.05, "appraisal", "loss", "lowers others more than"),
        (-0.1, 0.6, "concept", "cat", "raises others more than"),
    ],
)
def test_the_words_before_an_emotion_are_true(
    log_odds: float, probability: float, kind: str, label: str, words: str
) -> None:
    steps = [
        {"type": "cue", "id": "a", "label": label},
        {"type": "concept", "id": "b", "label": label},
        {"type": kind, "id": "c", "label": label},
        {"type": "emotion", "id": "d", "label": "awe"},
    ]
    last = "evokes" if kind == "appraisal" else "goes with"
    path = {"steps": steps, "relations": ["stands for", "is appraised as", last]}
    numbers = {"log_odds": log_odds, "probability": probability, "baseline": 0.1}
    told, relations = way(path | numbers)
    assert relations[-1] == words
    assert len(told) == len(relations) + 1


@pytest.mark.parametrize(
    ("count", "source", "relation", "words"),
    [
        (75.0, "EmoSet", "stands for", "40\xa0% of 75 observations in EmoSet, where 10\xa0%"),
        (75.0, "EmoSet", "is close to", "drawn from “cat” (75 observations in EmoSet)"),
        (
            0.0,
            "emograph authors",
            "stands for",
            "in the reading of the authors, where 10\xa0% is usual",
        ),
        (0.0, "Phrases said of pictures", "stands for", "phrases of like meaning"),
        (0.0, "an oracle", "stands for", "by an oracle, not counted"),
    ],
)
def test_only_what_was_counted_is_told_as_observations(
    count: float, source: str, relation: str, words: str
) -> None:
    steps = [{"type": t, "id": t, "label": "cat"} for t in ("cue", "concept", "emotion")]
    path = {"steps": steps, "relations": [relation, "goes with"], "count": count, "source": source}
    told = backing(path | {"probability": 0.4, "baseline": 0.1})
    assert words in told
    assert ("observations" in told) == (count > 0)


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
