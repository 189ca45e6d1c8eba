"""The files that `emograph explain` writes: web pages, a contact sheet, RDF."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from emograph.errors import EmographError

if TYPE_CHECKING:
    from emograph.engine.engine import Failure
    from emograph.engine.explanation.explanation import Explanation

_RDF_FORMATS = {".trig": "trig", ".nq": "nquads"}


class Output(Protocol):
    """A place for explanations; building one shows at once whether it can be written to."""

    def add(self, explanation: Explanation) -> None:
        """Take one more explanation."""

    def finish(self, failures: Sequence[Failure]) -> None:
        """Write what has to wait until all are there."""


class Pages:
    """One web page for each photo: the file itself for one, NAME.html in a folder for several."""

    def __init__(self, out: Path, several: bool) -> None:
        self._out = out
        self._is_folder = several or out.is_dir()
        self._taken: set[str] = set()
        with _writing(out):
            (out if self._is_folder else out.parent).mkdir(parents=True, exist_ok=True)

    def add(self, explanation: Explanation) -> None:
        """Write the page of one photo."""
        page = self._out / self._name(explanation.photo.source) if self._is_folder else self._out
        with _writing(page):
            page.write_text(explanation.to_html(), encoding="utf-8")

    def finish(self, failures: Sequence[Failure]) -> None:
        """Nothing is left to write: photos that failed have no page."""

    def _name(self, source: str) -> str:
        """NAME.html, or NAME-2.html where another photo of that name came before."""
        stem, number = Path(source).stem, 1
        name = stem
        # Some file systems take Cat.html and cat.html for one file.
        while name.casefold() in self._taken:
            number += 1
            name = f"{stem}-{number}"
        self._taken.add(name.casefold())
        return f"{name}.html"


class Triples:
    """The evidence as RDF, one named graph for each photo, appended as it comes."""

    def __init__(self, out: Path) -> None:
        if out.suffix not in _RDF_FORMATS:
            raise EmographError(
                f"RDF is not written as {out.suffix or 'a file without an ending'}.",
                f"Name a file that ends in {' or '.join(_RDF_FORMATS)}.",
            )
        self._out = out
        with _writing(out):
            out.parent.mkdir(parents=True, exist_ok=True)
            out.write_bytes(b"")

    def add(self, explanation: Explanation) -> None:
        """Append the graph of one photo."""
        text = explanation.to_rdf().serialize(format=_RDF_FORMATS[self._out.suffix])
        with _writing(self._out), self._out.open("a", encoding="utf-8") as file:
            file.write(text)

    def finish(self, failures: Sequence[Failure]) -> None:
        """Nothing is left to write: photos that failed have no graph."""


class Sheet:
    """All photos side by side on one web page, with those that failed."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._items: list[tuple[dict[str, Any], bytes]] = []
        with _writing(out):
            out.parent.mkdir(parents=True, exist_ok=True)
            out.write_bytes(b"")

    def add(self, explanation: Explanation) -> None:
        """Keep what the sheet shows of one photo."""
        from emograph.engine.explanation.sheet import thumbnail

        document = explanation.to_dict()
        # Most of a document the sheet does not show, and thousands of them must fit into memory.
        document["paths"] = []
        document["contributions"] = [
            c for c in document["contributions"] if c["emotion"] == explanation.leading
        ]
        self._items.append((document, thumbnail(explanation.photo.pixels)))

    def finish(self, failures: Sequence[Failure]) -> None:
        """Write the page."""
        from emograph.engine.explanation.sheet import render_sheet

        page = render_sheet(self._items, [(f.source, str(f.error)) for f in failures])
        with _writing(self._out):
            self._out.write_text(page, encoding="utf-8")


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise EmographError(
            f"{path} cannot be written: {error.strerror}.", "Name a place where you may write."
        ) from error
