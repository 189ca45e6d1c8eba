"""All detectors look at one encoding, and no two cues of a photo have one id."""

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from emograph.engine.cues import Cue
from emograph.engine.images import Photo, open_photo
from emograph.engine.perception.detector import Array, Encoding
from emograph.engine.perception.perception import Perception
from tests.engine.making import cue

PHOTOS = [open_photo(np.full((4, 4, 3), grey, np.uint8)) for grey in (0, 128, 255)]
IDS = st.lists(st.sampled_from(["face", "face-2", "face-2-2", "dog"]), max_size=6)


class Encoder:
    name = "fake 1"

    def __init__(self) -> None:
        self.calls = 0

    def encode_images(self, photos: Sequence[Photo]) -> Encoding:
        self.calls += 1
        features = np.arange(len(photos), dtype=np.float32)[:, None]
        return Encoding(features, features)

    def encode_texts(self, texts: Sequence[str]) -> Array:
        return np.zeros((len(texts), 1), np.float32)


class Names:
    """A detector that names the same ids in every photo, and remembers what it was shown."""

    name = "names"

    def __init__(self, *ids: str) -> None:
        self.ids = ids
        self.shown: list[Encoding] = []

    def detect(self, photos: Sequence[Photo], encoding: Encoding) -> list[tuple[Cue, ...]]:
        self.shown.append(encoding)
        return [tuple(cue(id, label=id) for id in self.ids) for _ in photos]


@given(IDS, IDS)
def test_ids_are_unique_in_a_photo_and_nothing_is_lost(one: list[str], other: list[str]) -> None:
    perception = Perception(Encoder(), (Names(*one), Names(*other)))
    for cues in perception.see(PHOTOS):
        assert len({c.id for c in cues}) == len(cues)
        assert [c.label for c in cues] == one + other


def test_the_first_of_a_name_keeps_it() -> None:
    (cues,) = Perception(Encoder(), (Names("face"), Names("face", "dog"))).see(PHOTOS[:1])
    assert [c.id for c in cues] == ["face", "face-2", "dog"]


def test_photos_are_encoded_once_for_all_detectors() -> None:
    encoder, detectors = Encoder(), (Names("a"), Names("b"))
    assert len(Perception(encoder, detectors).see(PHOTOS)) == len(PHOTOS)
    assert encoder.calls == 1
    assert detectors[0].shown[0] is detectors[1].shown[0]


def test_an_encoding_that_is_known_is_not_made_again() -> None:
    encoder, detector = Encoder(), Names("a")
    known = Encoding(np.zeros((3, 1), np.float32), np.zeros((3, 1), np.float32))
    Perception(encoder, (detector,)).see(PHOTOS, known)
    assert encoder.calls == 0
    assert detector.shown == [known]


def test_without_detectors_nothing_is_seen() -> None:
    assert Perception(Encoder(), ()).see(PHOTOS) == [(), (), ()]
