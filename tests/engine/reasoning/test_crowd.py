"""A crowd keeps what the balance needs, and is only read with the eyes that saw it."""

from pathlib import Path

import numpy as np
import pytest

from emograph.engine.reasoning.crowd import load_crowd, save_crowd
from emograph.engine.reasoning.reasoner import balance_on
from emograph.errors import AssetError
from tests.engine.making import CONCEPTS, LABELS, matrix_of, piece

CROWD = [
    [piece(0, 0.9, "a"), piece(1, 0.25, "b", score=0.5)],
    [],
    [piece(11, 1.0, "a"), piece(0, 0.0, "b")],
]


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "crowd.safetensors"
    save_crowd(CROWD, path, "eyes 1")
    return path


def test_concept_group_and_strength_of_each_image_are_kept(saved: Path) -> None:
    found = load_crowd(saved, "eyes 1")
    assert [[(e.concept, e.group) for e in image] for image in found] == [
        [(e.concept, e.group) for e in image] for image in CROWD
    ]
    for image, original in zip(found, CROWD, strict=True):
        for piece_found, piece_saved in zip(image, original, strict=True):
            assert piece_found.strength == pytest.approx(piece_saved.strength, abs=1e-3)


def test_a_balance_on_it_is_that_on_the_original(saved: Path) -> None:
    matrix = matrix_of(np.random.default_rng(0).normal(size=(CONCEPTS, len(LABELS))))
    kept, original = balance_on(matrix, load_crowd(saved, "eyes 1")), balance_on(matrix, CROWD)
    np.testing.assert_allclose(kept.mean, original.mean, atol=1e-3)
    np.testing.assert_allclose(kept.gain, original.gain, rtol=1e-2)


def test_it_is_not_read_with_the_eyes_of_another(saved: Path) -> None:
    with pytest.raises(AssetError, match="eyes 1, not by eyes 2"):
        load_crowd(saved, "eyes 2")


@pytest.mark.parametrize("damage", ["cut short", "empty", "missing", "something else"])
def test_a_broken_file_is_said_to_be_broken(saved: Path, damage: str) -> None:
    data = saved.read_bytes()
    if damage == "missing":
        saved.unlink()
    else:
        kept = {"cut short": data[: len(data) // 2], "empty": b"", "something else": b"a crowd"}
        saved.write_bytes(kept[damage])
    with pytest.raises(AssetError, match="cannot be read"):
        load_crowd(saved, "eyes 1")
