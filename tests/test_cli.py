"""The command line prints what was asked for, and faults without a traceback."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import emograph
from emograph import cli
from emograph.adapters.models.assets import ASSETS
from emograph.errors import EmographError


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder, and no way to fetch anything into it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EMOGRAPH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("EMOGRAPH_OFFLINE", "1")
    return tmp_path / "cache"


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int | str | None:
    """Exit code of `emograph WORDS`."""
    monkeypatch.setattr(sys, "argv", ["emograph", *words])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    return caught.value.code


def commands() -> list[list[str]]:
    """The words of every command, those below another too."""
    import typer

    found: list[list[str]] = []

    def gather(command: Any, words: list[str]) -> None:
        found.append(words)
        for name, below in getattr(command, "commands", {}).items():
            gather(below, [*words, name])

    gather(typer.main.get_command(cli.app), [])
    return found


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_tells_what_it_does(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, *words, "--help") == 0
    assert "Usage: emograph" in capsys.readouterr().out


def test_where_prints_the_folder(
    cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "models", "where") == 0
    assert capsys.readouterr().out == f"{cache}\n"


def test_list_names_every_asset_and_its_state(
    cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = ASSETS[0].path(cache)
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(b"damaged")
    assert run(monkeypatch, "models", "list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [asset.name for asset in ASSETS]
    assert all("missing" in line for line in lines)


def test_a_fault_is_two_sentences_and_code_2(
    cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "models", "fetch") == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    what, todo = printed.err.splitlines()
    assert str(cache) in what
    assert "emograph models fetch" in todo


@pytest.mark.usefixtures("cache")
def test_a_wrong_setting_is_a_fault_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EMOGRAPH_THREADS", "0")
    assert run(monkeypatch, "models", "where") == 2
    assert "EMOGRAPH_THREADS" in capsys.readouterr().err


def test_an_unknown_command_is_code_2(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "modles") == 2


@pytest.mark.usefixtures("cache")
def test_an_interrupt_is_code_130(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("emograph.config.load_settings", interrupted)
    assert run(monkeypatch, "models", "where") == 130


def interrupted() -> None:
    raise KeyboardInterrupt


def test_other_errors_are_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("emograph.config.load_settings", broken)
    monkeypatch.setattr(sys, "argv", ["emograph", "models", "where"])
    with pytest.raises(ZeroDivisionError):
        cli.main()


def test_version(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "--version") == 0
    assert capsys.readouterr().out == f"{emograph.__version__}\n"


@pytest.mark.usefixtures("cache")
def test_a_reader_that_goes_away_is_no_traceback() -> None:
    command = [sys.executable, "-m", "emograph.cli", "models", "list"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""


def test_importing_emograph_or_its_command_line_loads_nothing_heavy() -> None:
    code = (
        "import sys, emograph, emograph.cli\n"
        "print({'torch', 'numpy', 'pydantic', 'rdflib', 'PIL'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_the_public_names() -> None:
    assert emograph.EmographError is EmographError
    assert {"explain", "annotate", "load"} <= set(dir(emograph))
    with pytest.raises(AttributeError, match="no attribute 'explian'"):
        emograph.__getattr__("explian")
