"""The notebooks run from top to bottom, and hold nothing of the machine they were last run on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
NOTEBOOKS = sorted(path.stem for path in FOLDER.glob("*.ipynb"))
LARGEST = 300_000  # bytes

pytestmark = pytest.mark.filterwarnings("ignore")


def read(name: str) -> Any:
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)  # type: ignore[no-untyped-call]


def printing(notebook: Any) -> list[str]:
    """The cells that print something."""
    return [
        cell.source
        for cell in notebook.cells
        if any(output.get("name") == "stdout" for output in cell.get("outputs", ()))
    ]


def test_all_six_are_there() -> None:
    there = "build-a-domain-pack explain-and-ask-why prune-an-lvlm query-the-graph retrieve"
    assert [*there.split(), "train-and-evaluate"] == NOTEBOOKS


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_is_small_was_run_and_names_no_place_of_a_machine(name: str) -> None:
    path = FOLDER / f"{name}.ipynb"
    text = path.read_text("utf-8")
    assert path.stat().st_size < LARGEST
    for place in ("site-packages", "/home/", "/root/", "/tmp/", "/work/", ".venv"):
        assert place not in text
    notebook = read(name)
    nbformat.validate(notebook)
    assert printing(notebook)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert all(output["output_type"] != "error" for output in outputs)
    # A picture is described for those who do not see it.
    for cell in notebook.cells:
        if any("image/png" in output.get("data", {}) for output in cell.get("outputs", ())):
            assert cell.metadata.get("alt"), cell.source


@pytest.mark.slow
@pytest.mark.weights
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_runs_from_top_to_bottom(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EMOGRAPH_LVLM")  # as a reader has it
    notebook = read(name)
    before = printing(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    place = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources=place).execute()
    assert printing(notebook) == before
