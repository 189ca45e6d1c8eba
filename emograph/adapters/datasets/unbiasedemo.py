"""UnBiasedEmo (Panda et al., 2018): the same things and places under every one of six emotions."""

from __future__ import annotations

from pathlib import Path

from emograph.adapters.datasets.folders import require, sorted_images
from emograph.engine.evaluation.dataset import LabelledImages, Labels

_EMOTIONS = ("anger", "fear", "joy", "love", "sadness", "surprise")


def read_unbiasedemo(root: Path) -> LabelledImages:
    """UnBiasedEmo from ``images/<emotion>/<what is shown>/*.jpg``.

    The label ``emotion`` is the upper folder. The full set has 3,045 images.
    """
    require(root, "UnBiasedEmo", *(f"images/{emotion}" for emotion in _EMOTIONS))
    paths, emotions = sorted_images(root / "images", _EMOTIONS, levels=2)
    return LabelledImages(
        name="unbiasedemo", paths=paths, labels={"emotion": Labels(_EMOTIONS, emotions)}
    )
