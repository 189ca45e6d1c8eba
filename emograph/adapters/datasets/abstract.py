"""Abstract (Machajdik and Hanbury, 2010): abstract paintings and the emotions people voted for."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from emograph.adapters.datasets.counts import shares
from emograph.adapters.datasets.emotions import MIKELS
from emograph.adapters.datasets.folders import labelled_images, require
from emograph.adapters.datasets.tables import read_table
from emograph.engine.evaluation.dataset import LabelledImages, Labels, Scores
from emograph.errors import DatasetError

_FOLDER, _TABLE = "testImages_abstract", "ABSTRACT_groundTruth.csv"
# The column of the names has no name of its own.
_IMAGE = ""
_COLUMNS = ("Amusement", "Anger", "Awe", "Content", "Disgust", "Excitement", "Fear", "Sad")


def read_abstract(root: Path) -> LabelledImages:
    """Abstract from ``testImages_abstract/``, which holds the table and the images.

    The table counts votes per Mikels emotion. The label ``emotion`` has the most votes; images on
    which two emotions tie for that are left out, and 229 of the full set remain.
    """
    require(root, "Abstract", f"{_FOLDER}/{_TABLE}")
    folder = root / _FOLDER
    table = folder / _TABLE
    rows = read_table(table, (_IMAGE, *_COLUMNS), quote="'")
    voted = [(row.text(_IMAGE), shares(row, _COLUMNS)) for row in rows]
    clear = [(name, votes) for name, votes in voted if votes.count(max(votes)) == 1]
    if not clear:
        raise DatasetError(
            f"{table} has no image with one emotion ahead of the others.",
            "Take the file from the dataset's own download again.",
        )
    return LabelledImages(
        name="abstract",
        paths=labelled_images(folder, [name for name, _ in clear], table),
        labels={
            "emotion": Labels(MIKELS, tuple(MIKELS[np.argmax(votes)] for _, votes in clear)),
        },
        votes=Scores(MIKELS, np.array([votes for _, votes in clear])),
    )
