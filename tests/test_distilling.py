"""What students said is found again by the content of the pictures, in whatever order they come."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import save_file

from emograph.distilling import student_answers
from emograph.engine.evaluation.dataset import LabelledImages
from emograph.errors import EmographError
from emograph.fitting import digests


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    """Four pictures, no two alike."""
    made = [tmp_path / f"{i}.png" for i in range(4)]
    for i, path in enumerate(made):
        Image.new("RGB", (8, 8), (60 * i, 0, 0)).save(path)
    return made


@pytest.fixture
def work(tmp_path: Path, paths: list[Path]) -> Path:
    """A folder in which answers to the first three are kept: their numbers."""
    folder = tmp_path / "work"
    folder.mkdir()
    numbers = {"number:oasis.valence": np.arange(3, dtype=np.float32)}
    save_file(numbers, folder / "student.safetensors")
    (folder / "student.sha256").write_text("\n".join(digests(paths[:3])))
    return folder


def images(paths: list[Path]) -> LabelledImages:
    return LabelledImages(name="made", paths=tuple(paths), labels={})


def test_answers_go_with_the_pictures_not_with_their_order(work: Path, paths: list[Path]) -> None:
    told = student_answers(work, images([paths[2], paths[0]]))
    assert told.numbers["oasis.valence"].tolist() == [2.0, 0.0]


def test_a_picture_that_nobody_was_asked_about_is_not_given_the_answer_of_another(
    work: Path, paths: list[Path]
) -> None:
    with pytest.raises(EmographError, match="1 of the 4 images"):
        student_answers(work, images(paths))


def test_where_nothing_was_kept_that_is_said(tmp_path: Path, paths: list[Path]) -> None:
    with pytest.raises(EmographError, match="train student"):
        student_answers(tmp_path / "nowhere", images(paths))
