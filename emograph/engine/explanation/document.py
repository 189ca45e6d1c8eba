"""The explanation document: its schema, and how its values are read out in every view."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from math import exp
from pathlib import Path
from typing import Any, Final, TypeAlias

SCHEMA_ID: Final = "emograph.explanation/1"

Document: TypeAlias = Mapping[str, Any]
"""An explanation as plain JSON values; `schema()` describes every field."""

_HERE = Path(__file__).parent


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the explanation document, a fresh copy.

    >>> schema()["properties"]["schema"]["const"]
    'emograph.explanation/1'
    """
    loaded: dict[str, Any] = json.loads((_HERE / "explanation.schema.json").read_text("utf-8"))
    return loaded


def ranked(emotions: Mapping[str, float]) -> list[tuple[str, float]]:
    """The emotions with their probabilities, the strongest first, ties in alphabetical order.

    >>> ranked({"awe": 0.2, "fear": 0.5, "anger": 0.3})
    [('fear', 0.5), ('anger', 0.3), ('awe', 0.2)]
    """
    return sorted(emotions.items(), key=lambda item: (-item[1], item[0]))


def leading(document: Document) -> str:
    """The emotion with the highest probability."""
    return ranked(document["emotions"])[0][0]


def effects(document: Document, emotion: str) -> dict[str, float]:
    """What each cue adds to one emotion, in log-odds: cue id to number, 0 where none is given."""
    given = {c["cue"]: c["log_odds"] for c in document["contributions"] if c["emotion"] == emotion}
    return {cue["id"]: given.get(cue["id"], 0.0) for cue in document["cues"]}


def baseline(document: Document) -> dict[str, float]:
    """The distribution before any cue was seen: emotion to probability, summing to 1."""
    weights = {emotion: exp(log_odds) for emotion, log_odds in document["prior"].items()}
    total = sum(weights.values())
    return {emotion: weight / total for emotion, weight in weights.items()}


def headline(document: Document) -> str:
    """What the picture evokes, in a few plain words.

    >>> headline({"emotions": {"awe": 0.6, "fear": 0.4}})
    'This picture evokes awe'
    >>> headline({"emotions": {"awe": 0.41, "fear": 0.39, "anger": 0.2}})
    'Between awe and fear'
    """
    order = ranked(document["emotions"])
    first, share = _noun(order[0][0]), order[0][1]
    if len(order) == 1 or share >= 0.5:
        return f"This picture evokes {first}"
    if share < 1.2 / len(order):
        return "No single feeling stands out"
    second, next_share = _noun(order[1][0]), order[1][1]
    if share - next_share < 0.05:
        return f"Between {first} and {second}"
    return f"Above all, {first}"


def percent(share: float) -> str:
    r"""A share (0..1) as a whole percentage with a no-break space.

    >>> [percent(share) for share in (0.413, 0.002, 0)]
    ['41\xa0%', '<1\xa0%', '0\xa0%']
    """
    return f"{'<1' if 0 < share < 0.005 else f'{share * 100:.0f}'}\N{NO-BREAK SPACE}%"


def signed(number: float) -> str:
    """A number with its sign and two decimals, with a true minus.

    >>> [signed(number) for number in (0.5, -0.25, -0.001)]
    ['+0.50', '−0.25', '0.00']
    """
    text = f"{number:+.2f}"
    return "0.00" if text[1:] == "0.00" else text.replace("-", "\N{MINUS SIGN}")


def colour(emotion: str) -> str:
    """The colour of an emotion as `#rrggbb`, the same in every view; grey where it has none.

    The eight base colours stay apart (CIEDE2000 of 9 or more) under protanopia, deuteranopia and
    tritanopia; the milder and stronger forms of an emotion are its tints and shades.
    """
    return _palette().get(emotion, "#7d838a")


def _noun(emotion: str) -> str:
    return "a neutral feeling" if emotion == "neutral" else emotion


@cache
def _palette() -> dict[str, str]:
    loaded: dict[str, str] = json.loads((_HERE / "templates" / "palette.json").read_text("utf-8"))
    return loaded
