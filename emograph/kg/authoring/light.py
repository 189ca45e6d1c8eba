"""What light and colour go with, as Turtle: slopes of a table written by hand."""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from pathlib import Path

from emograph.kg import terms
from emograph.kg.authoring.associations import fractions_turtle

# Eleven steps of each measure are worth this many observations each.
STRENGTH = 20.0
# Far from the middle a line says too much: beyond this many spreads it says no more.
_FARTHEST = 1.5
_EMOTIONS = (
    "amusement",
    "awe",
    "contentment",
    "excitement",
    "anger",
    "disgust",
    "fear",
    "sadness",
)


def light_turtle(table: Path) -> str:
    """Associations of each step of a measure with the Mikels emotions.

    `table` has the columns measure, middle, spread, emotion and slope: P(emotion | step) is in
    proportion to exp(slope (step - middle) / spread).
    """
    slopes: dict[str, dict[str, float]] = defaultdict(dict)
    ranges: dict[str, tuple[float, float]] = {}
    with table.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            slopes[row["measure"]][row["emotion"]] = float(row["slope"])
            ranges[row["measure"]] = float(row["middle"]), float(row["spread"])
    shares = {
        terms.concept(measure, f"{step / 10:.1f}"): _shares(slope, step / 10, *ranges[measure])
        for measure, slope in slopes.items()
        for step in range(11)
    }
    return fractions_turtle(
        shares,
        strength=dict.fromkeys(shares, STRENGTH),
        name="light",
        title="Light, colour and emotions",
        description=(
            "The authors' reading of Valdez and Mehrabian (1994, Effects of color on emotions) and "
            "Palmer et al. (2013, Music-color associations are mediated by emotion): bright and "
            "saturated is pleasant and lively, dark fearful, pale and grey sad, red angry."
        ),
        source=terms.source("light"),
    )


def _shares(slope: dict[str, float], step: float, middle: float, spread: float) -> dict[str, float]:
    place = max(-_FARTHEST, min(_FARTHEST, (step - middle) / spread))
    odds = {e: math.exp(slope.get(e, 0.0) * place) for e in _EMOTIONS}
    total = sum(odds.values())
    return {terms.emotion("mikels", e): value / total for e, value in odds.items()}
