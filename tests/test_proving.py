"""`emograph eval all` on sets that nothing was trained on: how a set of one's own is judged."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from emograph.cli import app

pytestmark = pytest.mark.weights

EKMAN = ("anger", "disgust", "fear", "joy", "sadness", "surprise")
MIKELS = (
    "amusement", "anger", "awe", "contentment", "disgust", "excitement", "fear", "sadness",
)  # fmt: skip
PHOTOS = ("astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg")


def crops(photos: Path, n: int) -> list[Image.Image]:
    """So many different parts of a few photographs."""
    rng = np.random.default_rng(0)
    made = []
    for i in range(n):
        image = Image.open(photos / PHOTOS[i % len(PHOTOS)]).convert("RGB")
        left, top = (int(rng.integers(0, side // 2)) for side in image.size)
        made.append(image.crop((left, top, left + 160, top + 160)))
    return made


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, photos: Path) -> Path:
    """Emotion6 with 30 pictures and FI with 32, in their own formats."""
    root = tmp_path_factory.mktemp("data")
    rng = np.random.default_rng(1)
    header = ["[image_filename]", "[valence]", "[arousal]"]
    header += [f"[prob. {e}]" for e in (*EKMAN, "neutral")]
    rows = ["\t".join(header)]
    for i, image in enumerate(crops(photos, 30)):
        name = f"{EKMAN[i % 6]}/{i}.jpg"
        path = root / "Emotion6" / "images" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        image.save(path)
        votes = rng.dirichlet(np.ones(7))
        cells = [name, f"{rng.uniform(1, 9):.2f}", f"{rng.uniform(1, 9):.2f}"]
        rows.append("\t".join([*cells, *(f"{vote:.6f}" for vote in votes)]))
    (root / "Emotion6" / "ground_truth.txt").write_text("\n".join(rows) + "\n")
    for i, image in enumerate(crops(photos, 32)):
        path = root / "FI" / MIKELS[i % 8] / f"{i}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        image.save(path)
    return root


@pytest.fixture(scope="module")
def written(data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """What is printed, and the folder of the JSON and the page."""
    out = tmp_path_factory.mktemp("out")
    command = ["eval", "all", "--root", str(data), "--lvlm", "none"]
    command += ["--json", str(out / "all.json"), "--html", str(out / "all.html")]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result.output
    return result.output, out


def test_all_conditions_stand_side_by_side(written: tuple[str, Path]) -> None:
    output, out = written
    figures = json.loads((out / "all.json").read_text())
    assert figures["settings"]["images"] == "never trained on"
    conditions = {(r["dataset"], r["condition"]) for r in figures["reports"]}
    for condition in ("encoder", "graph", "student", "gate", "gate without graph", "mean"):
        assert ("fi", condition) in conditions
        assert ("emotion6", condition) in conditions
    assert ("fi", "lvlm") not in conditions
    assert "emotion6 and fi: gate over gate without graph" in output


def test_the_page_shows_what_the_json_has(written: tuple[str, Path]) -> None:
    _, out = written
    page = (out / "all.html").read_text()
    assert "What each part adds" in page
    assert "gate without graph" in page


def test_an_evaluation_is_the_same_as_itself_and_its_changes_are_told(
    written: tuple[str, Path], tmp_path: Path
) -> None:
    _, out = written
    same = CliRunner().invoke(app, ["eval", "compare", *[str(out / "all.json")] * 2])
    assert same.exit_code == 0
    assert same.output == ""
    figures = json.loads((out / "all.json").read_text())
    figures["reports"][0]["results"][0]["value"] += 0.25
    changed = tmp_path / "changed.json"
    changed.write_text(json.dumps(figures))
    told = CliRunner().invoke(app, ["eval", "compare", str(out / "all.json"), str(changed)])
    assert "(+0.250" in told.output


def test_a_folder_without_any_set_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["eval", "all", "--root", str(tmp_path)])
    assert result.exit_code != 0
    assert "Emotion6" in str(result.exception or result.output)


def test_compare_wants_two_files() -> None:
    result = CliRunner().invoke(app, ["eval", "compare"])
    assert "not two" in str(result.exception or result.output)
