"""OASIS (Kurdi et al., 2017): photographs with the valence and arousal that people felt."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from emograph.adapters.datasets.folders import labelled_images, require
from emograph.adapters.datasets.tables import read_table
from emograph.engine.evaluation.dataset import LabelledImages, Labels, Ratings

_CAPTION = "caption"
_COLUMNS = ("Theme", "Category", "Valence_mean", "Arousal_mean")
_SCALE = (1, 7)


def read_oasis(root: Path) -> LabelledImages:
    """OASIS from the folder with ``OASIS.csv`` and ``images/<theme>.jpg``.

    Valence and arousal are means on a scale of 1 to 7; the label ``category`` is what is shown.
    Captions are there if the table has a column ``caption``, which the original has not.
    """
    require(root, "OASIS", "OASIS.csv", "images")
    table = root / "OASIS.csv"
    rows = read_table(table, _COLUMNS)
    names = [" ".join(row.text("Theme").split()) + ".jpg" for row in rows]
    categories = tuple(row.text("Category") for row in rows)
    captioned = _CAPTION in rows[0].cells
    return LabelledImages(
        name="oasis",
        paths=labelled_images(root / "images", names, table),
        labels={"category": Labels(tuple(sorted(set(categories))), categories)},
        valence=Ratings(np.array([row.number("Valence_mean", *_SCALE) for row in rows]), *_SCALE),
        arousal=Ratings(np.array([row.number("Arousal_mean", *_SCALE) for row in rows]), *_SCALE),
        captions=tuple(row.text(_CAPTION) for row in rows) if captioned else None,
    )
