"""What all tests share: the engine, built once, and photographs that come with scikit-image."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import skimage

import emograph
from emograph import cli
from emograph.engine.engine import Engine

Run = Callable[..., int | str | None]

# No test reads or writes the store of whoever runs it.
os.environ["EMOGRAPH_STORE"] = "memory"
# Most tests are not about the vision-language model, which takes seconds for a photo.
os.environ["EMOGRAPH_LVLM"] = "none"
os.environ.pop("EMOGRAPH_PACKS", None)


@pytest.fixture(scope="session")
def engine() -> Engine:
    """The engine of the embedded profile, with its weights."""
    return emograph.load()


@pytest.fixture(scope="session")
def photos() -> Path:
    """The folder with astronaut.png, chelsea.png and more."""
    return Path(skimage.__file__).parent / "data"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `emograph WORDS` in this process; gives its exit code."""

    def run(*words: object) -> int | str | None:
        monkeypatch.setattr("sys.argv", ["emograph", *map(str, words)])
        with pytest.raises(SystemExit) as caught:
            cli.main()
        return caught.value.code

    return run
