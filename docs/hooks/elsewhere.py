"""Pages of the site whose text lies elsewhere in the repository: model cards, notebooks, figures.

Links are written for whoever reads the repository; here they are turned to where the text is on
the site. A link to a file that the site has not, such as a Turtle file, becomes its words alone.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from rendering import as_markdown  # MkDocs looks in this folder while it loads a hook

ROOT = Path(__file__).resolve().parents[2]

CARDS = {
    "emograph/weights/embedded/README.md": "models/index.md",
    "emograph/weights/embedded/LVLM.md": "models/lvlm.md",
    "emograph/weights/embedded/STUDENT.md": "models/student.md",
}
"""Model cards, by their place in the repository, and their pages."""

_LINK = re.compile(r"(!?)\[([^\[\]]*)\]\(([^()\s#]+)(#[^()\s]*)?\)")
_SECTION = re.compile(r"^<!-- README: (.+) -->$", re.MULTILINE)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the cards and the notebooks."""
    for place, page in CARDS.items():
        files.append(File.generated(config, page, content=(ROOT / place).read_text("utf-8")))
    for notebook in sorted((ROOT / "notebooks").glob("*.ipynb")):
        page = f"notebooks/{notebook.stem}.md"
        files.append(File.generated(config, page, content=as_markdown(notebook)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Put in what the README has, and turn links."""
    uri = page.file.src_uri
    places = {page: place for place, page in CARDS.items()}
    place = places.get(uri, uri if uri.startswith("notebooks/") else f"docs/{uri}")
    turned = turn_links(markdown, place, uri)
    return _SECTION.sub(lambda found: _of_readme(found[1], uri), turned)


def turn_links(markdown: str, place: str, uri: str) -> str:
    """Text that lies at `place` in the repository, with its links as the page `uri` needs them."""

    def turn(found: re.Match[str]) -> str:
        image, words, target, anchor = found.groups()
        if ":" in target or target.startswith("/"):
            return found[0]
        meant = posixpath.normpath(posixpath.join(posixpath.dirname(place), target))
        there = _on_site(meant)
        if there is not None:
            way = posixpath.relpath(there, posixpath.dirname(uri))
            return f"{image}[{words}]({way}{anchor or ''})"
        return words if (ROOT / meant).exists() else found[0]

    return _LINK.sub(turn, markdown)


def _on_site(place: str) -> str | None:
    """The page that shows what lies at a place in the repository; None where none does."""
    if place in CARDS:
        return CARDS[place]
    if place == "README.md":
        return "index.md"
    if place.startswith("notebooks/"):
        return f"{place.removesuffix('.ipynb')}.md"
    if place.startswith("docs/") and (ROOT / place).is_file():
        return place.removeprefix("docs/")
    return None


def _of_readme(title: str, uri: str) -> str:
    """The README's section of that title, without its heading."""
    text = (ROOT / "README.md").read_text("utf-8")
    _, found, rest = text.partition(f"\n## {title}\n")
    if not found:
        raise PluginError(f"{uri}: the README has no section {title!r}.")
    return turn_links(re.split(r"^## ", rest, flags=re.MULTILINE)[0].strip(), "README.md", uri)
