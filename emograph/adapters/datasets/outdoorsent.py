"""OutdoorSent: outdoor photographs with their sentiment and the scores of scene attributes."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from emograph.adapters.datasets.folders import labelled_images, require
from emograph.adapters.datasets.tables import read_table
from emograph.engine.evaluation.dataset import LabelledImages, Labels, Scores

_SENTIMENTS = ("negative", "neutral", "positive")
_IMAGE, _SENTIMENT = "image", "sentiment"


def read_outdoorsent(root: Path) -> LabelledImages:
    """OutdoorSent from the folder with ``labels.csv`` and ``images/``; its label is ``sentiment``.

    Every further column is an attribute of the SUN vocabulary, scored by a scene network: above 0
    means likely.
    """
    require(root, "OutdoorSent", "labels.csv", "images")
    table = root / "labels.csv"
    rows = read_table(table, (_IMAGE, _SENTIMENT))
    attributes = tuple(column for column in rows[0].cells if column not in (_IMAGE, _SENTIMENT))
    return LabelledImages(
        name="outdoorsent",
        paths=labelled_images(root / "images", [row.text(_IMAGE) for row in rows], table),
        labels={
            _SENTIMENT: Labels(
                _SENTIMENTS, tuple(row.choice(_SENTIMENT, _SENTIMENTS) for row in rows)
            )
        },
        attributes=Scores(
            attributes,
            np.array([[row.number(attribute) for attribute in attributes] for row in rows]),
        ),
    )
