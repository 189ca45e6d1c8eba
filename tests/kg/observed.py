"""Four explanations, small enough to answer questions about them by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emograph.kg import terms

_LABELS = (
    "amusement", "awe", "contentment", "excitement", "anger", "disgust", "fear", "sadness"
)  # fmt: skip
_VERSIONS = {"emograph": "0.1.0", "graph": "0123456789abcdef", "profile": "embedded"}
_CONCEPTS = {
    "scene:flood": terms.synset("11454591-n"),
    "scene:mountain": terms.concept("scene", "mountain"),
    "scene:beach": terms.concept("scene", "beach"),
    "object:dog": terms.concept("object", "dog"),
}

# A cue is (detector, confidence, region); a contribution (cue, emotion, log-odds).
Cue = tuple[str, float, tuple[float, float, float, float] | None]


def documents() -> tuple[dict[str, Any], ...]:
    """A street under water, a river in flood with a dog, a mountain, and a beach."""
    return (
        _document(
            "street.jpg",
            {"fear": 0.5, "sadness": 0.3, "anger": 0.1, "disgust": 0.1},
            {
                "scene:flood": ("disasters", 0.75, None),
                "object:car": ("image classes", 0.5, (10, 20, 100, 50)),
                "text:'road closed'": ("text", 0.875, (0, 0, 40, 20)),
            },
            [
                ("scene:flood", "fear", 1.25),
                ("scene:flood", "sadness", 0.75),
                ("object:car", "fear", 0.25),
                ("object:car", "amusement", -0.5),
            ],
            unknown_share=0.375,
        ),
        _document(
            "river.jpg",
            {"sadness": 0.45, "fear": 0.35, "contentment": 0.2},
            {
                "scene:flood": ("disasters", 0.5, None),
                "object:dog": ("image classes", 0.625, (5, 5, 30, 40)),
                "brightness:0.2": ("photometry", 1.0, None),
            },
            [
                ("scene:flood", "sadness", 0.5),
                ("scene:flood", "fear", 0.75),
                ("object:dog", "contentment", 0.625),
                ("brightness:0.2", "fear", 0.375),
            ],
            unknown_share=0.25,
        ),
        _document(
            "peak.jpg",
            {"awe": 0.7, "contentment": 0.2, "fear": 0.1},
            {"scene:mountain": ("image classes", 0.75, None)},
            [("scene:mountain", "awe", 1.5), ("scene:mountain", "fear", 0.125)],
            unknown_share=0.0,
        ),
        _document(
            "shore.jpg",
            {"awe": 0.55, "contentment": 0.35, "excitement": 0.1},
            {
                "scene:beach": ("image classes", 0.875, None),
                "object:lighthouse": ("image classes", 0.25, (60, 10, 20, 80)),
            },
            [("scene:beach", "awe", 0.875), ("scene:beach", "contentment", 0.5)],
            unknown_share=0.125,
        ),
    )


def _document(
    source: str,
    emotions: Mapping[str, float],
    cues: Mapping[str, Cue],
    contributions: list[tuple[str, str, float]],
    unknown_share: float,
) -> dict[str, Any]:
    distribution = {label: emotions.get(label, 0.0) for label in _LABELS}
    used = [_CONCEPTS[cue] for cue in cues if cue in _CONCEPTS]
    return {
        "schema": "emograph.explanation/1",
        "image": {
            "source": source,
            "sha256": source.encode().hex().ljust(64, "0"),
            "width": 320,
            "height": 240,
        },
        "scheme": "mikels",
        "emotions": distribution,
        "valence": emotions.get("awe", 0.0) - emotions.get("fear", 0.0),
        "arousal": 0.25,
        "cues": [
            {
                "id": id,
                "kind": id.split(":")[0],
                "label": id.split(":")[1].strip("'"),
                "confidence": confidence,
                "region": None if region is None else dict(zip("xywh", region, strict=True)),
                "detector": detector,
                "concept": _CONCEPTS.get(id),
            }
            for id, (detector, confidence, region) in cues.items()
        ],
        "prior": dict.fromkeys(_LABELS, 0.0),
        "contributions": [
            {"cue": cue, "emotion": emotion, "log_odds": log_odds}
            for cue, emotion, log_odds in contributions
        ],
        "paths": [{"steps": [{"type": "concept", "id": id, "label": ""}]} for id in used],
        "why": [f"What is seen in {source}."],
        "unknown_share": unknown_share,
        "votes": {"graph": distribution},
        "gate": {"graph": 1.0},
        "notes": [],
        "timings_ms": {"perception": 40.0, "reasoning": 2.0},
        "versions": _VERSIONS,
    }
