"""`emograph train lvlm` and `emograph eval lvlm`, from data in its true formats to weights."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emograph import calibrating, examining, training
from emograph.adapters.models.lvlm.embedded.trained import TrainedWeights
from emograph.assembly import WEIGHTS, engine, lvlm
from emograph.config import load_settings
from emograph.engine.evaluation import images
from emograph.errors import EmographError
from emograph.fitting import digests
from emograph.teaching import SETS, TRAINED_ON, Lessons
from tests.conftest import Run

EMOTIONS = ("anger", "disgust", "fear", "joy", "sadness", "surprise")
MIKELS = ("amusement", "anger", "awe", "contentment", "disgust", "excitement", "fear", "sad")
TYPES = ("flood", "fire", "not_disaster", "other_disaster")
ATTRIBUTES = ("boating", "trees", "ocean", "natural light", "man-made")
EACH = 12
STEPS = 3


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, photos: Path) -> Path:
    """All five sets, of parts of photographs."""
    root = tmp_path_factory.mktemp("data")
    random = np.random.default_rng(0)
    whole = [Image.open(photos / name).convert("RGB") for name in ("coffee.png", "rocket.jpg")]

    def photo(path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        picture = whole[int(random.integers(2))]
        left, top = (int(random.integers(side - 160)) for side in picture.size)
        picture.crop((left, top, left + 160, top + 120)).save(path, quality=80)

    _emotion6(root / "Emotion6", photo)
    for i in range(2 * len(MIKELS)):
        photo(root / "FI" / MIKELS[i // 2].replace("sad", "sadness") / f"{i}.jpg")
    rows = "\n".join(f"I{i},Cat {i},Animal,Web,5.1,1,99,2.5,1,99,A cat {i}." for i in range(EACH))
    head = "ID,Theme,Category,Source,Valence_mean,Valence_SD,Valence_N,Arousal_mean,Arousal_SD,"
    _write(root / "OASIS" / "OASIS.csv", f"{head}Arousal_N,caption\n{rows}\n")
    lines = [f"{i}.jpg,neutral,-1,{0.5 - i % 2},0.4,1,-0.2" for i in range(EACH)]
    _write(
        root / "OutdoorSent" / "labels.csv",
        "\n".join([f"image,sentiment,{','.join(ATTRIBUTES)}", *lines]) + "\n",
    )
    head = "image,damage_severity,informative,humanitarian,disaster_types"
    lines = [f"{i}.jpg,severe,informative,not_humanitarian,{TYPES[i % 4]}" for i in range(EACH)]
    _write(root / "MEDIC" / "labels.csv", "\n".join([head, *lines]) + "\n")
    for i in range(EACH):
        photo(root / "OASIS" / "images" / f"Cat {i}.jpg")
        photo(root / "OutdoorSent" / "images" / f"{i}.jpg")
        photo(root / "MEDIC" / "images" / f"{i}.jpg")
    return root


def _emotion6(root: Path, photo: Callable[[Path], None]) -> None:
    names = ("anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral")
    columns = ["[image_filename]", "[valence]", "[arousal]", *(f"[prob. {n}]" for n in names)]
    lines = ["\t".join(columns)]
    for i in range(EACH):
        emotion = EMOTIONS[i % 6]
        votes = [0.7 if name == emotion else 0.05 for name in names]
        lines.append("\t".join([f"{emotion}/{i}.jpg", "5.0", "4.0", *map(str, votes)]))
        photo(root / "images" / emotion / f"{i}.jpg")
    _write(root / "ground_truth.txt", "\n".join(lines) + "\n")


def _write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, "utf-8")


@pytest.fixture
def profile(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A copy of the profile, so that the package's own weights stay as they are."""
    folder = tmp_path / "profile"
    shutil.copytree(WEIGHTS / "embedded", folder)
    for module in (engine, lvlm, training, calibrating, examining):
        monkeypatch.setattr(module, "profile_folder", lambda _settings: folder)
    monkeypatch.setattr(images, "_LEAST", 2)
    return folder


def _stop(*_given: object) -> None:
    raise EmographError("It was stopped.", "Call it again.")


@pytest.mark.slow
@pytest.mark.weights
def test_training_writes_weights_that_are_used(
    data: Path,
    profile: Path,
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ("train", "lvlm", "--model", "embedded", "--data", data, "--work", tmp_path / "work")
    with monkeypatch.context() as stopped:
        stopped.setattr(training, "calibrate_lvlm", _stop)
        assert run(*words, "--steps", STEPS) == 2
    told = capsys.readouterr().out
    assert f"step {STEPS} of {STEPS}" in told
    # What was trained is on disk: called again, there is nothing left to train.
    assert run(*words, "--steps", STEPS) == 0
    told = capsys.readouterr().out
    assert "Calibrating" in told
    assert "step" not in told
    weights = TrainedWeights.load(profile / "lvlm.safetensors")
    assert any("lora" not in name and "projector" in name for name in weights.tensors)
    assert any(b.abs().max() > 0 for _, b in weights.additions.values())
    lessons = Lessons.open(data)
    used = [path for path, kept in zip(lessons.paths, lessons.used, strict=True) if kept]
    assert set(digests(used)) == set((profile / TRAINED_ON).read_text().split())
    fitted = json.loads((profile / "lvlm.json").read_text())
    assert set(fitted["votes"]) == {"ekman", "mikels", "subject"}
    assert run("eval", "lvlm", "--root", data, "--lvlm", "embedded") == 0
    told = capsys.readouterr().out
    assert "accuracy, 6 classes, image removed" in told
    assert "attributes mAP by frequency" in told


def test_a_fifth_of_every_set_is_held_out(data: Path) -> None:
    lessons = Lessons.open(data)
    assert len(lessons.paths) == len(lessons.used)
    for name in SETS:
        used = lessons.used[lessons.rows(name)]
        assert (~used).sum() == pytest.approx(len(used) / 5, abs=1)


def test_data_that_is_not_there(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    assert run("train", "lvlm", "--model", "embedded", "--data", tmp_path / "empty") == 2
    assert "Emotion6" in capsys.readouterr().err
    assert run("eval", "lvlm", "--root", tmp_path / "empty", "--lvlm", "embedded") == 2
    assert "none of the folders" in capsys.readouterr().err


@pytest.mark.parametrize("model", ["none", "openai:http://127.0.0.1:9/v1"])
def test_a_model_that_cannot_be_trained(
    model: str, data: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("train", "lvlm", "--model", model, "--data", data) == 2
    assert "cannot be trained" in capsys.readouterr().err
    assert load_settings().lvlm is None  # tests are run without one
