"""Explanation documents to render in tests, from the plain to the hostile, all of them valid."""

from __future__ import annotations

from io import BytesIO
from math import log
from typing import Any

import jsonschema
import pytest
from PIL import Image

from emograph.engine.explanation.document import SCHEMA_ID, schema

MIKELS = ["amusement", "anger", "awe", "contentment", "disgust", "excitement", "fear", "sadness"]
PLUTCHIK = [
    "serenity",
    "joy",
    "ecstasy",
    "acceptance",
    "trust",
    "admiration",
    "apprehension",
    "fear",
    "terror",
    "distraction",
    "surprise",
    "amazement",
    "pensiveness",
    "sadness",
    "grief",
    "boredom",
    "disgust",
    "loathing",
    "annoyance",
    "anger",
    "rage",
    "interest",
    "anticipation",
    "vigilance",
]
HOSTILE = (
    '</script><script>alert(1)</script><img src="http://evil.example/x" onerror="x">&\'"{{7*7}}'
)
LONG = "Donaudampfschifffahrtsgesellschaftskapitän" * 6 + " and a very long tail of words" * 8
UNICODE = "笑っている猫 😀 قطّة \u202e txt.exe é"
CONCEPT = "https://w3id.org/emograph/concept/wn/"
EMOTION = "https://w3id.org/emograph/emotion/"


def cue(
    label: str, region: tuple[int, int, int, int] | None = None, **other: Any
) -> dict[str, Any]:
    """A cue; its id is made from its label."""
    box = None if region is None else dict(zip("xywh", region, strict=True))
    return {
        "id": f"object:{label}",
        "kind": "object",
        "label": label,
        "confidence": 0.83,
        "region": box,
        "detector": "imagenet",
        "concept": CONCEPT + "02123045-n",
    } | other


def path(label: str, emotion: str, log_odds: float, broader: str | None = None) -> dict[str, Any]:
    """A path from the cue of that label, by one concept and perhaps a broader one."""
    concepts = [label, broader] if broader else [label]
    steps = [
        {"type": "cue", "id": f"object:{label}", "label": label},
        *({"type": "concept", "id": CONCEPT + name, "label": name} for name in concepts),
        {"type": "emotion", "id": EMOTION + emotion, "label": emotion},
    ]
    return {
        "cue": f"object:{label}",
        "emotion": emotion,
        "log_odds": log_odds,
        "steps": steps,
        "relations": ["stands for", *["is a kind of"] * (len(concepts) - 1), "evokes"],
        "probability": 0.38,
        "baseline": 0.16,
        "count": 412,
        "source": "counts of a test",
    }


def document(
    cues: list[dict[str, Any]],
    paths: list[dict[str, Any]] | None = None,
    labels: list[str] = MIKELS,
    **other: Any,
) -> dict[str, Any]:
    """A document about a picture of 400 by 300 pixels; earlier labels are more probable."""
    weights = {label: 1 / (i + 1) ** 1.5 for i, label in enumerate(labels)}
    total = sum(weights.values())
    emotions = {label: weight / total for label, weight in weights.items()}
    return {
        "schema": SCHEMA_ID,
        "image": {"source": "cat.jpg", "sha256": "0" * 64, "width": 400, "height": 300},
        "scheme": "mikels",
        "emotions": emotions,
        "valence": 0.32,
        "arousal": -0.11,
        "cues": cues,
        "prior": dict.fromkeys(labels, 0.0),
        "contributions": [
            {"cue": one["id"], "emotion": label, "log_odds": round(log(8 * p) / (n + 1), 4)}
            for n, one in enumerate(cues)
            for label, p in emotions.items()
        ],
        "paths": paths or [],
        "why": ["Most of all the picture evokes amusement.", "The cat speaks for it.", "Little."],
        "unknown_share": 0.07,
        "votes": {"graph": emotions},
        "gate": {"graph": 1.0},
        "notes": ["No lvlm vote: this profile has none."],
        "timings_ms": {"perception": 120.0, "reasoning": 0.2},
        "versions": {"emograph": "0.1.0", "encoder": "efficientnet-lite2 0.1.0"},
    } | other


def _hostile() -> dict[str, Any]:
    image = {"source": HOSTILE, "sha256": "0" * 64, "width": 400, "height": 300}
    return document(
        [cue(HOSTILE, (10, 10, 100, 100), kind="text", detector=HOSTILE, concept=HOSTILE)],
        [path(HOSTILE, HOSTILE, 0.5, HOSTILE + "broader") | {"source": HOSTILE}],
        labels=[HOSTILE, "awe"],
        image=image,
        scheme=HOSTILE,
        why=[HOSTILE],
        notes=[HOSTILE],
        timings_ms={HOSTILE: 1.0},
        versions={HOSTILE: HOSTILE},
    )


SAMPLES: dict[str, dict[str, Any]] = {
    "usual": document(
        [
            cue("tabby cat", (40, 30, 200, 150)),
            cue("sofa", (0, 150, 400, 150)),
            cue("living room", kind="scene"),
        ],
        [
            path("tabby cat", "amusement", 0.52, "cat"),
            path("tabby cat", "fear", -0.31, "cat"),
            path("sofa", "contentment", 0.2),
        ],
    ),
    "no cues": document([], prior={}, why=[], notes=[], unknown_share=0.0),
    "one cue": document([cue("cat", (0, 0, 400, 300))], [path("cat", "awe", -0.2)]),
    "24 labels": document([cue("cat")], labels=PLUTCHIK, scheme="plutchik"),
    "hostile": _hostile(),
    "long labels": document([cue(LONG, (300, 250, 99, 49))], [path(LONG, "awe", 0.4, LONG + "!")]),
    "unicode": document([cue(UNICODE, (0, 0, 9, 9))], [path(UNICODE, "awe", 0.4)]),
    "many cues": document(
        [cue(f"thing {i}", (5 * i, 3 * i, 150, 60)) for i in range(40)],
        [path(f"thing {i}", MIKELS[i % 8], (-1) ** i * (1 - i / 50), "thing") for i in range(40)],
    ),
}


def jpeg(width: int = 40, height: int = 30) -> bytes:
    """A small grey photograph."""
    buffer = BytesIO()
    Image.new("RGB", (width, height), "grey").save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_is_a_valid_document(name: str) -> None:
    jsonschema.Draft202012Validator(schema()).validate(SAMPLES[name])
