"""Emotion6 (Peng et al., 2015): images found by six emotion words, each rated by 15 people."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from emograph.adapters.datasets.emotions import EKMAN
from emograph.adapters.datasets.folders import labelled_images, require
from emograph.adapters.datasets.tables import Row, read_table
from emograph.engine.evaluation.dataset import LabelledImages, Labels, Ratings, Scores

_VOTED = (*EKMAN, "neutral")
_IMAGE, _VALENCE, _AROUSAL = "[image_filename]", "[valence]", "[arousal]"
_SHARES = tuple(f"[prob. {emotion}]" for emotion in _VOTED)
_SCALE = (1, 9)
# The shares are printed to six digits.
_ROUNDING = 1e-3


def read_emotion6(root: Path) -> LabelledImages:
    """Emotion6 from the folder with ``ground_truth.txt`` and ``images/<emotion>/<n>.jpg``.

    The label ``emotion`` is the folder, that is, the word searched for; `votes` are what people
    felt, with ``neutral`` as a seventh class. Valence and arousal are means on a scale of 1 to 9.
    """
    require(root, "Emotion6", "ground_truth.txt", "images")
    table = root / "ground_truth.txt"
    rows = read_table(table, (_IMAGE, _VALENCE, _AROUSAL, *_SHARES), delimiter="\t")
    return LabelledImages(
        name="emotion6",
        paths=labelled_images(root / "images", [row.text(_IMAGE) for row in rows], table),
        labels={"emotion": Labels(EKMAN, tuple(row.folder(_IMAGE, EKMAN) for row in rows))},
        votes=Scores(_VOTED, np.array([_votes(row) for row in rows])),
        valence=Ratings(np.array([row.number(_VALENCE, *_SCALE) for row in rows]), *_SCALE),
        arousal=Ratings(np.array([row.number(_AROUSAL, *_SCALE) for row in rows]), *_SCALE),
    )


def _votes(row: Row) -> list[float]:
    shares = [row.number(column, 0, 1) for column in _SHARES]
    total = sum(shares)
    if abs(total - 1) > _ROUNDING:
        raise row.broken(f"the shares of the votes add up to {total:g}, not to 1")
    return [share / total for share in shares]
