"""The protocols of perception: encoders that see images and texts, detectors that name cues."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from emograph.engine.cues import Cue
from emograph.engine.images import Photo

Array = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Encoding:
    """What an encoder makes of n images.

    `features` (n, f) is what heads are trained on; `vectors` (n, t) lie in the space shared with
    text, each of length 1.
    """

    features: Array
    vectors: Array


class ImageTextEncoder(Protocol):
    """A space shared by images and texts, such as CLIP's."""

    name: str
    """Name and version; weights trained on one encoder are never used with another."""

    def encode_images(self, photos: Sequence[Photo]) -> Encoding:
        """Features and vectors of the photos, in their order."""
        ...

    def encode_texts(self, texts: Sequence[str]) -> Array:
        """Vectors (m, t) of length 1, in the order of the texts."""
        ...


class Detector(Protocol):
    """Names cues in a batch of photos."""

    name: str

    def detect(self, photos: Sequence[Photo], encoding: Encoding) -> list[tuple[Cue, ...]]:
        """The cues of each photo, most confident first; `encoding` belongs to the same photos."""
        ...
