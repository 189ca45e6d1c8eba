"""Settings come from arguments, the environment and a file, in that order."""

from pathlib import Path

import pytest

from emograph.config import Settings, load_settings
from emograph.errors import EmographError


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty working folder and no variable of emograph."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("EMOGRAPH_CONFIG", raising=False)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"EMOGRAPH_{name.upper()}", raising=False)


def test_defaults() -> None:
    settings = load_settings()
    assert (settings.profile, settings.encoder, settings.scheme) == (
        "embedded",
        "embedded",
        "mikels",
    )
    assert settings.threads >= 1
    assert settings.cache.is_absolute()


def test_the_cache_follows_xdg(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert load_settings().cache == tmp_path / "emograph"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert load_settings().cache == Path.home() / ".cache" / "emograph"


def test_arguments_before_environment_before_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("emograph.toml").write_text('scheme = "ekman"\nthreads = 3\nmax_pixels = 5\n')
    monkeypatch.setenv("EMOGRAPH_THREADS", "2")
    monkeypatch.setenv("EMOGRAPH_MAX_PIXELS", "6")
    settings = load_settings(max_pixels=7, scheme=None)
    assert (settings.scheme, settings.threads, settings.max_pixels) == ("ekman", 2, 7)


def test_another_file_can_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    Path("emograph.toml").write_text("threads = 3")
    Path("mine.toml").write_text("threads = 4")
    monkeypatch.setenv("EMOGRAPH_CONFIG", str(tmp_path / "mine.toml"))
    assert load_settings().threads == 4


def test_home_is_expanded_and_an_empty_variable_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMOGRAPH_CACHE", "~/weights")
    monkeypatch.setenv("EMOGRAPH_THREADS", "")
    settings = load_settings()
    assert settings.cache == Path.home() / "weights"
    assert settings.threads >= 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("threads", "0"),
        ("threads", "many"),
        ("max_pixels", "-1"),
        ("max_pixels", "1e99"),
        ("max_pixels", "200000000"),
    ],
)
def test_a_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"EMOGRAPH_{name.upper()}", value)
    with pytest.raises(EmographError, match=f"The setting {name} cannot be '{value}'") as caught:
        load_settings()
    assert f"EMOGRAPH_{name.upper()}" in caught.value.todo


def test_an_unknown_name_is_told_with_the_known_ones() -> None:
    Path("emograph.toml").write_text('colour = "blue"')
    with pytest.raises(EmographError, match="no setting named colour") as caught:
        load_settings()
    assert "max_pixels" in caught.value.todo


@pytest.mark.parametrize("content", [b"threads = = 1", b"\xff\xfe"])
def test_a_file_that_is_no_toml(content: bytes) -> None:
    Path("emograph.toml").write_bytes(content)
    with pytest.raises(EmographError, match=r"emograph\.toml cannot be read"):
        load_settings()


def test_a_named_file_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMOGRAPH_CONFIG", "missing.toml")
    with pytest.raises(EmographError, match=r"missing\.toml"):
        load_settings()
