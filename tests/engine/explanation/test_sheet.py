"""The contact sheet: every picture, every failure, nothing from outside."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from emograph.engine.explanation.sheet import render_sheet, thumbnail
from tests.engine.explanation.test_page import Tree
from tests.engine.explanation.test_schema_samples import HOSTILE, SAMPLES, cue, document, jpeg


def test_every_picture_is_on_the_sheet() -> None:
    tree = Tree(render_sheet((one, jpeg()) for one in SAMPLES.values()))
    assert len(tree.all("img")) == len(SAMPLES)
    assert tree.text["h1"] == [f"{len(SAMPLES)} pictures"]
    assert "The cat speaks for it." in tree.text["p"]
    assert "Most of all the picture evokes amusement." not in tree.text["p"]
    assert not [one for one in tree.elements if "style" in one[1] or one[0] == "script"]


def test_the_cues_told_are_the_surer_ones_with_the_strongest_effect() -> None:
    cues = [
        cue("sun"),
        cue("mud", confidence=0.1),
        cue("cat"),
        cue("cat", id="scene:cat"),
        cue("sea"),
    ]
    adds = {"object:sun": 0.1, "object:mud": 0.9, "scene:cat": 0.5, "object:cat": 0.05}
    given = [{"cue": c, "emotion": "amusement", "log_odds": adds[c]} for c in adds]
    html = render_sheet([(document(cues, contributions=given), jpeg())])
    assert "cat +0.50, sun +0.10" in Tree(html).text["p"]


def test_failures_are_listed_with_their_reason() -> None:
    html = render_sheet([], [("broken.png", "The file is empty."), (HOSTILE, HOSTILE)])
    tree = Tree(html)
    assert tree.text["dt"] == ["broken.png", HOSTILE]
    assert tree.text["dd"] == ["The file is empty.", HOSTILE]
    assert not tree.all("img")


def test_a_sheet_without_failures_does_not_mention_any() -> None:
    html = render_sheet([(SAMPLES["usual"], jpeg())])
    assert "Could not be explained" not in html
    assert "1 picture</h1>" in html


def test_two_hundred_pictures_fit() -> None:
    html = render_sheet((SAMPLES["usual"], jpeg(320, 240)) for _ in range(200))
    assert len(Tree(html).all("img")) == 200


@pytest.mark.parametrize(
    ("shape", "size"), [((600, 900), (320, 213)), ((900, 300), (107, 320)), ((20, 30), (30, 20))]
)
def test_a_thumbnail_fits_its_square_and_never_grows(
    shape: tuple[int, int], size: tuple[int, int]
) -> None:
    small = thumbnail(np.zeros((*shape, 3), np.uint8))
    with Image.open(BytesIO(small)) as picture:
        assert (picture.format, picture.size) == ("JPEG", size)
