"""`emograph doctor` tells what is there, and what to do about what is missing."""

from pathlib import Path

import pytest

from emograph.adapters.models.assets import ASSETS
from emograph.config import PROFILES, load_settings
from tests.adapters.models.lvlm.serving import served
from tests.conftest import Run


def test_all_is_well_with_the_embedded_profile(
    run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EMOGRAPH_LVLM")
    assert run("doctor") == 0
    told = capsys.readouterr().out
    assert "embedded: encoder embedded, lvlm embedded" in told
    assert all(f"ok   {asset.name} " in told for asset in ASSETS)
    assert "NO " not in told


def test_weights_that_are_missing(
    run: Run,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("EMOGRAPH_CACHE", str(tmp_path / "nothing"))
    assert run("doctor") == 2
    told = capsys.readouterr().out
    assert told.count("not fetched") == len(ASSETS)
    assert told.count("→ emograph models fetch") == len(ASSETS)
    assert not (tmp_path / "nothing").exists()


def test_a_profile_of_a_hub_that_was_not_fetched(
    run: Run,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.delenv("EMOGRAPH_LVLM")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    assert run("doctor", "--profile", "hub-small") == 2
    told = capsys.readouterr().out
    assert PROFILES["hub-small"]["lvlm"] in told
    assert PROFILES["hub-small"]["encoder"] in told
    assert told.count("not fetched from the hub yet") == 2


@pytest.mark.parametrize(
    ("lvlm", "words"),
    [
        ("openai:http://127.0.0.1:9/v1", "127.0.0.1:9"),
        ("llava:no such folder", "no folder, and no name on a hub"),
    ],
)
def test_a_model_that_is_out_of_reach(
    lvlm: str, words: str, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("doctor", "--lvlm", lvlm) == 2
    told = capsys.readouterr().out
    assert words in told
    assert "→" in told


def test_a_server_that_answers(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    with served() as address:
        assert run("doctor", "--lvlm", f"openai:{address}/v1") == 0
    assert "answers" in capsys.readouterr().out


def test_a_profile_means_encoder_and_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EMOGRAPH_LVLM")
    settings = load_settings(profile="hub-large")
    assert {"encoder": settings.encoder, "lvlm": settings.lvlm} == PROFILES["hub-large"]


def test_a_setting_wins_over_the_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EMOGRAPH_LVLM")
    assert load_settings(profile="hub-small", lvlm=None).lvlm is None
    assert load_settings(profile="hub-small", lvlm="none").lvlm is None
    monkeypatch.setenv("EMOGRAPH_PROFILE", "hub-small")
    monkeypatch.setenv("EMOGRAPH_ENCODER", "clip:mine")
    settings = load_settings()
    assert (settings.encoder, settings.lvlm) == ("clip:mine", PROFILES["hub-small"]["lvlm"])
