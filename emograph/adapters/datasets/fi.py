"""FI, Flickr and Instagram (You et al., 2016): images in one folder per Mikels emotion."""

from __future__ import annotations

from pathlib import Path

from emograph.adapters.datasets.folders import require
from emograph.engine.evaluation.dataset import LabelledImages, Labels
from emograph.errors import DatasetError

EMOTIONS = (
    "amusement",
    "anger",
    "awe",
    "contentment",
    "disgust",
    "excitement",
    "fear",
    "sadness",
)
_FULL = "emotion_dataset"


def read_fi(root: Path) -> LabelledImages:
    """FI from ``<emotion>/*.jpg``, or ``emotion_dataset/<emotion>/*.jpg`` as the full set has it.

    The label ``emotion`` is the folder. Images are in the order of the emotions, then of the names.
    """
    top = root / _FULL if (root / _FULL).is_dir() else root
    require(top, "FI", *EMOTIONS)
    # Names that begin with a dot are leftovers of an archive made on a Mac, not images.
    images = [path for emotion in EMOTIONS for path in sorted((top / emotion).glob("[!.]*.jpg"))]
    if not images:
        raise DatasetError(
            f"The emotion folders in {top} hold no images that end in .jpg.",
            "Unpack the images into them.",
        )
    return LabelledImages(
        name="fi",
        paths=tuple(images),
        labels={"emotion": Labels(EMOTIONS, tuple(path.parent.name for path in images))},
    )
