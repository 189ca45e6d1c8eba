"""An annotation as a row of a table: a field for each thing that people ask for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from emograph.engine.annotation.annotator import Annotation, Result
from emograph.engine.annotation.units import Fault
from emograph.engine.explanation.document import leading


def row_of(result: Result) -> dict[str, Any]:
    """The row of an image: `error` is None where it was explained, else all but it and `source`.

    The same image among the same others gives the same row: how long it took is left out.
    """
    if isinstance(result, Fault):
        return {"source": result.source, "error": str(result)}
    document = {**result.document, "timings_ms": {}}
    image = document["image"]
    return {
        "source": image["source"],
        "sha256": image["sha256"],
        "width": image["width"],
        "height": image["height"],
        "scheme": document["scheme"],
        "leading": leading(document),
        "emotions": list(document["emotions"].items()),
        "valence": document["valence"],
        "arousal": document["arousal"],
        "unknown_share": document["unknown_share"],
        "cues": [_cue(cue) for cue in document["cues"]],
        "votes": [(name, list(vote.items())) for name, vote in document["votes"].items()],
        "gate": list(document["gate"].items()),
        "versions": list(document["versions"].items()),
        "vector": result.vector,
        "document": json.dumps(document, ensure_ascii=False, separators=(",", ":")),
        "error": None,
    }


def annotation_of(row: Mapping[str, Any]) -> Annotation:
    """The annotation that a row was made of, but for the times and the thumbnail."""
    return Annotation(json.loads(row["document"]), row["vector"])


def _cue(cue: Mapping[str, Any]) -> dict[str, Any]:
    region = cue["region"] or {}
    return {
        **{name: cue[name] for name in ("id", "kind", "label", "confidence", "detector")},
        "concept": cue["concept"],
        **{side: region.get(side) for side in "xywh"},
    }
