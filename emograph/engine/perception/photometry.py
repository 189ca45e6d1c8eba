"""Brightness, colorfulness, warmth and contrast: what light and colour do, without a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from emograph.engine.cues import Cue, Kind
from emograph.engine.images import Photo
from emograph.engine.perception.detector import Encoding
from emograph.kg import terms

_SIDE = 128
# Hasler and Süsstrunk call 109 "extremely colourful"; EmoSet's scale of 0..1 ends there as well.
_MOST_COLOURFUL = 109.0
_REC709 = np.array([0.2126, 0.7152, 0.0722])


@dataclass(frozen=True, slots=True)
class Photometry:
    """Light and colour of an image, each 0..1; warmth and contrast are 0.5 and 0 for plain grey."""

    brightness: float
    colorfulness: float
    warmth: float
    contrast: float


def measure(photo: Photo) -> Photometry:
    """Measure a photo.

    Brightness is the mean of the Rec. 709 luma; colorfulness the M of Hasler and Süsstrunk (2003,
    eq. 4) over 109; warmth one half plus half the mean of red minus blue; contrast twice the
    standard deviation of the luma.

    >>> from emograph.engine.images import open_photo
    >>> measure(open_photo(np.zeros((8, 8, 3), np.uint8)))
    Photometry(brightness=0.0, colorfulness=0.0, warmth=0.5, contrast=0.0)
    """
    image = Image.fromarray(photo.pixels)
    if max(image.size) > _SIDE:
        image = image.resize((_SIDE, _SIDE), Image.Resampling.BOX, reducing_gap=2.0)
    rgb = np.asarray(image, np.float64)
    red, green, blue = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    red_green, yellow_blue = red - green, (red + green) / 2 - blue
    spread = np.hypot(red_green.std(), yellow_blue.std())
    mean = np.hypot(red_green.mean(), yellow_blue.mean())
    luma = rgb @ _REC709 / 255
    return Photometry(
        brightness=_in_range(luma.mean()),
        colorfulness=_in_range((spread + 0.3 * mean) / _MOST_COLOURFUL),
        warmth=_in_range(0.5 + (red - blue).mean() / 510),
        contrast=_in_range(2 * luma.std()),
    )


class PhotometryDetector:
    """Names the four measures, each in steps of 0.1 as EmoSet does; they are always certain."""

    name = "photometry"

    def detect(self, photos: Sequence[Photo], encoding: Encoding) -> list[tuple[Cue, ...]]:  # noqa: ARG002
        """Four cues for each photo: ``bright``, ``warm colors`` and so on."""
        return [_cues(measure(photo)) for photo in photos]


_KINDS: dict[str, Kind] = {
    "brightness": "brightness",
    "colorfulness": "colorfulness",
    "warmth": "composition",
    "contrast": "composition",
}


def _cues(photometry: Photometry) -> tuple[Cue, ...]:
    return tuple(
        Cue(
            id=f"{kind}:{measure}" if kind == "composition" else kind,
            kind=kind,
            label=_word(measure, getattr(photometry, measure)),
            confidence=1.0,
            detector=PhotometryDetector.name,
            concept=terms.concept(measure, f"{getattr(photometry, measure):.1f}"),
        )
        for measure, kind in _KINDS.items()
    )


_WORDS = {
    "brightness": ("very dark", "dark", "medium bright", "bright", "very bright"),
    "colorfulness": ("grey", "muted colors", "moderately colorful", "colorful", "vivid colors"),
    "warmth": (
        "very cold colors",
        "cold colors",
        "neutral colors",
        "warm colors",
        "very warm colors",
    ),
    "contrast": (
        "very low contrast",
        "low contrast",
        "medium contrast",
        "high contrast",
        "very high contrast",
    ),
}
_STEPS = (0, 0, 1, 1, 2, 2, 2, 3, 3, 4, 4)


def _word(measure: str, value: float) -> str:
    return _WORDS[measure][_STEPS[round(float(f"{value:.1f}") * 10)]]


def _in_range(value: float) -> float:
    return float(np.clip(value, 0.0, 1.0))
