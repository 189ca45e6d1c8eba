"""Faces become cues in pixels of the original, and only clear expressions are named."""

import numpy as np
import pytest
from numpy.typing import NDArray

from emograph.engine.cues import Cue, Region
from emograph.engine.images import Photo, open_photo
from emograph.engine.perception.detector import Encoding
from emograph.engine.perception.faces import MAX_FACES, Face, FaceDetector
from emograph.kg import terms

ENCODING = Encoding(np.zeros((1, 4), np.float32), np.zeros((1, 4), np.float32))
SMALL = open_photo(np.zeros((200, 300, 3), np.uint8))
BOX = Region(10, 20, 30, 40)


class Found:
    """A reader that finds the faces it is given."""

    def __init__(self, *faces: Face) -> None:
        self.faces = faces

    def read(self, pixels: NDArray[np.uint8], limit: int) -> list[Face]:
        assert pixels.dtype == np.uint8
        return list(self.faces[:limit])


def face(score: float = 0.9, region: Region = BOX, **expressions: float) -> Face:
    return Face(region, score, expressions)


def cues(*faces: Face, photo: Photo = SMALL) -> tuple[Cue, ...]:
    (found,) = FaceDetector(Found(*faces)).detect([photo], ENCODING)
    return found


def test_a_smile_is_a_face_and_an_expression() -> None:
    face_cue, smile = cues(face(happy=0.8, neutral=0.2))
    assert (face_cue.id, face_cue.kind, face_cue.confidence) == ("object:face", "object", 0.9)
    assert face_cue.concept == terms.concept("people", "face")
    assert (smile.id, smile.label, smile.confidence) == ("facial_expression:happy", "happy", 0.8)
    assert smile.kind == "facial_expression"
    assert smile.concept == terms.concept("facial_expression", "happy")
    assert smile.region == face_cue.region == BOX


@pytest.mark.parametrize(
    "expressions",
    [{}, {"neutral": 0.97, "sad": 0.03}, {"sad": 0.5, "fear": 0.3, "neutral": 0.2}],
    ids=["unreadable", "neutral", "unclear"],
)
def test_an_expression_that_is_not_clear_is_not_named(expressions: dict[str, float]) -> None:
    assert [cue.id for cue in cues(Face(BOX, 0.9, expressions))] == ["object:face"]


def test_the_most_confident_comes_first_under_an_id_of_its_own() -> None:
    found = cues(face(0.7, happy=0.6), face(0.8, happy=0.95), face(0.9, sad=0.65))
    assert [(cue.id, cue.confidence) for cue in found] == [
        ("facial_expression:happy", 0.95),
        ("object:face", 0.9),
        ("object:face-2", 0.8),
        ("object:face-3", 0.7),
        ("facial_expression:sad", 0.65),
        ("facial_expression:happy-2", 0.6),
    ]


def test_of_a_crowd_some_faces_are_named() -> None:
    assert len(cues(*[face()] * 20)) == MAX_FACES


def test_regions_are_in_pixels_of_the_original_and_inside_it() -> None:
    photo = open_photo(np.zeros((2000, 4095, 3), np.uint8))
    assert photo.pixels.shape == (500, 1024, 3)
    (inner,) = cues(face(region=Region(100, 50, 20, 30)), photo=photo)
    assert inner.region == Region(400, 200, 80, 120)
    (edge,) = cues(face(region=Region(1000, 480, 24, 20)), photo=photo)
    assert edge.region is not None
    assert edge.region.x + edge.region.w == 4095
    assert edge.region.y + edge.region.h == 2000


def test_each_photo_has_its_cues() -> None:
    found = FaceDetector(Found(face())).detect([SMALL, SMALL], ENCODING)
    assert [len(cues) for cues in found] == [1, 1]
    assert FaceDetector(Found()).detect([SMALL], ENCODING) == [()]
