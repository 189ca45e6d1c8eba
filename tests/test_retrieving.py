"""Finding images that were kept: from Python, from the command line, and after a loss."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from pathlib import Path

import pytest

import emograph
from emograph.assembly import open_knowledge
from emograph.config import load_settings
from emograph.engine.engine import Engine, Failure
from emograph.engine.retrieval.entry import entry_of
from emograph.engine.retrieval.query import Hit
from emograph.engine.retrieval.thumbnail import SIDE, thumbnail
from emograph.errors import EmographError, KnowledgeError
from emograph.filling import fill, missing
from emograph.kg.observations import Observations
from emograph.retrieving import INDEX, Retriever, open_index
from tests.conftest import Run

NAMES = ("astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg")


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory, engine: Engine, photos: Path) -> str:
    """A store with four photographs, and its index."""
    folder = tmp_path_factory.mktemp("album")
    (folder / "photos").mkdir()
    place = f"disk:{folder / 'store'}"
    with (
        closing(open_knowledge(load_settings(store=place), writable=True)) as graph,
        closing(open_index(place, writable=True)) as index,
    ):
        for name in NAMES:
            copy = shutil.copy(photos / name, folder / "photos")
            explanation = engine.explain(copy)
            assert explanation.vector is not None
            document = explanation.to_dict()
            Observations(graph.store).keep(document)
            small = thumbnail(explanation.photo)
            index.add([entry_of(document, explanation.vector, small)])
    return place


def names(hits: list[Hit]) -> list[str]:
    return [Path(hit.entry.source).name for hit in hits]


def test_an_emotion_ranks_by_its_share(album: str) -> None:
    hits = emograph.retrieve("contentment", album)
    shares = [hit.entry.emotions["contentment"] for hit in hits]
    assert len(hits) == len(NAMES)
    assert shares == sorted(shares, reverse=True)
    assert hits[0].why[0].startswith("contentment ")


def test_words_find_what_they_name(album: str) -> None:
    assert names(emograph.retrieve("a cat", album, 1)) == ["chelsea.png"]
    assert names(emograph.retrieve("a cup of coffee", album, 1)) == ["coffee.png"]


def test_conditions_follow_the_hierarchy(album: str) -> None:
    assert names(emograph.retrieve("with feline", album)) == ["chelsea.png"]
    found = names(emograph.retrieve("contentment without animal", album))
    assert "chelsea.png" not in found
    assert "coffee.png" in found


def test_an_image_finds_others_but_not_itself(album: str, photos: Path) -> None:
    found = names(emograph.retrieve(store=album, image=photos / "chelsea.png"))
    assert sorted(found) == ["astronaut.png", "coffee.png", "rocket.jpg"]
    both = emograph.retrieve("without cup", album, image=photos / "chelsea.png")
    assert "coffee.png" not in names(both)


def test_an_engine_that_is_there_is_used(album: str, engine: Engine) -> None:
    with (
        closing(open_index(album)) as index,
        closing(Retriever(index, load_settings(), engine)) as asks,
    ):
        assert names(asks.retrieve("a cat", 1)) == ["chelsea.png"]
    assert engine.graph.schemes()  # it was not closed


def test_a_hit_tells_neither_folders_nor_vectors(album: str) -> None:
    (hit,) = emograph.retrieve("a cat", album, 1)
    told = hit.to_dict()
    assert told["name"] == "chelsea.png"
    assert 0.0 <= told["score"] <= 1.0
    assert "/" not in json.dumps(told["name"])
    assert "vector" not in told
    assert {"label", "kind", "confidence", "concept"} == set(told["cues"][0])
    assert hit.entry.thumbnail is not None
    assert hit.entry.thumbnail.startswith(b"\xff\xd8")
    assert len(hit.entry.thumbnail) < SIDE * SIDE


@pytest.mark.parametrize(
    ("query", "what"),
    [("", "Nothing is asked"), ("awe without mountin", "no concept"), ("feer 1", "no emotion")],
)
def test_what_cannot_be_asked_is_told(album: str, query: str, what: str) -> None:
    with pytest.raises(EmographError, match=what):
        emograph.retrieve(query, album)


def test_an_empty_place_is_told(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="nothing is kept there"):
        emograph.retrieve("awe", f"disk:{tmp_path / 'nothing'}")
    assert not (tmp_path / "nothing").exists()
    assert len(open_index(f"disk:{tmp_path / 'nothing'}")) == 0


def test_what_was_kept_without_an_index_is_made_findable(album: str, tmp_path: Path) -> None:
    store = tmp_path / "store"
    shutil.copytree(album.removeprefix("disk:"), store)
    place = f"disk:{store}"
    with closing(open_index(place)) as index:
        before = {entry.sha256: entry for entry in index.browse()}
    assert missing(place) == []
    shutil.rmtree(store / INDEX)
    assert len(missing(place)) == len(NAMES)
    assert not any(isinstance(step, Failure) for step in fill(place))
    assert missing(place) == []
    with closing(open_index(place)) as index:
        after = {entry.sha256: entry for entry in index.browse()}
    assert after.keys() == before.keys()
    for sha256, entry in after.items():
        old = before[sha256]
        assert entry.explanation == old.explanation
        assert entry.scheme == old.scheme
        assert entry.encoder == old.encoder
        assert entry.emotions == pytest.approx(old.emotions)
        assert entry.vector == pytest.approx(old.vector, abs=1e-3)
        assert {(c.label, c.concept) for c in entry.cues} == {
            (c.label, c.concept) for c in old.cues
        }
        assert entry.thumbnail == old.thumbnail


def test_a_file_that_is_gone_is_told(album: str, tmp_path: Path) -> None:
    store = tmp_path / "store"
    shutil.copytree(album.removeprefix("disk:"), store)
    with closing(open_index(f"disk:{store}", writable=True)) as index:
        gone = next(e for e in index.browse() if e.source.endswith("coffee.png"))
        index.remove([gone.sha256])
    path = Path(gone.source)
    hidden = path.rename(path.with_suffix(".away"))
    try:
        steps = list(fill(f"disk:{store}"))
    finally:
        hidden.rename(path)
    assert [isinstance(step, Failure) for step in steps] == [True]


def test_the_command_finds_and_says_why(
    album: str, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("retrieve", "contentment without animal", "--store", album, "-k", 2) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["photo", "fit", "why"]
    assert len(lines) == 3
    assert "no animal was seen" in lines[1]
    assert run("retrieve", "a cat", "--store", album, "-k", 1, "--json") == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["name"] == "chelsea.png"


def test_the_command_tells_faults(
    album: str, run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run("retrieve", "awe without mountin", "--store", album) == 2
    assert "Did you mean mountain" in capsys.readouterr().err
    assert run("retrieve", "awe", "--store", f"disk:{tmp_path / 'no'}") == 2
    assert "emograph annotate" in capsys.readouterr().err
    assert run("retrieve", "--store", album, "--image", tmp_path / "no.jpg") == 2
    assert "There is no file" in capsys.readouterr().err


def test_the_command_adds_what_cannot_be_found(
    album: str, run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    store = tmp_path / "store"
    shutil.copytree(album.removeprefix("disk:"), store)
    with closing(open_index(f"disk:{store}", writable=True)) as index:
        index.remove([index.browse()[0].sha256])
    assert run("retrieve", "awe", "--store", f"disk:{store}") == 0
    assert "1 more are kept, but cannot be found yet" in capsys.readouterr().err
    assert run("retrieve", "awe", "--fill", "--store", f"disk:{store}") == 0
    captured = capsys.readouterr()
    assert "1 can be found now, 0 cannot" in captured.err
    assert len(captured.out.splitlines()) == 1 + len(NAMES)


def test_a_folder_without_its_datasets_is_told(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("eval", "retrieval", "--root", tmp_path, "--work", tmp_path) == 2
    assert "holds neither Emotion6 nor OutdoorSent" in capsys.readouterr().err
