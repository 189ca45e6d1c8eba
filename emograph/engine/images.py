"""Opening images: whatever a person gives becomes upright 8-bit sRGB pixels, or a clear refusal."""

from __future__ import annotations

import hashlib
import re
import warnings
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, UnidentifiedImageError

from emograph.errors import ImageError

MAX_PIXELS = 100_000_000
MAX_BYTES = 200_000_000
WORKING_SIDE = 1024

# Widely used decoders only: every further one is a further place for a hostile file to attack.
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "PPM")
_READABLE = "JPEG, PNG, GIF, WebP, BMP, TIFF or PPM"
_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, eq=False, slots=True)
class Photo:
    """An image as the detectors see it.

    `pixels` is uint8 of shape (height, width, 3), upright sRGB, scaled down so that its long side
    is at most 1024. `width` and `height` are those of the upright original, and regions of cues are
    in pixels of the original: multiply working coordinates by `scale`. `source` is the path, or
    "bytes", "array" or "PIL image"; `sha256` is that of the file's bytes, or of the pixels given.
    """

    pixels: NDArray[np.uint8]
    source: str
    sha256: str
    width: int
    height: int

    @property
    def scale(self) -> float:
        """Original pixels per working pixel, at least 1."""
        long_side: int = max(self.pixels.shape[:2])
        return max(self.width, self.height) / long_side


def open_photo(
    image: str | Path | bytes | Image.Image | NDArray[Any] | Photo,
    max_pixels: int = MAX_PIXELS,
    name: str | None = None,
) -> Photo:
    """Open a path, the bytes of a file, a PIL image or an array as a Photo.

    `name` is what a file is called whose bytes are given; nothing is opened by it.

    EXIF rotation and colour profiles are applied, transparency is laid on white, of an animation
    the first frame is taken. Arrays have shape (H, W), (H, W, 1), (H, W, 3) or (H, W, 4): bool;
    integers 0..255 or, if uint16 or if one is above 255, 0..65535; floats 0..1 or 0..255.

    Raises ImageError for whatever cannot be read, and for more than `max_pixels`, which is found
    out before anything is decoded.

    >>> photo = open_photo(np.zeros((1000, 4096), np.uint8))
    >>> photo.pixels.shape, photo.width, photo.height, photo.scale
    ((250, 1024, 3), 4096, 1000, 4.0)
    """
    match image:
        case Photo():
            return image
        case str() | Path():
            return _from_file(_read(image), str(image), f"The file {image}", max_pixels)
        case bytes():
            called = "The image given as bytes" if name is None else f"The file {name}"
            return _from_file(image, name or "bytes", called, max_pixels)
        case Image.Image():
            return _from_pil(image, max_pixels)
        case np.ndarray():
            return _from_array(image, max_pixels)
    raise ImageError(
        f"A value of type {type(image).__name__} is not an image.",
        "Give a path, the bytes of a file, a PIL image or a NumPy array.",
    )


def _read(given: str | Path) -> bytes:
    if isinstance(given, str) and re.match(r"[a-z][a-z0-9+.-]+://|data:", given, re.IGNORECASE):
        raise ImageError(
            f"{given[:80]} is an address, and emograph does not download images.",
            "Download it first and give the path of the file.",
        )
    path = Path(given)
    try:
        if path.is_dir():
            raise ImageError(f"{path} is a folder, not an image.", "Name the image files in it.")
        if not path.exists():
            raise ImageError(f"There is no file {path}.", "Check the path for a typing error.")
        if not path.is_file():
            raise ImageError(f"{path} is not a regular file.", "Give the path of an image file.")
        if path.stat().st_size > MAX_BYTES:
            raise _too_big(f"The file {path}")
        return path.read_bytes()
    except OSError as error:
        raise ImageError(
            f"The file {path} cannot be read: {error.strerror}.",
            "Check the path and that you may read it.",
        ) from error


def _from_file(data: bytes, source: str, name: str, max_pixels: int) -> Photo:
    if not data:
        raise ImageError(f"{name} is empty.", "Download or export the image again.")
    if len(data) > MAX_BYTES:
        raise _too_big(name)
    # Pillow's warnings (large image, odd metadata) would only repeat or not concern the person.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(BytesIO(data), formats=_FORMATS) as image:
                _check_size(image.width, image.height, name, max_pixels)
                size = image.size
                # JPEG can be decoded straight to a half, a quarter or an eighth of its size.
                image.draft(None, _working_size(*size))
                pixels, turned = _working_pixels(image)
        except ImageError:
            raise
        except UnidentifiedImageError:
            raise _unreadable(data, name) from None
        except Image.DecompressionBombError:
            raise _too_many_pixels(name, max_pixels) from None
        except Exception as error:  # decoders raise anything when a file is broken
            raise _broken(name, error) from error
    width, height = size[::-1] if turned else size
    return Photo(pixels, source, hashlib.sha256(data).hexdigest(), width, height)


def _from_pil(image: Image.Image, max_pixels: int) -> Photo:
    name = "The PIL image"
    _check_size(image.width, image.height, name, max_pixels)
    size = image.size
    try:
        pixels, turned = _working_pixels(image)
        digest = _digest(f"{image.mode} {image.size}", image.tobytes())
    except ImageError:
        raise
    except Exception as error:  # it may not have been decoded yet, see above
        raise _broken(name, error) from error
    width, height = size[::-1] if turned else size
    return Photo(pixels, "PIL image", digest, width, height)


