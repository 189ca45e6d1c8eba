"""`emograph eval medic` reads photographs that it never saw by the heads of the profile."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emograph.config import load_settings
from emograph.fitting import fitted_on
from tests.conftest import Run

PHOTOS = 26
ROWS = (
    "severe,informative,infrastructure_and_utility_damage,flood",
    "little_or_none,not_informative,not_humanitarian,not_disaster",
)


@pytest.fixture(scope="module")
def medic(tmp_path_factory: pytest.TempPathFactory, photos: Path) -> Path:
    """A folder in MEDIC's format, of parts of a photograph."""
    root = tmp_path_factory.mktemp("unseen") / "MEDIC"
    (root / "images").mkdir(parents=True)
    lines = ["image,damage_severity,informative,humanitarian,disaster_types"]
    with Image.open(photos / "astronaut.png") as whole:
        for i in range(PHOTOS):
            part = whole.convert("RGB").crop((8 * i, 4 * i, 8 * i + 200, 4 * i + 160))
            part.save(root / "images" / f"{i}.jpg")
            lines.append(f"{i}.jpg,{ROWS[i % 2]}")
    (root / "labels.csv").write_text("\n".join(lines) + "\n", "utf-8")
    return root


def test_unseen_photographs_need_no_other_data(
    medic: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("eval", "medic", "--root", medic) == 0
    out = capsys.readouterr().out
    assert "graph with disaster" in out
    assert "gained, AUC" in out
    assert f"heads: out of fold for 0 images, the profile's for {PHOTOS}" in out


def test_it_has_no_condition_without_the_graph(
    medic: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("eval", "medic", "--root", medic, "--condition", "encoder") == 2
    assert "graph or all" in capsys.readouterr().err


def test_photographs_are_known_by_their_content(medic: Path) -> None:
    settings = load_settings()
    paths = sorted((medic / "images").iterdir())
    assert not fitted_on(settings, paths).any()
    assert fitted_on(settings, paths).dtype == np.bool_
