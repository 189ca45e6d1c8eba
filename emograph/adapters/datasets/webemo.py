"""WEBEmo (Panda et al., 2018): stock photographs found by 25 emotion words, in numbered folders."""

from __future__ import annotations

from pathlib import Path

from emograph.adapters.datasets.folders import require, sorted_images
from emograph.adapters.datasets.splits import SPLIT, TEST, TRAIN, split_labels
from emograph.engine.evaluation.dataset import LabelledImages, Labels

# In the order of their numbers, 0 to 24, and spelt as the set spells them.
_EMOTIONS = (
    "affection",
    "cheerfullness",
    "confusion",
    "contentment",
    "disappointment",
    "disgust",
    "enthrallment",
    "envy",
    "exasperation",
    "gratitude",
    "horror",
    "irritabilty",
    "lust",
    "neglect",
    "nervousness",
    "optimism",
    "pride",
    "rage",
    "relief",
    "sadness",
    "shame",
    "suffering",
    "surprise",
    "sympathy",
    "zest",
)
_NUMBERS = tuple(str(number) for number in range(len(_EMOTIONS)))
# As the set calls the lists of addresses that its images are fetched from.
_PARTS = {TRAIN: "images/train25", TEST: "images/test25"}


def read_webemo(root: Path) -> LabelledImages:
    """WEBEmo from ``<number>/*.jpg``, or the same in ``images/train25`` and ``images/test25``.

    The label ``emotion`` is the word of the folder's number. The label ``split`` is there where the
    images are in the set's own two parts; one of them is enough.
    """
    parts = {split: root / part for split, part in _PARTS.items() if (root / part).is_dir()}
    paths: list[Path] = []
    emotions: list[str] = []
    splits: list[str] = []
    for split, top in (parts or {"": root}).items():
        require(top, "WEBEmo", *_NUMBERS)
        images, numbers = sorted_images(top, _NUMBERS)
        paths += images
        emotions += [_EMOTIONS[int(number)] for number in numbers]
        splits += [split] * len(images)
    labels = {"emotion": Labels(_EMOTIONS, tuple(emotions))}
    if parts:
        labels[SPLIT] = split_labels(splits)
    return LabelledImages(name="webemo", paths=tuple(paths), labels=labels)
