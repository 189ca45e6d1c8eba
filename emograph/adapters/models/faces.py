"""Faces by BlazeFace, and their expressions by the small network of the package `fer`.

BlazeFace (Bazarevsky et al. 2019, arXiv 1907.05047) is a single-shot detector: every cell of a grid
over the image proposes one box, and overlapping boxes are averaged rather than dropped. This is
MediaPipe's full-range model, which looks at the whole image at 192 x 192: a face narrower than
about a twentieth of the image is missed.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from emograph.engine.cues import Region
from emograph.engine.perception.faces import Face

Array = NDArray[np.float32]

# The image is fitted into a square of this side; each cell of the grid covers 4 x 4 pixels of it.
_SIDE = 192
_STRIDE = 4
_MAX_LOGIT = 80.0  # beyond it exp overflows float32
_SAME_FACE = 0.3  # intersection over union; MediaPipe's value

# Points of a face: two corners of its box, then MediaPipe's six, of which the mouth is not used.
_LEFT_TOP, _RIGHT_BOTTOM, _EYE, _OTHER_EYE, _NOSE, _, _EAR, _OTHER_EAR = range(8)

# Fitted on the 600 photographs of OASIS: from 0.65 on, 3 of 117 boxes are no face (a mask, a
# target, a blur); from 0.5 on, 19 of 188.
_MIN_SCORE = 0.65

_CLASSES = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
_CROP = 64
# The network saw upright frontal faces cut out by another detector, a little larger and higher
# than BlazeFace's boxes. The cut is fitted on the captions of OASIS and a look at its faces. The
# temperature is chosen so that confidence is about what precision is, judged by eye: 0.81 and 0.82
# for the 28 expressions named in 373 photographs of FI, 0.85 and 0.94 for the 32 in OASIS. Only
# happy is named often; of fear, disgust and surprise there are too few to say anything.
_MARGIN = 1.2
_RAISE = 0.04
_TEMPERATURE = 1.75
# Small faces and profiles were called sad or angry whatever they showed.
_MIN_WIDTH = 24


class TfliteFaces:
    """A FaceReader on the two TFLite models; a lock lets one thread at a time use them."""

    def __init__(self, boxes: Path, expressions: Path, threads: int) -> None:
        self._boxes = _interpreter(boxes, threads)
        self._expressions = _interpreter(expressions, threads)
        self._lock = Lock()

    def read(self, pixels: NDArray[np.uint8], limit: int) -> list[Face]:
        """At most `limit` faces of sRGB pixels (height, width, 3), most certain first."""
        image = Image.fromarray(pixels)
        square, scale, offset = _letterbox(image)
        with self._lock:
            raw_points, logits = _run(self._boxes, square)
            points, scores = merge(*decode(raw_points[0], logits[0, :, 0]))
            points = (points - offset) / scale
            found = [
                (face, float(score))
                for face, score in zip(points, scores, strict=True)
                if _is_inside(face, image)
            ]
            return [
                Face(_region(face, image), score, self._express(image, face))
                for face, score in found[:limit]
            ]

    def _express(self, image: Image.Image, points: Array) -> dict[str, float]:
        if not _is_readable(points):
            return {}
        (probabilities,) = _run(self._expressions, _upright(image, points))
        tempered = probabilities[0].astype(np.float64) ** (1 / _TEMPERATURE)
        tempered /= tempered.sum()
        return dict(zip(_CLASSES, tempered.tolist(), strict=True))


def decode(raw_points: Array, logits: Array) -> tuple[Array, Array]:
    """The likely faces in what the model gives for each of its 2304 cells.

    `raw_points` (2304, 16) are x, y pairs in input pixels relative to the cell's centre: the centre
    of the box, its size, then six points of the face; `logits` (2304,) say how likely it is one.
    Returns points (n, 8, 2) in input pixels, the first two being the corners of the box, and scores
    (n,), the highest first.
    """
    scores = 1 / (1 + np.exp(-logits.clip(-_MAX_LOGIT, _MAX_LOGIT)))
    likely = np.flatnonzero(scores >= _MIN_SCORE)
    likely = likely[np.argsort(-scores[likely], kind="stable")]
    row, column = np.divmod(likely, _SIDE // _STRIDE)
    cells = (np.stack([column, row], axis=-1) + np.float32(0.5)) * _STRIDE
    points = raw_points[likely].reshape(-1, 8, 2)
    half = points[:, 1] / 2
    points = points + cells[:, None]
    centre = points[:, 0].copy()
    points[:, 0], points[:, 1] = centre - half, centre + half
    return points.astype(np.float32), scores[likely]


def merge(points: Array, scores: Array) -> tuple[Array, Array]:
    """One face for each group of overlapping boxes: their mean, weighted by score.

    Takes and returns what `decode` returns. A group has the score of its best box.
    """
    faces, best = [], []
    while len(scores):
        same = _overlap(points[0], points) > _SAME_FACE
        same[0] = True
        faces.append(np.average(points[same], axis=0, weights=scores[same]))
        best.append(scores[0])
        points, scores = points[~same], scores[~same]
    return np.array(faces, np.float32).reshape(-1, 8, 2), np.array(best, np.float32)


def _overlap(one: Array, points: Array) -> Array:
    """Intersection over union of one face's box with the boxes of faces (n, 8, 2)."""
    left_top = np.maximum(one[_LEFT_TOP], points[:, _LEFT_TOP])
    right_bottom = np.minimum(one[_RIGHT_BOTTOM], points[:, _RIGHT_BOTTOM])
    shared = (right_bottom - left_top).clip(min=0).prod(axis=-1)
    areas = (points[:, _RIGHT_BOTTOM] - points[:, _LEFT_TOP]).prod(axis=-1)
    own = (one[_RIGHT_BOTTOM] - one[_LEFT_TOP]).prod()
    overlap: Array = shared / np.maximum(own + areas - shared, np.finfo(np.float32).tiny)
    return overlap


