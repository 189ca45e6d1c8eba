"""EmoSet (Yang et al., 2023): images with the Mikels emotion they evoke, in three splits."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from emograph.adapters.datasets.emotions import MIKELS
from emograph.adapters.datasets.folders import labelled_images, require
from emograph.adapters.datasets.splits import SPLIT, SPLITS, split_labels
from emograph.engine.evaluation.dataset import LabelledImages, Labels
from emograph.errors import DatasetError

_TODO = "Take the file from the dataset's own download again."


@dataclass(frozen=True, slots=True)
class Item:
    """One image as a list names it: its emotion, and paths in the dataset's folder."""

    emotion: str
    image: str
    annotation: str


def read_emoset(root: Path) -> LabelledImages:
    """EmoSet from ``train.json``, ``val.json``, ``test.json`` and ``image/<emotion>/<id>.jpg``.

    Its labels are ``emotion`` and ``split``. The full set has 118,102 images. What each image shows
    is in its annotation, see `read_emoset_annotations`.
    """
    items = read_items(root)
    require(root, "EmoSet", "image")
    paths = [
        path
        for split, part in items.items()
        for path in labelled_images(root, [item.image for item in part], root / f"{split}.json")
    ]
    return LabelledImages(
        name="emoset",
        paths=tuple(paths),
        labels={
            "emotion": Labels(
                MIKELS, tuple(item.emotion for part in items.values() for item in part)
            ),
            SPLIT: split_labels([split for split, part in items.items() for _ in part]),
        },
    )


def read_items(root: Path) -> dict[str, tuple[Item, ...]]:
    """The items of the three lists by split; raises DatasetError for one that is none."""
    require(root, "EmoSet", *(f"{split}.json" for split in SPLITS))
    return {split: _items(root / f"{split}.json") for split in SPLITS}


def _items(file: Path) -> tuple[Item, ...]:
    try:
        content = json.loads(file.read_bytes())
    except ValueError as error:
        raise DatasetError(f"{file} is not JSON.", _TODO) from error
    if not isinstance(content, list) or not content:
        raise DatasetError(f"{file} is not a list of images.", _TODO)
    return tuple(_item(file, number, fields) for number, fields in enumerate(content, start=1))


def _item(file: Path, number: int, fields: object) -> Item:
    if not (
        isinstance(fields, list)
        and len(fields) in (3, 4)
        and all(isinstance(field, str) for field in fields)
    ):
        raise DatasetError(f"{file}, item {number}: it is not 3 or 4 texts, but {fields!r}.", _TODO)
    # The published lists have 3 fields; the authors' code has 4, the second being the id.
    emotion, image, annotation = fields[0], fields[-2], fields[-1]
    if emotion not in MIKELS:
        raise DatasetError(
            f"{file}, item {number}: the emotion is {emotion!r}, not one of {', '.join(MIKELS)}.",
            _TODO,
        )
    return Item(emotion, image, annotation)
