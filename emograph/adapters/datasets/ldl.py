"""Flickr_LDL and Twitter_LDL (Yang et al., 2017): images with what each of several people felt."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from emograph.adapters.datasets.counts import shares
from emograph.adapters.datasets.folders import labelled_images, require
from emograph.adapters.datasets.tables import read_table
from emograph.engine.evaluation.dataset import LabelledImages, Scores

_TABLE = "ground_truth.txt"
_IMAGE = "images-name"
_COLUMNS = (
    "Amusement",
    "Awe",
    "Contentment",
    "Excitement",
    "Anger",
    "Disgust",
    "Fear",
    "Sadness",
)


def read_flickr_ldl(root: Path) -> LabelledImages:
    """Flickr_LDL, 11 votes an image, from ``ground_truth.txt`` and ``images/``.

    It has `votes` over the Mikels emotions and no labels: on many images the most voted tie.
    """
    return _read(root, "Flickr_LDL")


def read_twitter_ldl(root: Path) -> LabelledImages:
    """Twitter_LDL, 8 votes an image, in the format of Flickr_LDL."""
    return _read(root, "Twitter_LDL")


def _read(root: Path, name: str) -> LabelledImages:
    require(root, name, _TABLE, "images")
    table = root / _TABLE
    rows = read_table(table, (_IMAGE, *_COLUMNS), delimiter=" ")
    return LabelledImages(
        name=name.lower(),
        paths=labelled_images(root / "images", [row.text(_IMAGE) for row in rows], table),
        labels={},
        votes=Scores(
            tuple(column.lower() for column in _COLUMNS),
            np.array([shares(row, _COLUMNS) for row in rows]),
        ),
    )
