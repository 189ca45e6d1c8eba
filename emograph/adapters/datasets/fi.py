"""FI, Flickr and Instagram (You et al., 2016): images in one folder per Mikels emotion."""

from __future__ import annotations

from pathlib import Path

from emograph.adapters.datasets.emotions import MIKELS
from emograph.adapters.datasets.folders import require, sorted_images
from emograph.adapters.datasets.splits import SPLIT, drawn_split
from emograph.engine.evaluation.dataset import LabelledImages, Labels

_FULL = "emotion_dataset"
# The shares of the paper, which does not say which images they are.
_TRAIN, _VAL = 0.8, 0.05


def read_fi(root: Path) -> LabelledImages:
    """FI from ``<emotion>/*.jpg``, or ``emotion_dataset/<emotion>/*.jpg`` as the full set has it.

    The label ``emotion`` is the folder. Images are in the order of the emotions, then of the names.
    The label ``split`` is 80 % train, 5 % val and 15 % test of every emotion, drawn by seed 0.
    """
    top = root / _FULL if (root / _FULL).is_dir() else root
    require(top, "FI", *MIKELS)
    paths, folders = sorted_images(top, MIKELS)
    emotions = Labels(MIKELS, folders)
    return LabelledImages(
        name="fi",
        paths=paths,
        labels={"emotion": emotions, SPLIT: drawn_split(emotions.codes, _TRAIN, _VAL)},
    )
