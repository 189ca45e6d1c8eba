"""Whatever a person gives becomes upright pixels or a clear refusal."""

import hashlib
import struct
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms

from emograph.config import Settings
from emograph.engine.images import MAX_PIXELS, Photo, open_photo
from emograph.errors import ImageError

RED, WHITE, BLACK = (255, 0, 0), (255, 255, 255), (0, 0, 0)


def left_red_right_blue(width: int = 64, height: int = 48) -> Image.Image:
    image = Image.new("RGB", (width, height), "blue")
    image.paste("red", (0, 0, width // 2, height))
    return image


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def looks_like(photo: Photo, place: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    x, y = place
    return bool(np.abs(photo.pixels[y, x].astype(int) - colour).max() <= 12)


def refusal(image: Any, **options: Any) -> str:
    with pytest.raises(ImageError) as caught:
        open_photo(image, **options)
    assert caught.value.what.endswith(".")
    assert caught.value.todo.endswith(".")
    return str(caught.value)


# What can be read


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "PPM"])
def test_reads_every_format_it_names(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"photo.{kind.lower()}"
    left_red_right_blue().save(path, kind)
    photo = open_photo(path)
    assert photo.pixels.shape == (48, 64, 3)
    assert photo.pixels.dtype == np.uint8
    assert (photo.width, photo.height, photo.scale) == (64, 48, 1.0)
    assert looks_like(photo, (5, 20), RED)
    assert photo.source == str(path)
    assert photo.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_path_text_bytes_and_pil_image_give_the_same_pixels(tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    left_red_right_blue().save(path)
    given: list[Any] = [path, str(path), path.read_bytes(), Image.open(path)]
    photos = [open_photo(image) for image in given]
    assert [photo.source for photo in photos] == [str(path), str(path), "bytes", "PIL image"]
    for photo in photos[1:]:
        np.testing.assert_array_equal(photo.pixels, photos[0].pixels)


def test_a_photo_is_handed_back() -> None:
    photo = open_photo(left_red_right_blue())
    assert open_photo(photo) is photo


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize(
    ("orientation", "red_at"),
    [
        (1, (2, 20)), (2, (60, 20)), (3, (60, 20)), (4, (2, 20)),
        (5, (20, 2)), (6, (20, 2)), (7, (20, 60)), (8, (20, 60)),
    ],
)  # fmt: skip
def test_exif_rotation_is_applied(kind: str, orientation: int, red_at: tuple[int, int]) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    photo = open_photo(encoded(left_red_right_blue(), kind, exif=exif))
    assert (photo.width, photo.height) == ((48, 64) if orientation >= 5 else (64, 48))
    assert photo.pixels.shape == (photo.height, photo.width, 3)
    assert looks_like(photo, red_at, RED)


def test_broken_exif_does_not_matter() -> None:
    photo = open_photo(encoded(left_red_right_blue(), "JPEG", exif=b"Exif\0\0MM\0*\xff\xff"))
    assert looks_like(photo, (5, 20), RED)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_large_images_are_scaled_down_and_remember_their_size(kind: str) -> None:
    photo = open_photo(encoded(left_red_right_blue(4096, 1000), kind))
    assert photo.pixels.shape == (250, 1024, 3)
    assert (photo.width, photo.height, photo.scale) == (4096, 1000, 4.0)


def test_a_very_long_image_keeps_a_pixel_of_height() -> None:
    photo = open_photo(np.full((1, 50_000), 200, np.uint8))
    assert photo.pixels.shape == (1, 1024, 3)
    assert photo.width == 50_000


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F"])
def test_a_single_white_pixel_of_every_mode(mode: str) -> None:
    white = {"I;16": 65535, "I": 65535, "F": 1.0}.get(mode)
    image = Image.new("RGB", (1, 1), "white").convert(mode) if white is None else None
    photo = open_photo(image or Image.new(mode, (1, 1), white))
    assert photo.pixels.tolist() == [[[255, 255, 255]]]
    assert photo.scale == 1.0


def test_transparency_is_laid_on_white() -> None:
    clear = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    half = Image.new("RGBA", (8, 8), (0, 0, 0, 128))
    assert looks_like(open_photo(encoded(clear, "PNG")), (4, 4), WHITE)
    assert looks_like(open_photo(encoded(half, "PNG")), (4, 4), (127, 127, 127))


def test_transparent_palette_is_laid_on_white() -> None:
    image = Image.new("P", (8, 8), 0)
    image.putpalette([0, 0, 0, 255, 0, 0])
    assert looks_like(open_photo(encoded(image, "GIF", transparency=0)), (4, 4), WHITE)
    assert looks_like(open_photo(encoded(image, "PNG")), (4, 4), BLACK)


def test_cmyk_jpeg_keeps_its_colours() -> None:
    photo = open_photo(encoded(left_red_right_blue().convert("CMYK"), "JPEG", quality=95))
    assert looks_like(photo, (5, 20), RED)


def test_sixteen_bit_grey_keeps_its_brightness() -> None:
    grey = Image.fromarray(np.full((8, 8), 0x8080, np.uint16))
    for kind in ("PNG", "TIFF", "PPM"):
        assert looks_like(open_photo(encoded(grey, kind)), (4, 4), (128, 128, 128))


def test_of_an_animation_the_first_frame_is_taken() -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    for kind in ("GIF", "WEBP", "PNG", "TIFF"):
        data = encoded(frames[0], kind, save_all=True, append_images=frames[1:])
        assert looks_like(open_photo(data), (4, 4), RED)


def test_colour_profiles_are_applied_and_broken_ones_ignored() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for profile in (b"no profile at all", lab):
        data = encoded(left_red_right_blue(), "PNG", icc_profile=profile)
        assert looks_like(open_photo(data), (5, 20), RED)
    linear = linear_profile()
    grey = encoded(Image.new("RGB", (8, 8), (55, 55, 55)), "PNG", icc_profile=linear)
    assert looks_like(open_photo(grey), (4, 4), (128, 128, 128))


def linear_profile() -> bytes:
    """An RGB profile like sRGB, but with values proportional to light."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack_from(">I", profile, 128)[0]
    for tag in range(count):
        name, offset, size = struct.unpack_from(">4sII", profile, 132 + 12 * tag)
        if name in (b"rTRC", b"gTRC", b"bTRC"):
            curve = b"curv" + bytes(8)
            profile[offset : offset + size] = curve.ljust(size, b"\0")
    return bytes(profile).replace("sRGB".encode("utf-16-be"), "line".encode("utf-16-be"))


@pytest.mark.parametrize(
    "array",
    [
        np.full((6, 8), 255, np.uint8),
        np.full((6, 8, 1), 255, np.uint8),
        np.full((6, 8, 3), 255, np.uint8),
        np.full((6, 8, 4), 255, np.uint8),
        np.ones((6, 8), bool),
        np.full((6, 8, 3), 65535, np.uint16),
        np.full((6, 8, 3), 65535, ">u2"),
        np.full((6, 8, 3), 255, np.int64),
        np.full((6, 8, 3), 65535, np.int32),
        np.ones((6, 8, 3), np.float64),
        np.full((6, 8, 3), 1.03, np.float32),
        np.full((6, 8, 3), 255, np.float16),
        np.full((8, 6, 3), 255, np.uint8).transpose(1, 0, 2)[::-1, ::-1],
    ],
    ids=lambda array: f"{array.dtype}-{array.shape}",
)
def test_white_arrays_of_every_type_are_white(array: NDArray[Any]) -> None:
    photo = open_photo(array)
    assert photo.source == "array"
    assert photo.pixels.shape == (6, 8, 3)
    assert photo.pixels.min() == 255


def test_arrays_of_mid_grey_agree() -> None:
    kinds: list[NDArray[Any]] = [np.full((2, 2), 128, np.uint8)]
    kinds += [np.full((2, 2), 0x8080, np.uint16)]
    kinds += [np.full((2, 2), 128 / 255), np.full((2, 2), 128.0)]
    assert {int(open_photo(array).pixels[0, 0, 0]) for array in kinds} == {128}


def test_a_clear_pixel_of_an_array_is_white() -> None:
    assert looks_like(open_photo(np.zeros((4, 4, 4), np.uint8)), (0, 0), WHITE)


def test_arrays_of_other_shape_have_another_digest() -> None:
    wide, tall = np.zeros((1, 4), np.uint8), np.zeros((4, 1), np.uint8)
    assert open_photo(wide).sha256 != open_photo(tall).sha256
    assert open_photo(wide).sha256 == open_photo(wide.copy()).sha256


def test_the_image_given_is_not_changed() -> None:
    image = left_red_right_blue(3000, 2000)
    array = np.asarray(image).copy()
    open_photo(image)
    photo = open_photo(array)
    photo.pixels[:] = 0
    assert image.size == (3000, 2000)
    np.testing.assert_array_equal(array, np.asarray(image))


# What is refused


def test_the_limit_of_the_settings_is_the_limit_of_the_function() -> None:
    assert Settings.model_fields["max_pixels"].default == MAX_PIXELS


def test_too_many_pixels_are_refused_from_the_header(recwarn: pytest.WarningsRecorder) -> None:
    for side in (10_001, 30_000):
        header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
        assert "pixels that are allowed" in refusal(png([(b"IHDR", header), (b"IDAT", b"")]))
    assert not recwarn.list


def png(chunks: list[tuple[bytes, bytes]]) -> bytes:
    parts = [b"\x89PNG\r\n\x1a\n"]
    for name, body in chunks:
        check = struct.pack(">I", zlib.crc32(name + body))
        parts += [struct.pack(">I", len(body)), name, body, check]
    return b"".join(parts)


def test_the_limit_can_be_set() -> None:
    image = left_red_right_blue()
    images: list[Any] = [image, np.asarray(image), encoded(image, "PNG")]
    for given in images:
        assert "64 x 48" in refusal(given, max_pixels=3071)
        assert open_photo(given, max_pixels=3072).width == 64


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.jpg"
    with path.open("wb") as file:
        file.truncate(200_000_001)
    assert "larger than 200 MB" in refusal(path)


def test_missing_file_folder_and_empty_file(tmp_path: Path) -> None:
    empty = tmp_path / "empty.jpg"
    empty.touch()
    assert "There is no file" in refusal(tmp_path / "missing.jpg")
    assert "is a folder" in refusal(tmp_path)
    assert "is empty" in refusal(empty)
    assert "is empty" in refusal(b"")
    assert "There is no file" in refusal("a\0b.jpg")


def test_a_name_too_long_for_the_system() -> None:
    assert refusal("x" * 5000)


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
def test_a_device_is_refused(device: str) -> None:
    if not Path(device).exists():
        pytest.skip("no such device here")
    assert "not a regular file" in refusal(device)


@pytest.mark.parametrize(
    "address",
    ["http://a.example/x.jpg", "HTTPS://a.example/x.jpg", "ftp://a.example/x", "data:image/png;x"],
)
def test_addresses_are_to_be_downloaded_first(address: str) -> None:
    assert "Download it first" in refusal(address)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "PPM"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_a_file_cut_short_is_refused(kind: str, share: float) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    data = encoded(Image.fromarray(noise), kind)
    assert refusal(data[: int(len(data) * share)])


def test_every_format_survives_flipped_bytes() -> None:
    random = np.random.default_rng(0)
    noise = Image.fromarray(random.integers(0, 255, (16, 16, 3), np.uint8))
    for kind in ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "PPM"):
        data = encoded(noise, kind)
        for _ in range(100):
            broken = bytearray(data)
            for place in random.integers(0, min(len(data), 300), 4):
                broken[place] = random.integers(0, 256)
            try:
                open_photo(bytes(broken))
            except ImageError:
                continue


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"just some text", "not an image"),
        (b"%PDF-1.7 ...", "not an image"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 1 1\n", "not an image"),
    ],
)
def test_other_files_are_refused_with_what_can_be_read(
    data: bytes, word: str, tmp_path: Path
) -> None:
    path = tmp_path / "named.jpg"
    path.write_bytes(data)
    message = refusal(path)
    assert word in message
    assert "JPEG, PNG, GIF, WebP, BMP, TIFF or PPM" in message


@pytest.mark.parametrize(
    "array",
    [
        np.array([[np.nan, 0.5]]),
        np.array([[np.inf, 0.5]]),
        np.array([[-np.inf, 0.5]]),
        np.array([[-1.0, 1.0]]),
        np.array([[0.0, 1000.0]]),
        np.array([[-1, 3]]),
        np.array([[0, 70_000]]),
        np.array([[1j, 0]]),
        np.array([["a", "b"]]),
        np.zeros((2, 2, 3), object),
        np.zeros((0, 4, 3), np.uint8),
        np.zeros((4, 0), np.uint8),
        np.zeros(5, np.uint8),
        np.zeros((3, 20, 20), np.uint8),
        np.zeros((1, 3, 20, 20), np.uint8),
    ],
    ids=repr,
)
def test_arrays_that_are_no_images(array: NDArray[Any]) -> None:
    assert "array" in refusal(array)


@pytest.mark.parametrize(
    "value", [None, 3, ["a.jpg"], BytesIO(b"x")], ids=["None", "number", "list", "stream"]
)
def test_other_values(value: Any) -> None:
    assert "is not an image" in refusal(value)


def test_a_pil_image_that_cannot_be_decoded() -> None:
    data = encoded(left_red_right_blue(400, 400), "JPEG")
    assert "PIL image" in refusal(Image.open(BytesIO(data[: len(data) // 2])))
    assert "no pixels" in refusal(Image.new("RGB", (0, 5)))
