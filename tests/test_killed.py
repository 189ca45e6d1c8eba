"""Killed at random moments, keeping loses nothing that was committed and leaves nothing half done.

EMOGRAPH_TEST_KILLS says how often the process is killed.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from emograph.adapters.stores.oxigraph import open_store
from emograph.engine.engine import Engine
from emograph.engine.explanation.explanation import Explanation
from emograph.kg.observations import Observations
from emograph.kg.stores import GraphStore

KILLS = int(os.environ.get("EMOGRAPH_TEST_KILLS", "5"))
PHOTOS = 30
ROOT = Path(__file__).parent.parent

pytestmark = [
    pytest.mark.slow,
    pytest.mark.weights,
    pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="This system has no SIGKILL."),
]


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory, photos: Path) -> Path:
    """A folder of small photographs, each another part of one that comes with scikit-image."""
    folder = tmp_path_factory.mktemp("album")
    for number in range(PHOTOS):
        name = ("astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg")[number % 4]
        with Image.open(photos / name) as photo:
            left = 10 * (number // 4)
            part = photo.convert("RGB").crop((left, left, left + 260, left + 220))
        part.save(folder / f"{number:02}.png")
    return folder


@pytest.fixture(scope="module")
def documents(engine: Engine, album: Path) -> list[dict[str, Any]]:
    explained = engine.annotate(sorted(map(str, album.iterdir())))
    return [each.to_dict() for each in explained if isinstance(each, Explanation)]


@pytest.fixture(scope="module")
def whole(documents: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """How many triples each explanation has."""
    store = open_store()
    observations = Observations(store)
    for document in documents:
        observations.keep(document)
    return _sizes(store)


def test_documents_that_were_kept_are_there_and_whole(
    documents: Sequence[Mapping[str, Any]], whole: Mapping[str, int], tmp_path: Path
) -> None:
    lines = tmp_path / "documents.jsonl"
    lines.write_text("\n".join(map(json.dumps, documents)), "utf-8")
    _kill_often(KILLS, tmp_path, whole, lambda place: ["documents", str(lines), place])


def test_photographs_that_were_annotated_are_there_and_whole(
    album: Path, whole: Mapping[str, int], tmp_path: Path
) -> None:
    kills = max(1, KILLS // 9)
    # After a kill other photographs are seen together, which moves the last digits: a contribution
    # may become faint, or another path the twelfth.
    _kill_often(
        kills, tmp_path, whole, lambda place: ["annotate", str(album), "--store", place], slack=0.01
    )


def _kill_often(
    kills: int,
    folder: Path,
    whole: Mapping[str, int],
    words: Callable[[str], list[str]],
    slack: float = 0.0,
) -> None:
    """Kill, look, and go on with the same store; begin another once all is kept."""
    chance = random.Random(7)
    reported: set[str] = set()
    number = 0
    for _ in range(kills):
        place = f"disk:{folder / str(number)}"
        reported |= _run(words(place), chance)
        found = _look(place)
        assert reported <= found.keys()
        assert found == pytest.approx({iri: whole[iri] for iri in found}, rel=slack, abs=0)
        if len(found) == len(whole):
            number += 1
            reported = set()
    place = f"disk:{folder / str(number)}"
    _run(words(place), None)
    assert _look(place) == pytest.approx(dict(whole), rel=slack, abs=0)


def _run(words: Sequence[str], chance: random.Random | None) -> set[str]:
    """What the child reported before it was killed at a random moment, or ended by itself."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.reporting", *words]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT
    ) as child:
        assert child.stdout is not None
        reported = []
        if chance is not None:
            # Sometimes while it starts, mostly while it keeps one of the first photographs.
            for _ in range(chance.randint(0, 8)):
                reported.append(child.stdout.readline())
            time.sleep(chance.uniform(0.0, 0.08 if reported else 1.5))
            child.send_signal(signal.SIGKILL)
        reported += child.stdout.readlines()
        code = child.wait(120)
        assert code == (-signal.SIGKILL if chance and code else 0)
    # The last line may be cut short where the kill came while it was written.
    return {line.strip() for line in reported if line.startswith("https:") and line.endswith("\n")}


def _look(place: str) -> dict[str, int]:
    """The explanations in a store, with how many triples each has; none where it was not begun."""
    folder = Path(place.removeprefix("disk:"))
    if not (folder / "store.json").exists():
        return {}
    store = open_store(place)
    try:
        return _sizes(store)
    finally:
        store.close()


def _sizes(store: GraphStore) -> dict[str, int]:
    kept = (graph for graph in store.graphs() if "/explanation/" in graph)
    return {graph: sum(1 for _ in store.quads(graph)) for graph in kept}
