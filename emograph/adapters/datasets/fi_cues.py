"""The cues of FI: what detectors said is in its images, as words and without the images."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from emograph.adapters.datasets.emotions import MIKELS
from emograph.adapters.datasets.folders import require
from emograph.adapters.datasets.tables import Row, read_table

_COLUMNS = ("id", "emotion", "adjective_noun_pairs", "object_tags")
# The folders of the images say sadness where this table says sad.
_AS_FOLDER = {"sad": "sadness"}


@dataclass(frozen=True, slots=True)
class ImageWords:
    """What detectors said is in one image of FI, and the emotion it evokes.

    `id` is the name of the image without its ending. `pairs` are adjective and noun. `tags` are the
    words of the object tags in order; the table does not tell where a tag of several words, such as
    ``ferris wheel``, begins or ends.
    """

    id: str
    emotion: str
    pairs: tuple[tuple[str, str], ...]
    tags: tuple[str, ...]


def read_fi_cues(root: Path) -> tuple[ImageWords, ...]:
    """The rows of ``cues.csv`` in the folder of FI; most of its ids have no image there."""
    require(root, "FI", "cues.csv")
    return tuple(_image_words(row) for row in read_table(root / "cues.csv", _COLUMNS))


def _image_words(row: Row) -> ImageWords:
    emotion = row.choice("emotion", (*MIKELS, *_AS_FOLDER))
    words = row.cells["adjective_noun_pairs"].split()
    if len(words) % 2:
        raise row.broken(f"adjective_noun_pairs has {len(words)} words, so the last has no partner")
    return ImageWords(
        id=row.text("id"),
        emotion=_AS_FOLDER.get(emotion, emotion),
        pairs=tuple(zip(words[::2], words[1::2], strict=True)),
        tags=tuple(row.cells["object_tags"].split()),
    )
