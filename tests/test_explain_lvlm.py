"""An explanation with a vision-language model: its cues and its vote, whichever model it is."""

from collections.abc import Iterator
from pathlib import Path

import jsonschema
import numpy as np
import pytest

import emograph
from emograph.adapters.models.lvlm.families import FAMILIES
from emograph.assembly import load_lvlm
from emograph.config import load_settings
from emograph.engine.engine import Engine
from emograph.engine.explanation.document import schema
from emograph.engine.lvlm.model import VisionLanguageModel
from tests.adapters.models.lvlm.checkpoints import save
from tests.adapters.models.lvlm.serving import served
from tests.conftest import Run


@pytest.fixture(scope="module")
def seeing() -> Engine:
    return emograph.load(lvlm="embedded")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served(f"{__name__}:embedded") as address:
        yield address


def embedded() -> VisionLanguageModel:
    """What the server of these tests serves."""
    return load_lvlm(load_settings(lvlm="embedded", threads=1))


def test_the_embedded_model_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EMOGRAPH_LVLM")
    assert load_settings().lvlm == "embedded"


def test_it_adds_cues_and_a_vote(seeing: Engine, photos: Path) -> None:
    explanation = seeing.explain(photos / "rocket.jpg")
    document = explanation.to_dict()
    jsonschema.validate(document, schema())
    assert set(document["votes"]) == {"graph", "lvlm", "student"}
    assert sum(document["votes"]["lvlm"].values()) == pytest.approx(1.0)
    assert sum(document["gate"].values()) == pytest.approx(1.0)
    seen = [cue for cue in document["cues"] if cue["detector"] == "lvlm"]
    assert seen
    assert all(cue["concept"] for cue in seen)
    assert "lvlm" in document["versions"]
    assert document["versions"]["pruning"] == "btp-w at 0.22"
    assert not any("vision-language" in note for note in document["notes"])


def test_the_answer_weighs_the_votes(seeing: Engine, photos: Path) -> None:
    document = seeing.explain(photos / "chelsea.png").to_dict()
    votes, emotions = document["votes"], document["emotions"]
    pooled = sum(
        weight * np.log([votes[name][emotion] for emotion in emotions])
        for name, weight in document["gate"].items()
    )
    told, mixed = (x - x.mean() for x in (np.log(list(emotions.values())), pooled))
    # The answer is the votes' weighed log-odds, over one temperature.
    assert told == pytest.approx(mixed * (told @ mixed) / (mixed @ mixed))


def test_the_same_picture_gives_the_same_answer(seeing: Engine, photos: Path) -> None:
    first, again = (seeing.explain(photos / "coffee.png").to_dict() for _ in range(2))
    assert {**first, "timings_ms": {}} == {**again, "timings_ms": {}}


def test_without_a_cue_of_the_model(seeing: Engine, photos: Path) -> None:
    explanation = seeing.explain(photos / "rocket.jpg")
    cue = next(cue for cue in explanation.cues if cue.detector == "lvlm")
    assert cue.id not in {left.id for left in explanation.without(cue.id).cues}


def test_a_scheme_that_it_has_not_learned_has_the_graphs_vote_alone(
    seeing: Engine, photos: Path
) -> None:
    document = seeing.explain(photos / "rocket.jpg", "plutchik").to_dict()
    assert set(document["votes"]) == {"graph"}
    unlearned = [note for note in document["notes"] if "not learned the labels of plutchik" in note]
    assert len(unlearned) == 2


def test_without_a_model_the_explanation_says_so(engine: Engine, photos: Path) -> None:
    document = emograph.explain(photos / "rocket.jpg", lvlm=None).to_dict()
    assert set(document["votes"]) == {"graph", "student"}
    assert any(note.startswith("No vote of a vision-language model") for note in document["notes"])
    assert document["emotions"] == engine.explain(photos / "rocket.jpg").to_dict()["emotions"]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_explains(family: str, photos: Path, tmp_path: Path) -> None:
    folder = save(family, tmp_path / "model")
    explanation = emograph.explain(
        photos / "rocket.jpg", lvlm=f"{family}:{folder}", dtype="float32"
    )
    document = explanation.to_dict()
    jsonschema.validate(document, schema())
    assert set(document["votes"]) == {"graph", "lvlm", "student"}
    assert any("not calibrated" in note for note in document["notes"])


def test_a_server_explains_like_the_model_that_it_serves(
    seeing: Engine, address: str, photos: Path
) -> None:
    told = emograph.explain(photos / "coffee.png", lvlm=f"openai:{address}/v1").to_dict()
    jsonschema.validate(told, schema())
    assert set(told["votes"]) == {"graph", "lvlm", "student"}
    own = seeing.explain(photos / "coffee.png").to_dict()["votes"]["lvlm"]
    served_vote = told["votes"]["lvlm"]
    # Its vote is not calibrated there, and the picture went through a JPEG.
    assert max(own, key=own.__getitem__) == max(served_vote, key=served_vote.__getitem__)


@pytest.mark.parametrize(
    ("lvlm", "words"),
    [
        ("embeded", "There is no vision-language model"),
        ("llava:", "There is no vision-language model"),
        ("blip:somewhere", "blip"),
        ("llava:/nowhere/at/all", "/nowhere/at/all"),
        ("openai:http://127.0.0.1:9", "127.0.0.1:9"),
        ("openai:ftp://host", "ftp"),
    ],
)
def test_a_model_that_cannot_be_had_is_told(
    lvlm: str, words: str, run: Run, photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("explain", photos / "rocket.jpg", "--lvlm", lvlm) == 2
    told = capsys.readouterr().err
    assert words in told
    assert "Traceback" not in told
    assert len(told.strip().splitlines()) == 2
