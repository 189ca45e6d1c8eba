"""Light and colour are measured in known units and named in steps that the graph has."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from emograph.engine.cues import Cue
from emograph.engine.images import open_photo
from emograph.engine.perception.detector import Encoding
from emograph.engine.perception.photometry import Photometry, PhotometryDetector, measure
from emograph.kg import terms
from emograph.kg.graph import KnowledgeGraph

ENCODING = Encoding(np.zeros((1, 4), np.float32), np.zeros((1, 4), np.float32))
WHITE, BLACK, RED, BLUE = (255, 255, 255), (0, 0, 0), (255, 0, 0), (0, 0, 255)
RAMP = np.repeat(np.tile(np.arange(256, dtype=np.uint8), (64, 1))[..., None], 3, axis=2)
IMAGES = arrays(np.uint8, st.tuples(st.integers(1, 6), st.integers(1, 6), st.just(3)))


def plain(colour: tuple[int, int, int]) -> NDArray[np.uint8]:
    return np.full((8, 8, 3), colour, np.uint8)


def measured(pixels: NDArray[np.uint8]) -> Photometry:
    return measure(open_photo(pixels))


def cues(pixels: NDArray[np.uint8]) -> dict[str, Cue]:
    (found,) = PhotometryDetector().detect([open_photo(pixels)], ENCODING)
    return {cue.id: cue for cue in found}


def test_white_is_bright_and_black_is_not() -> None:
    white, black = measured(plain(WHITE)), measured(plain(BLACK))
    assert white.brightness == pytest.approx(1.0)
    assert black.brightness == 0.0
    for grey in (white, black):
        assert (grey.colorfulness, grey.warmth) == (0.0, 0.5)
        assert grey.contrast == pytest.approx(0.0, abs=1e-9)


def test_red_is_warm_and_colourful_and_blue_is_cold() -> None:
    red, blue = measured(plain(RED)), measured(plain(BLUE))
    assert (red.warmth, blue.warmth) == (1.0, 0.0)
    assert red.brightness == pytest.approx(0.2126)
    assert blue.brightness == pytest.approx(0.0722)
    # Hasler and Süsstrunk: no spread, 0.3 times the length of the mean (255, 127.5), over 109.
    assert red.colorfulness == pytest.approx(0.3 * np.hypot(255, 127.5) / 109)


def test_a_grey_ramp_has_contrast_and_no_colour() -> None:
    ramp = measured(RAMP)
    assert ramp.brightness == pytest.approx(0.5, abs=0.01)
    assert ramp.colorfulness == pytest.approx(0.0, abs=1e-9)
    assert ramp.warmth == pytest.approx(0.5)
    assert ramp.contrast == pytest.approx(2 / np.sqrt(12), abs=0.01)


def test_black_beside_white_is_the_strongest_contrast() -> None:
    half = plain(BLACK)
    half[:4] = 255
    assert measured(half).contrast == pytest.approx(1.0)


@given(IMAGES)
def test_every_measure_of_every_image_is_in_range(pixels: NDArray[np.uint8]) -> None:
    found = measured(pixels)
    values = (found.brightness, found.colorfulness, found.warmth, found.contrast)
    assert all(0.0 <= value <= 1.0 for value in values)


@given(IMAGES)
def test_mirroring_an_image_changes_no_measure(pixels: NDArray[np.uint8]) -> None:
    one, mirrored = measured(pixels), measured(np.ascontiguousarray(pixels[:, ::-1]))
    for name in ("brightness", "colorfulness", "warmth", "contrast"):
        assert getattr(one, name) == pytest.approx(getattr(mirrored, name), abs=1e-9)


def test_a_large_image_is_measured_like_a_small_one() -> None:
    large = np.kron(RAMP[:, ::8], np.ones((8, 16, 1), np.uint8)).astype(np.uint8)
    one, other = measured(RAMP), measured(large)
    assert one.brightness == pytest.approx(other.brightness, abs=0.02)
    assert one.contrast == pytest.approx(other.contrast, abs=0.02)


def test_the_four_measures_are_cues_without_doubt() -> None:
    found = cues(plain(WHITE))
    assert set(found) == {
        "brightness",
        "colorfulness",
        "composition:warmth",
        "composition:contrast",
    }
    assert {cue.kind for cue in found.values()} == {"brightness", "colorfulness", "composition"}
    assert all(cue.confidence == 1.0 for cue in found.values())
    assert all(cue.detector == "photometry" for cue in found.values())


@pytest.mark.parametrize(
    ("colour", "step"),
    [(WHITE, "1.0"), (BLACK, "0.0"), ((128, 128, 128), "0.5"), ((77, 77, 77), "0.3"), (RED, "0.2")],
)
def test_brightness_is_named_in_emosets_steps(colour: tuple[int, int, int], step: str) -> None:
    assert cues(plain(colour))["brightness"].concept == terms.concept("brightness", step)


def test_labels_are_words() -> None:
    assert cues(plain(WHITE))["brightness"].label == "very bright"
    assert cues(plain(BLACK))["brightness"].label == "very dark"
    assert cues(plain(RED))["composition:warmth"].label == "very warm colors"
    assert not any(c.isdigit() for cue in cues(RAMP).values() for c in cue.label)


@given(IMAGES)
def test_every_step_is_a_concept_of_the_graph(
    graph: KnowledgeGraph, pixels: NDArray[np.uint8]
) -> None:
    known = {concept.iri: concept.kind for concept in graph.concepts()}
    for cue in cues(pixels).values():
        assert cue.concept in known
        assert known[cue.concept] == cue.kind
