"""EmotionROI (Peng et al., 2016): images found by six emotion words, as Emotion6 has them too."""

from __future__ import annotations

from pathlib import Path

from emograph.adapters.datasets.emotions import EKMAN
from emograph.adapters.datasets.folders import labelled_images, require
from emograph.adapters.datasets.splits import SPLIT, TEST, TRAIN, split_labels
from emograph.adapters.datasets.tables import read_lines
from emograph.engine.evaluation.dataset import LabelledImages, Labels

_LISTS = {
    TRAIN: "training_testing_split/training.txt",
    TEST: "training_testing_split/testing.txt",
}
_IMAGE = "image"


def read_emotionroi(root: Path) -> LabelledImages:
    """EmotionROI from ``images/<emotion>/<n>.jpg`` and the two lists in ``training_testing_split``.

    The label ``emotion`` is the folder, that is, the word searched for; ``split`` is the set's own,
    train (1,386 in the full set) or test (594).
    """
    require(root, "EmotionROI", *_LISTS.values(), "images")
    paths: list[Path] = []
    emotions: list[str] = []
    splits: list[str] = []
    for split, file in _LISTS.items():
        rows = read_lines(root / file, _IMAGE)
        names = [row.text(_IMAGE) for row in rows]
        paths += labelled_images(root / "images", names, root / file)
        emotions += [row.folder(_IMAGE, EKMAN) for row in rows]
        splits += [split] * len(rows)
    return LabelledImages(
        name="emotionroi",
        paths=tuple(paths),
        labels={"emotion": Labels(EKMAN, tuple(emotions)), SPLIT: split_labels(splits)},
    )
