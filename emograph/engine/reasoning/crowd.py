"""The evidence of a crowd of unlabelled images, by which the reasoner is balanced."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from emograph.engine.cues import Cue, Evidence
from emograph.errors import AssetError


def save_crowd(crowd: Sequence[Sequence[Evidence]], path: Path, encoder: str) -> None:
    """Write concept, group and strength of each image's evidence; nothing else is kept."""
    concepts = sorted({e.concept for image in crowd for e in image})
    groups = sorted({e.group for image in crowd for e in image})
    row = {iri: i for i, iri in enumerate(concepts)}
    column = {name: i for i, name in enumerate(groups)}
    flat = [(i, e) for i, image in enumerate(crowd) for e in image]
    save_file(
        {
            "image": np.array([i for i, _ in flat], np.int16),
            "concept": np.array([row[e.concept] for _, e in flat], np.int16),
            "group": np.array([column[e.group] for _, e in flat], np.int8),
            "strength": np.array([e.strength for _, e in flat], np.float16),
        },
        path,
        metadata={
            "encoder": encoder,
            "images": str(len(crowd)),
            "concepts": json.dumps(concepts),
            "groups": json.dumps(groups),
        },
    )


def load_crowd(path: Path, encoder: str) -> list[list[Evidence]]:
    """Read the evidence of each image; raises AssetError if it is of another encoder's eyes."""
    try:
        with safe_open(path, framework="numpy") as file:
            meta = file.metadata() or {}
            columns = [file.get_tensor(n) for n in ("image", "concept", "group", "strength")]
    except (OSError, SafetensorError) as error:
        raise AssetError(
            f"The weights {path.name} of the package cannot be read ({error}).",
            "Install emograph again.",
        ) from error
    if meta.get("encoder") != encoder:
        raise AssetError(
            f"The crowd {path.name} was seen by {meta.get('encoder')}, not by {encoder}.",
            "Learn it with this encoder by `emograph learn heads`.",
        )
    concepts, groups = json.loads(meta["concepts"]), json.loads(meta["groups"])
    crowd: list[list[Evidence]] = [[] for _ in range(int(meta["images"]))]
    for image, concept, group, strength in zip(*(c.tolist() for c in columns), strict=True):
        iri = concepts[concept]
        cue = Cue(iri, "object", iri, min(float(strength), 1.0), "crowd", iri)
        crowd[image].append(Evidence(cue, iri, 1.0, groups[group]))
    return crowd
