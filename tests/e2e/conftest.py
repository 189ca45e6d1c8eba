"""A browser, a server with four photographs, and a page that must not complain."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

PHOTOS = ("chelsea.png", "coffee.png", "astronaut.png", "rocket.jpg")
MAX_UPLOAD = 2
"""Megabytes that an upload may have on the servers of these tests."""
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# Other tests may be running on the same machine.
expect.set_options(timeout=15_000)

Serving = Callable[..., AbstractContextManager[str]]


@dataclass
class Visit:
    """A tab, what it complained of, and the answers of the server that a test expects to fail."""

    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)
    expected: set[int] = field(default_factory=set)

    def go(self, address: str = "") -> Page:
        """Open the page afresh at an address such as `#gallery?q=awe`."""
        self.page.goto("about:blank")
        self.page.goto(self.base + address)
        return self.page


Visiting = Callable[..., Visit]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, without a window; while its driver runs, no other event loop can."""
    path = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if path is None:
        reason = f"No browser was found: none of {', '.join(_BROWSERS)} is installed."
        if os.environ.get("EMOGRAPH_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=list(_OPTIONS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Serving:
    """Run `emograph serve` with some options as long as the context lasts; gives its address.

    With `models` it waits until they are loaded.
    """

    @contextmanager
    def serving(*options: str, models: bool = True, **settings: str) -> Iterator[str]:
        log = tmp_path_factory.mktemp("serving") / "log"
        command = (sys.executable, "-m", "emograph.cli", "serve", "--port", "0", "--lvlm", "none")
        environment = {**os.environ, "EMOGRAPH_THREADS": "1", **settings}
        with (
            log.open("w", encoding="utf-8") as errors,
            subprocess.Popen(
                [*command, "--max-upload", str(MAX_UPLOAD), *options],
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env=environment,
            ) as process,
        ):
            assert process.stdout
            greeting = process.stdout.readline()
            address = next((word for word in greeting.split() if word.startswith("http")), None)
            try:
                assert address, log.read_text("utf-8")
                if models:
                    wait_for_models(address.rstrip(".,;"))
                yield address.rstrip(".,;")
            finally:
                process.terminate()

    return serving


def wait_for_models(address: str) -> None:
    """Wait until the server has loaded its models."""
    for _ in range(300):
        with urlopen(f"{address}health") as answer:
            if json.load(answer)["engine"] == "ready":
                return
        time.sleep(0.2)
    pytest.fail("The models were not loaded in a minute.")


@pytest.fixture(scope="session")
def album(tmp_path_factory: pytest.TempPathFactory, photos: Path) -> str:
    """A store in which the four photographs are kept."""
    place = f"disk:{tmp_path_factory.mktemp('album') / 'store'}"
    subprocess.run(
        [
            *(sys.executable, "-m", "emograph.cli", "annotate", "--lvlm", "none"),
            *("--store", place, *(str(photos / name) for name in PHOTOS)),
        ],
        check=True,
        capture_output=True,
        timeout=120,
        env={**os.environ, "EMOGRAPH_THREADS": "1"},
    )
    return place


@pytest.fixture(scope="session")
def server(serving: Serving, album: str) -> Iterator[str]:
    """The address of a server of the four photographs, which keeps more if it is asked to."""
    with serving("--store", album, "--writable") as address:
        yield address


@pytest.fixture
def visiting(browser: Browser) -> Iterator[Visiting]:
    """Open tabs; in the end none of them may have complained, or asked another server."""
    visits: list[Visit] = []

    def visiting(base: str, *, dark: bool = False, phone: bool = False) -> Visit:
        context = browser.new_context(
            viewport={"width": 360, "height": 740} if phone else {"width": 1280, "height": 900},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
        visit = Visit(context.new_page(), base)
        own = urlsplit(base).netloc

        def hear(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning"):
                visit.complaints.append(message.text)

        def watch(request: Request) -> None:
            parts = urlsplit(request.url)
            if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != own:
                visit.complaints.append(f"asked {request.url}")

        visit.page.on("console", hear)
        visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        visit.page.on("request", watch)
        visit.page.set_default_timeout(15_000)
        visits.append(visit)
        return visit

    yield visiting
    for visit in visits:
        visit.page.context.close()
        refusals = tuple(f"responded with a status of {status}" for status in visit.expected)
        real = [text for text in visit.complaints if not any(r in text for r in refusals)]
        assert not real


@pytest.fixture
def visit(visiting: Visiting, server: str) -> Visit:
    """A tab of a desktop on the server of the four photographs."""
    return visiting(server)