def _letterbox(image: Image.Image) -> tuple[Array, float, Array]:
    """The image in the middle of a black square (1, 192, 192, 3) of values -1..1.

    Also input pixels per image pixel, and where the image begins.
    """
    scale = _SIDE / max(image.size)
    width, height = (max(1, round(side * scale)) for side in image.size)
    left, top = (_SIDE - width) // 2, (_SIDE - height) // 2
    square = Image.new("RGB", (_SIDE, _SIDE))
    small = image.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=2)
    square.paste(small, (left, top))
    return _signed(square)[None], scale, np.array([left, top], np.float32)


def _is_inside(points: Array, image: Image.Image) -> bool:
    """Whether the middle of the face is in the image, not in the border of the square."""
    middle = (points[_LEFT_TOP] + points[_RIGHT_BOTTOM]) / 2
    return bool(((middle > 0) & (middle < image.size)).all())


def _region(points: Array, image: Image.Image) -> Region:
    """The part of the face's box that is in the image, in whole pixels."""
    corners = points[[_LEFT_TOP, _RIGHT_BOTTOM]].clip(0, image.size).round().astype(int)
    (left, top), (right, bottom) = corners.tolist()
    return Region(left, top, right - left, bottom - top)


def _is_readable(points: Array) -> bool:
    """Whether the face is large enough and looks this way: its nose is between its ears."""
    width = float(points[_RIGHT_BOTTOM, 0] - points[_LEFT_TOP, 0])
    across = points[_OTHER_EAR] - points[_EAR]
    length = float(across @ across)
    if width < _MIN_WIDTH or length == 0:
        return False
    along = float((points[_NOSE] - points[_EAR]) @ across) / length
    return 0 <= along <= 1


def _upright(image: Image.Image, points: Array) -> Array:
    """The face in grey, turned until its eyes are level: (1, 64, 64, 1) of values -1..1."""
    corner, opposite = points[_LEFT_TOP], points[_RIGHT_BOTTOM]
    side = _MARGIN * float((opposite - corner).max())
    x, y = (corner + opposite) / 2 - (0, _RAISE * side)
    # Half as much again on each side, so that turning brings no empty corners into the crop.
    reach, wide = 0.75 * side, _CROP * 3 // 2
    cut = image.crop((round(x - reach), round(y - reach), round(x + reach), round(y + reach)))
    small = cut.convert("L").resize((wide, wide), Image.Resampling.BILINEAR)
    right, down = points[_OTHER_EYE] - points[_EYE]
    level = small.rotate(math.degrees(math.atan2(down, right)), Image.Resampling.BILINEAR)
    edge = (wide - _CROP) // 2
    face = level.crop((edge, edge, edge + _CROP, edge + _CROP))
    return _signed(face)[None, :, :, None]


def _signed(image: Image.Image) -> Array:
    return np.asarray(image, np.float32) / np.float32(127.5) - 1


def _interpreter(path: Path, threads: int) -> Any:
    from ai_edge_litert.interpreter import Interpreter  # type: ignore[import-untyped]

    with _silenced():
        interpreter = Interpreter(model_path=str(path), num_threads=threads)
        interpreter.allocate_tensors()
    return interpreter


@contextmanager
def _silenced() -> Iterator[None]:
    """Put standard error aside: LiteRT writes there which delegate it took, and has no switch."""
    try:
        kept = os.dup(2)
    except OSError:  # a process without standard error
        yield
        return
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _run(interpreter: Any, values: Array) -> list[Array]:
    """The outputs of the model for its only input."""
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], values)
    interpreter.invoke()
    return [interpreter.get_tensor(out["index"]) for out in interpreter.get_output_details()]
