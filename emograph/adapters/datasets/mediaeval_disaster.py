"""MediaEval 2021 visual sentiment (Hassan et al., 2021): what photographs of disasters evoke.

The literature reports on a set called M-Disaster that is not publicly defined. This is the closest
public set, not that one, so figures on the two cannot be compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import numpy as np

from emograph.adapters.datasets.folders import labelled_images, require
from emograph.adapters.datasets.splits import SPLIT, TEST, TRAIN, split_labels
from emograph.adapters.datasets.tables import Row, read_table
from emograph.engine.evaluation.dataset import LabelledImages, Labels, Scores

_NAME = "MediaEval 2021 visual sentiment"
_SENTIMENT = "T1"
_SENTIMENTS = ("negative", "neutral", "positive")
# The columns as the set spells them.
_TAGS = {
    "emotion": (
        "T2.1: Joy",
        "T2.2: Sadness",
        "T2.3: Fear",
        "T2.4: Disgust",
        "T2.5: Anger",
        "T2.6: Surprise",
        "T2.7: Neutral",
    ),
    "fine_emotion": (
        "T3.1: Anger",
        "T3.2: Anxiety",
        "T3.3: Craving",
        "T3.4: Emphatic pain",
        "T3.5: Fear",
        "T3.6: Horror",
        "T3.7: Joy",
        "T3.8: Relief",
        "T3.9: Sadness",
        "T3.10:surprise",
    ),
}
_COLUMNS = (_SENTIMENT, *(column for columns in _TAGS.values() for column in columns))
# What names the image: the first in the table of the test set, the second in that of development.
_IMAGE = ("filename", "id")


def read_mediaeval_disaster(root: Path) -> LabelledImages:
    """The development set, the test set or both, each a table with ``images/<id>.jpg`` beside it.

    A table is any ``.csv`` in `root` or in a folder of it. The label ``split`` is test for a table
    that has ``test`` in its name or its folder's, and else train. The full sets have 2,432 images
    for development and 1,199 for test.

    The label ``sentiment`` is the task T1. Of T2 and T3 an image may have several labels or none:
    they are the `tags` ``emotion`` and ``fine_emotion``, named in lower case, spelt as in the set.
    """
    tables = sorted([*root.glob("[!.]*.csv"), *root.glob("[!.]*/[!.]*.csv")])
    if not tables:
        # Public copies name the tables differently; these are the names to ask for.
        require(root, _NAME, "devset.csv", "testset.csv")
    paths: list[Path] = []
    rows: list[Row] = []
    splits: list[str] = []
    for table in tables:
        part = read_table(table, _COLUMNS)
        names = [_image(row) for row in part]
        paths += labelled_images(table.parent / "images", names, table)
        rows += part
        splits += [_split(table.relative_to(root))] * len(part)
    return LabelledImages(
        name="mediaeval_disaster",
        paths=tuple(paths),
        labels={
            "sentiment": Labels(
                _SENTIMENTS, tuple(row.choice(_SENTIMENT, _SENTIMENTS) for row in rows)
            ),
            SPLIT: split_labels(splits),
        },
        tags={name: _tags(rows, columns) for name, columns in _TAGS.items()},
    )


def _image(row: Row) -> str:
    column = next((column for column in _IMAGE if column in row.cells), None)
    if column is None:
        raise row.broken(f"the table has no column {' or '.join(_IMAGE)} that names the image")
    name = row.text(column)
    return name if PurePosixPath(name).suffix.lower() == ".jpg" else f"{name}.jpg"


def _split(table: Path) -> str:
    return TEST if "test" in str(table).lower() else TRAIN


def _tags(rows: Sequence[Row], columns: Sequence[str]) -> Scores:
    names = tuple(column.partition(":")[2].strip().lower() for column in columns)
    return Scores(names, np.array([[_tag(row, column) for column in columns] for row in rows]))


def _tag(row: Row, column: str) -> float:
    value = row.number(column, 0, 1)
    if value not in (0, 1):
        raise row.broken(f"{column} is {value:g}, neither 0 nor 1")
    return value