def _from_array(array: NDArray[Any], max_pixels: int) -> Photo:
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (1, 3, 4)):
        raise ImageError(
            f"The array has the shape {array.shape}, which is not one of an image.",
            "Give (H, W), (H, W, 1), (H, W, 3) or (H, W, 4), with the channels last.",
        )
    height, width = array.shape[:2]
    _check_size(width, height, "The array", max_pixels)
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    pixels, _ = _working_pixels(Image.fromarray(_eight_bit(array)))
    digest = _digest(f"{array.dtype.str} {array.shape}", array.tobytes())
    return Photo(pixels, "array", digest, width, height)


def _working_pixels(image: Image.Image) -> tuple[NDArray[np.uint8], bool]:
    """The pixels of a Photo, and whether its sides are swapped against the image given."""
    image.load()
    orientation = _orientation(image)
    profile = image.info.get("icc_profile")
    if image.has_transparency_data:
        image = image.convert("RGBA")
    elif image.mode in ("I", "F") or image.mode.startswith("I;16"):
        image = Image.fromarray(_eight_bit(np.asarray(image)))
    elif image.mode not in ("L", "RGB", "CMYK"):
        image = image.convert("RGB")
    size = _working_size(*image.size)
    if size != image.size:
        image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3)
    if image.mode == "RGBA":
        image = Image.alpha_composite(Image.new("RGBA", size, "white"), image).convert("RGB")
    image = _to_srgb(image, profile)
    if orientation in _UPRIGHT:
        image = image.transpose(_UPRIGHT[orientation])
    return np.array(image), orientation >= 5


def _working_size(width: int, height: int) -> tuple[int, int]:
    scale = max(width, height, WORKING_SIDE) / WORKING_SIDE
    return max(1, round(width / scale)), max(1, round(height / scale))


def _orientation(image: Image.Image) -> int:
    try:
        orientation = image.getexif().get(_ORIENTATION, 1)
    except Exception:  # noqa: BLE001, broken metadata is no reason to refuse the pixels
        return 1
    return orientation if orientation in _UPRIGHT else 1


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if profile and image.mode in ("RGB", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            if "sRGB" not in ImageCms.getProfileDescription(source):
                target = ImageCms.createProfile("sRGB")
                converted = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
                image = converted or image
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a profile that is broken or of another colour space: take the numbers as sRGB
    return image.convert("RGB")


def _eight_bit(array: NDArray[Any]) -> NDArray[np.uint8]:
    """Values of any accepted type and range as uint8 0..255."""
    if array.dtype.kind not in "buif":
        raise ImageError(
            f"The array has the type {array.dtype}, which is not one of an image.",
            "Give bool, integers or floats.",
        )
    if array.dtype.kind == "b":
        return array.astype(np.uint8) * np.uint8(255)
    if array.dtype == np.uint8:
        return np.ascontiguousarray(array)
    low, high = float(array.min()), float(array.max())
    if array.dtype.kind == "f":
        # Interpolation overshoots a little, and a photograph on 0..255 never stays below 2.
        white, floor, ceiling = (1, -0.1, 2.0) if high <= 2 else (255, -25.5, 280.5)
    elif high > 255 or array.dtype.str[1:] == "u2":
        white, floor, ceiling = 65535, 0.0, 65535.0
    else:
        white, floor, ceiling = 255, 0.0, 255.0
    # A comparison with NaN is false, so that NaN is refused here too.
    if not (low >= floor and high <= ceiling):
        raise ImageError(
            f"The array has values from {low:g} to {high:g}, which is not a range of an image.",
            "Give floats in 0..1 or 0..255, or integers in 0..255 or 0..65535, without NaN.",
        )
    scaled: NDArray[np.float32] = array.astype(np.float32) * np.float32(255 / white)
    return np.rint(scaled).clip(0, 255).astype(np.uint8)


def _digest(header: str, data: bytes) -> str:
    digest = hashlib.sha256(header.encode())
    digest.update(data)
    return digest.hexdigest()


def _check_size(width: int, height: int, name: str, max_pixels: int) -> None:
    if width < 1 or height < 1:
        raise ImageError(f"{name} has no pixels.", "Give an image of at least one pixel.")
    if width * height > max_pixels:
        raise _too_many_pixels(f"{name} ({width} x {height} pixels)", max_pixels)


def _too_many_pixels(name: str, max_pixels: int) -> ImageError:
    return ImageError(
        f"{name} is larger than the {max_pixels:,} pixels that are allowed.",
        "Scale it down, or raise EMOGRAPH_MAX_PIXELS.",
    )


def _too_big(name: str) -> ImageError:
    return ImageError(
        f"{name} is larger than {MAX_BYTES // 1_000_000} MB.", "Save it smaller, as a JPEG."
    )


def _broken(name: str, error: Exception) -> ImageError:
    if isinstance(error, MemoryError):
        return ImageError(f"{name} does not fit into memory.", "Scale it down first.")
    return ImageError(
        f"{name} is broken or cut short ({error}).", "Download or export the image again."
    )


def _unreadable(data: bytes, name: str) -> ImageError:
    head = data[:1024].lstrip()
    todo = f"Convert it to {_READABLE}."
    if data[4:8] == b"ftyp":
        return ImageError(f"{name} is a HEIC, AVIF or video file, which is not read.", todo)
    if b"<svg" in head:
        return ImageError(f"{name} is an SVG drawing, which is not read.", todo)
    return ImageError(f"{name} is not an image that can be read.", f"Give a {_READABLE} file.")
