"""The documentation: it builds, leads nowhere that is not there, and says what is so."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"

_LINK = re.compile(r"!?\[[^\[\]]*\]\(([^()\s#]+)(?:#[^()\s]*)?\)")
_CODE = re.compile(r"^(`{3,}).*?^\1$", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$(?:\n+```text\n(.*?)^```$)?", re.MULTILINE | re.DOTALL)
# What a page loads by itself; a link that a reader may follow is something else.
_LOADED = re.compile(
    r"<(?:script|img|iframe|source|video|audio)\b[^>]*?\bsrc=[\"']?(?:https?:)?//[^\s>]+"
    r"|<link\b(?=[^>]*rel=[\"']?(?:stylesheet|preconnect|icon|preload))[^>]*?href=[\"']?(?:https?:)?//[^\s>]+"
    r"|url\([\"']?(?:https?:)?//[^)]+"
    r"|@import\s+[\"'](?:https?:)?//",
    re.IGNORECASE,
)


def pages() -> list[Path]:
    """All texts with links: the README, the documentation and the model cards."""
    cards = (ROOT / "emograph" / "weights").glob("*/*.md")
    return [ROOT / "README.md", *sorted(DOCS.rglob("*.md")), *sorted(cards)]


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files_that_are_there(page: Path) -> None:
    text = _CODE.sub("", page.read_text("utf-8"))
    targets = [target for target in _LINK.findall(text) if ":" not in target]
    missing = [target for target in targets if not (page.parent / target).exists()]
    assert missing == []


def test_every_page_is_in_the_navigation() -> None:
    named = re.findall(r"([\w/.-]+\.md)$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.MULTILINE)
    there = [str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md")]
    assert sorted(set(there) - set(named)) == []
    assert len(named) == len(set(named))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site; a warning is a fault."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


@pytest.mark.slow
def test_the_site_has_a_page_for_every_part(site: Path) -> None:
    for page in (
        "index",
        "tutorial",
        "how-to/write-a-pack",
        "concepts/reasoning",
        "reference/python/index",
        "reference/commands",
        "models/lvlm",
        "notebooks/prune-an-lvlm",
        "figures",
        "decisions/0001-what-is-counted-decides",
    ):
        assert (site / f"{page}.html").is_file(), page


@pytest.mark.slow
def test_reference_cards_and_figures_come_from_where_they_are_kept(site: Path) -> None:
    def text(page: str) -> str:
        return (site / f"{page}.html").read_text("utf-8")

    assert "README" not in text("figures")
    assert "python benchmarks/explain.py" in text("figures")
    assert "Model card: the distilled classifier" in text("models/student")
    assert "emograph ontology check" in text("reference/commands")
    assert "emograph.explanation/1" in text("reference/explanation-document")
    assert "The engine is built once for each set of" in text("reference/python/index")
    # An example in a docstring is code, not a quotation of a quotation.
    assert "<blockquote>\n<blockquote>" not in text("reference/python/engine")


@pytest.mark.slow
def test_pages_load_nothing_from_elsewhere(site: Path) -> None:
    for file in sorted(site.rglob("*")):
        if file.suffix in (".html", ".css"):
            text = file.read_text("utf-8")
            assert _LOADED.findall(text) == [], file.relative_to(site)
            for host in ("fonts.googleapis", "fonts.gstatic", "cdn.jsdelivr", "unpkg.com"):
                assert host not in text, f"{file.relative_to(site)}: {host}"


@dataclass(frozen=True)
class Block:
    """A block of code of a page, and what it prints by the page's own account."""

    language: str
    code: str
    printed: str


def blocks(page: Path) -> Iterator[Block]:
    """The blocks of Python and shell; blocks that are only indented are not meant to be run."""
    for language, code, printed in _BLOCK.findall(page.read_text("utf-8")):
        if language in ("python", "sh"):
            yield Block(language, code, printed)


def without_numbers(text: str) -> list[str]:
    """The words of a text: figures may differ in the last digit, and bars and columns in width."""
    return [word for word in re.sub(r"[-+]?\d[\d.]*|[█▉▊▋▌▍▎▏]+", " ", text).split() if word]


@pytest.mark.slow
@pytest.mark.weights
def test_the_tutorial_runs_and_prints_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("EMOGRAPH_LVLM")  # as a reader has it
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("COLUMNS", "100")
    names: dict[str, object] = {}
    for block in blocks(DOCS / "tutorial.md"):
        if block.language == "python":
            with redirect_stdout(io.StringIO()) as out:
                exec(compile(block.code, "tutorial.md", "exec"), names)
            printed = out.getvalue()
        else:
            done = subprocess.run(
                ["bash", "-ec", block.code], capture_output=True, text=True, timeout=300
            )
            assert done.returncode == 0, done.stderr
            printed = done.stdout
        assert without_numbers(printed) == without_numbers(block.printed), block.code
