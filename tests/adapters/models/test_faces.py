"""Boxes come out where BlazeFace put them, once each; the real models read real photographs."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import skimage
from numpy.typing import NDArray
from PIL import Image

from emograph.adapters.models.assets import FACE_BOXES, FACIAL_EXPRESSION, locate
from emograph.adapters.models.faces import Array, TfliteFaces, decode, merge
from emograph.config import load_settings
from emograph.engine.cues import Region
from emograph.engine.images import open_photo

CELLS = 48  # on each side of the grid


def photograph(name: str) -> NDArray[np.uint8]:
    return open_photo(Path(skimage.__file__).parent / "data" / name).pixels


ASTRONAUT = photograph("astronaut.png")


def proposals(*faces: tuple[int, int, float]) -> tuple[Array, Array]:
    """What the model would give for boxes of 40 x 60 at these cells (row, column), with logits."""
    points = np.zeros((CELLS * CELLS, 16), np.float32)
    logits = np.full(CELLS * CELLS, -1000, np.float32)
    for row, column, logit in faces:
        cell = row * CELLS + column
        points[cell, :4] = 1, -1, 40, 60
        points[cell, 4:6] = -8, -10
        logits[cell] = logit
    return points, logits


def corners(points: Array) -> list[list[float]]:
    return [face[:2].ravel().tolist() for face in points]


def test_a_known_box_is_recovered() -> None:
    points, scores = decode(*proposals((20, 30, 2.0)))
    # The middle of cell 30, 20 is at 122, 82; the box is moved from there by 1, -1.
    assert corners(points) == [[103, 51, 143, 111]]
    assert points[0, 2].tolist() == [114, 72]
    assert scores == pytest.approx([1 / (1 + np.exp(-2))])


def test_extreme_logits_do_not_overflow_and_unlikely_boxes_go() -> None:
    with np.errstate(all="raise"):
        points, scores = decode(*proposals((5, 5, 1000.0), (20, 20, 0.0), (40, 40, 1.5)))
    assert len(points) == 2
    assert scores[0] == 1


def test_overlapping_boxes_become_their_weighted_mean() -> None:
    near = proposals((20, 30, 3.0), (20, 31, 1.0), (20, 5, 2.0))
    points, scores = merge(*decode(*near))
    strong, weak = (1 / (1 + np.exp(-logit)) for logit in (3.0, 1.0))
    left = (103 * strong + 107 * weak) / (strong + weak)
    np.testing.assert_allclose(corners(points), [[left, 51, left + 40, 111], [3, 51, 43, 111]])
    assert scores == pytest.approx([strong, 1 / (1 + np.exp(-2))])


def test_nothing_merges_to_nothing() -> None:
    points, scores = merge(*decode(*proposals()))
    assert points.shape == (0, 8, 2)
    assert scores.shape == (0,)


@pytest.fixture(scope="module")
def reader() -> TfliteFaces:
    cache = load_settings().cache
    return TfliteFaces(locate(FACE_BOXES, cache), locate(FACIAL_EXPRESSION, cache), threads=2)


def overlap(one: Region, other: Region) -> float:
    width = min(one.x + one.w, other.x + other.w) - max(one.x, other.x)
    height = min(one.y + one.h, other.y + other.h) - max(one.y, other.y)
    shared = max(width, 0) * max(height, 0)
    return shared / (one.w * one.h + other.w * other.h - shared)


@pytest.mark.weights
def test_the_astronaut_smiles(reader: TfliteFaces) -> None:
    (face,) = reader.read(ASTRONAUT, 8)
    assert overlap(face.region, Region(172, 68, 106, 106)) > 0.8
    assert face.score > 0.9
    assert face.expressions["happy"] > 0.9
    assert sum(face.expressions.values()) == pytest.approx(1)


@pytest.mark.weights
def test_a_face_is_found_where_it_is_in_a_wide_photograph(reader: TfliteFaces) -> None:
    wide = np.zeros((240, 480, 3), np.uint8)
    wide[:, 240:] = ASTRONAUT[20:260, 100:340]
    (face,) = reader.read(wide, 8)
    assert overlap(face.region, Region(312, 48, 106, 106)) > 0.6


@pytest.mark.weights
@pytest.mark.parametrize("degrees", [-40, 40])
def test_a_tilted_face_is_read_upright(reader: TfliteFaces, degrees: int) -> None:
    tilted = Image.fromarray(ASTRONAUT).rotate(degrees, center=(225, 120))
    (face,) = reader.read(np.asarray(tilted), 8)
    assert face.expressions["happy"] > 0.8


@pytest.mark.weights
def test_a_small_face_is_found_but_not_read(reader: TfliteFaces) -> None:
    small = np.ascontiguousarray(ASTRONAUT[::6, ::6])
    assert [face.expressions for face in reader.read(small, 8)] == [{}]


@pytest.mark.weights
@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((300, 400, 3), np.uint8),
        np.full((1, 1, 3), 255, np.uint8),
        np.full((2, 1024, 3), 128, np.uint8),
        photograph("chelsea.png"),
        photograph("coffee.png"),
        photograph("rocket.jpg"),
    ],
    ids=["blank", "pixel", "line", "cat", "coffee", "rocket"],
)
def test_no_face_where_there_is_none(reader: TfliteFaces, pixels: NDArray[np.uint8]) -> None:
    assert reader.read(pixels, 8) == []


@pytest.mark.weights
def test_a_crowd_is_read_up_to_the_limit(reader: TfliteFaces) -> None:
    crowd = np.tile(ASTRONAUT[20:240, 110:330], (3, 3, 1))
    assert len(reader.read(crowd, 20)) == 9
    best = reader.read(crowd, 4)
    assert len(best) == 4
    assert [face.score for face in best] == sorted((face.score for face in best), reverse=True)


@pytest.mark.weights
def test_threads_may_share_a_reader(reader: TfliteFaces) -> None:
    pictures = [ASTRONAUT, photograph("chelsea.png")] * 8
    alone = [reader.read(picture, 8) for picture in pictures]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda picture: reader.read(picture, 8), pictures))
    assert together == alone
