"""The explanation document: its schema, and how its values are read out in every view."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias

SCHEMA_ID: Final = "emograph.explanation/1"

Document: TypeAlias = Mapping[str, Any]
"""An explanation as plain JSON values; `schema()` describes every field."""

Step: TypeAlias = Mapping[str, str]
"""A node of a path, as the document has it: its type, id and label."""

_SEERS: Final = {
    "photometry": "measured",
    "concepts": "image-text space",
    "imagenet": "object classifier",
    "attributes": "scene heads",
    "disasters": "disaster heads",
    "faces": "face detector",
    "lvlm": "vision-language model",
}
_VOTERS: Final = {
    "graph": "knowledge graph",
    "lvlm": "vision-language model",
    "student": "distilled classifier",
}
_HERE = Path(__file__).parent
_SURE: Final = 0.2
_LEAST_EFFECT: Final = 0.02
"""A cue that shifts the log-odds by less is not worth a word."""
_READINGS: Final = {
    "emograph authors": "in the reading of the authors",
    "Studies of light and colour": "in the authors' reading of studies on light and colour",
    "Phrases said of pictures": "going by phrases of like meaning that were said of pictures",
}
"""How sources that did not count come to their shares, by their names."""


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


def telling(document: Document, faint: float = _SURE) -> tuple[list[Any], list[Any]]:
    """The cues that matter for the leading emotion, and the fainter ones; the strongest first.

    A cue is faint whose confidence is below `faint` or whose effect is next to nothing.
    """
    adds = effects(document, leading(document))
    order = sorted(
        document["cues"], key=lambda cue: (-abs(adds[cue["id"]]), -cue["confidence"], cue["id"])
    )
    matter = [
        cue for cue in order if cue["confidence"] >= faint and abs(adds[cue["id"]]) >= _LEAST_EFFECT
    ]
    return matter, [cue for cue in order if cue not in matter]


def seer(cue: Document) -> str:
    """Who saw a cue, in words.

    >>> seer({"detector": "lvlm"})
    'vision-language model'
    """
    detector = str(cue["detector"])
    return _SEERS.get(detector, detector)


def voter(name: str) -> str:
    """Who cast a vote, in words.

    >>> voter("graph")
    'knowledge graph'
    """
    return _VOTERS.get(name, name)


def way(path: Document) -> tuple[list[Step], list[str]]:
    """The steps of a path and the words between them, without concepts that repeat a label.

    >>> steps = [{"type": t, "id": t, "label": "cat"} for t in ("cue", "concept")]
    >>> steps.append({"type": "emotion", "id": "awe", "label": "awe"})
    >>> path = {"steps": steps, "relations": ["stands for", "goes with"], "log_odds": -0.2}
    >>> way(path | {"probability": 0.02, "baseline": 0.1})[1]
    ['goes less often with']
    """
    steps: list[Step] = [path["steps"][0]]
    relations: list[str] = []
    for step, relation in zip(path["steps"][1:], path["relations"], strict=True):
        # Appraisals and emotions stay steps of their own, whatever they are called.
        if step["label"] != steps[-1]["label"] or step["type"] in ("appraisal", "emotion"):
            steps.append(step)
            relations.append(relation)
    relations[-1] = _verdict(path, steps[-2], relations[-1])
    return steps, relations


def _verdict(path: Document, last: Step, relation: str) -> str:
    """The words that lead to the emotion: log-odds compare it with the other emotions."""
    raised = path["probability"] >= path["baseline"]
    if path["log_odds"] >= 0:
        words = relation if raised else "lowers others more than"
    elif raised:
        words = "raises others more than"
    else:
        words = "goes less often with" if relation == "goes with" else "speaks against"
    if last["type"] == "appraisal" and " and " in last["label"]:  # as in "safety and comfort"
        verb, *rest = words.split(" ")
        words = " ".join([verb.removesuffix("s"), *rest])
    return words


def backing(path: Document) -> str:
    """What stands behind a path: the emotion's share, where it is from, and what is usual."""
    share = percent(path["probability"])
    # Appraisals are read against an even spread, all else against how often the emotion occurs.
    even = any(step["type"] == "appraisal" for step in path["steps"])
    usual = f"where {percent(path['baseline'])} {'would be even' if even else 'is usual'}"
    if path["count"] <= 0:
        how = _READINGS.get(path["source"], f"by {path['source']}, not counted")
        return f"its share is {share} {how}, {usual}"
    observations = f"{path['count']:,.0f} observations in {path['source']}"
    if "is close to" in path["relations"]:
        like = path["steps"][-2]["label"]
        return f"its share is {share}, drawn from “{like}” ({observations}) and its like, {usual}"
    return f"its share is {share} of {observations}, {usual}"


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

    >>> [percent(share) for share in (0.413, 0.002, 0, 0.998)]
    ['41\xa0%', '<1\xa0%', '0\xa0%', '>99\xa0%']
    """
    number = f"{share * 100:.0f}"
    if number == "0" and share > 0:
        number = "<1"
    elif number == "100" and share < 1:
        number = ">99"
    return f"{number}\N{NO-BREAK SPACE}%"


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
