"""No model judges an image that it was trained on; what was answered is kept."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emograph import interviews
from emograph.config import Settings, load_settings
from emograph.engine.evaluation.dataset import LabelledImages
from emograph.engine.images import Photo
from emograph.engine.lvlm.model import Question
from emograph.engine.lvlm.questions import Ballot
from emograph.fitting import write_digests

BALLOT = Ballot(Question("Which?", "It is"), ("awe", "fear"))


class Model:
    """Answers with its number; counts how many pictures it has looked at."""

    looked: list[str] = []  # noqa: RUF012

    def __init__(self, weights: Path | None) -> None:
        self.name = weights.parent.name if weights else "hub"

    def look(self, photo: Photo | None) -> "Model":
        if photo is not None:
            self.looked.append(self.name)
        return self

    def log_likelihoods(self, question: Question, answers: Sequence[str]) -> np.ndarray:
        del question
        return np.full(len(answers), {"profile": 0.0, "1": 1.0, "2": 2.0, "hub": 9.0}[self.name])


@pytest.fixture
def images(tmp_path: Path) -> LabelledImages:
    """Six pictures, no two alike."""
    paths = []
    for i in range(6):
        path = tmp_path / f"{i}.png"
        Image.new("RGB", (8, 8), (40 * i, 0, 0)).save(path)
        paths.append(path)
    return LabelledImages(name="made", paths=tuple(paths), labels={})


@pytest.fixture
def settings(tmp_path: Path, images: LabelledImages, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The shipped model has not seen 0 and 1, model 1 has not seen 2, model 2 neither 2 nor 3."""
    for folder, unseen in (("profile", {0, 1}), ("folds/1", {2}), ("folds/2", {2, 3})):
        seen = [path for i, path in enumerate(images.paths) if i not in unseen]
        write_digests(tmp_path / folder / "lvlm.sha256", seen)
        (tmp_path / folder / "lvlm.safetensors").write_bytes(b"")
    monkeypatch.setattr(interviews, "profile_folder", lambda _: tmp_path / "profile")
    monkeypatch.setattr(interviews, "load_lvlm", lambda _, weights: Model(weights))
    monkeypatch.setattr(Model, "looked", [])
    return load_settings(lvlm="embedded", cache=tmp_path / "cache")


def ask(settings: Settings, folds: Path | None, images: LabelledImages) -> np.ndarray:
    told = interviews.interviewed(settings, folds, images, {"s": BALLOT}, lambda *_: None)
    return told["s"].seen[:, 0]


def test_each_image_is_judged_by_the_first_model_that_has_not_seen_it(
    settings: Settings, tmp_path: Path, images: LabelledImages
) -> None:
    told = ask(settings, tmp_path / "folds", images)
    assert told[:4].tolist() == [0.0, 0.0, 1.0, 2.0]
    assert np.isnan(told[4:]).all()


def test_without_other_models_the_images_trained_on_are_not_judged(
    settings: Settings, images: LabelledImages
) -> None:
    assert np.isnan(ask(settings, None, images)).tolist() == [False, False, True, True, True, True]


def test_what_was_answered_is_not_asked_again(
    settings: Settings, tmp_path: Path, images: LabelledImages
) -> None:
    first = ask(settings, tmp_path / "folds", images)
    assert len(Model.looked) == 4
    again = ask(settings, tmp_path / "folds", images)
    assert len(Model.looked) == 4
    assert np.array_equal(first, again, equal_nan=True)


def test_a_model_of_a_hub_was_not_trained_by_us(settings: Settings, images: LabelledImages) -> None:
    hub = settings.model_copy(update={"lvlm": "llava:some/model"})
    assert ask(hub, None, images).tolist() == [9.0] * 6


def test_without_a_model_nobody_judges(settings: Settings, images: LabelledImages) -> None:
    assert np.isnan(ask(settings.model_copy(update={"lvlm": None}), None, images)).all()
