"""ArtPhoto (Machajdik and Hanbury, 2010): photographs by artists who meant to evoke an emotion."""

from __future__ import annotations

from pathlib import Path

from emograph.adapters.datasets.emotions import MIKELS
from emograph.adapters.datasets.folders import require, sorted_images
from emograph.engine.evaluation.dataset import LabelledImages, Labels
from emograph.errors import DatasetError

_FOLDER = "testImages_artphoto"
# A name begins with the emotion, but says sad for sadness.
_EMOTION = {("sad" if emotion == "sadness" else emotion): emotion for emotion in MIKELS}


def read_artphoto(root: Path) -> LabelledImages:
    """ArtPhoto from ``testImages_artphoto/<emotion>_<id>.jpg``.

    The label ``emotion`` is the Mikels emotion that the artist named. The full set has 806 images.
    """
    require(root, "ArtPhoto", _FOLDER)
    paths, _ = sorted_images(root, (_FOLDER,))
    return LabelledImages(
        name="artphoto",
        paths=paths,
        labels={"emotion": Labels(MIKELS, tuple(_emotion(path) for path in paths))},
    )


def _emotion(image: Path) -> str:
    prefix = image.name.split("_")[0].lower()
    if prefix not in _EMOTION:
        raise DatasetError(
            f"The name of {image} does not begin with one of {', '.join(_EMOTION)}.",
            "Move what is not of ArtPhoto out of the folder.",
        )
    return _EMOTION[prefix]
