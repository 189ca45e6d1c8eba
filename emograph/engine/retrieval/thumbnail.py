"""Small copies of images, to tell hits apart at a glance."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from emograph.engine.images import Photo

SIDE = 192
"""The long side of a thumbnail, in pixels, at most."""

_QUALITY = 80


def thumbnail(photo: Photo) -> bytes:
    """A JPEG of the photo, its long side at most `SIDE` pixels."""
    image = Image.fromarray(photo.pixels)
    image.thumbnail((SIDE, SIDE))
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=_QUALITY)
    return buffer.getvalue()
