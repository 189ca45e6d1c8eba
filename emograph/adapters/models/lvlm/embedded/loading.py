"""Loads the embedded vision-language model like any other LLaVA."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import cast

from emograph.adapters.models.lvlm.embedded.checkpoint import NAME, checkpoint
from emograph.adapters.models.lvlm.embedded.vision import EfficientNetLiteTower
from emograph.adapters.models.lvlm.loading import load_lvlm
from emograph.adapters.models.lvlm.model import TransformersLVLM
from emograph.engine.perception.detector import Array


def load_embedded(
    cache: Path, weights: Path, *, dtype: str | None = None, attention: str | None = None
) -> TransformersLVLM:
    """The embedded model with these trained weights, on the processor.

    The first time it is put together in the cache. Raises AssetError where that fails.
    """
    model = load_lvlm(
        "llava", checkpoint(cache, weights), device="cpu", dtype=dtype, attention=attention
    )
    model.name = embedded_name(weights)
    tower = cast(EfficientNetLiteTower, model.network.model.vision_tower)
    model.eyes.pool = lambda places: cast(Array, tower.pooled(places)[0].cpu().numpy())
    return model


def embedded_name(weights: Path) -> str:
    """Name and version of the embedded model: what it is made of, and which weights it has."""
    return f"{NAME} {hashlib.sha256(weights.read_bytes()).hexdigest()[:8]}"
