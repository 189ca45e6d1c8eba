"""The ontology as web pages: complete, linked, and written without a network."""

from __future__ import annotations

import logging
import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from emograph.errors import KnowledgeError
from emograph.kg import terms
from emograph.kg.documentation.writing import write_documentation
from emograph.kg.graph import ONTOLOGIES

PREFIXES = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in terms.PREFIXES.items())
FILES = [ONTOLOGIES / f"{name}.ttl" for name in ("core", "schemes", "appraisals", "concepts")]


class Links(HTMLParser):
    """The links and anchors of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.anchors: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what points and what is pointed at."""
        values = dict(attrs)
        if tag == "a" and values.get("href"):
            self.links.add(str(values["href"]))
        if values.get("id"):
            self.anchors.add(str(values["id"]))


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    with pytest.MonkeyPatch.context() as patch:

        def refuse(*_: object) -> None:
            raise AssertionError("Something asked for the network.")

        patch.setattr("socket.socket.connect", refuse)
        patch.setattr("socket.getaddrinfo", refuse)
        written = write_documentation(FILES, tmp_path_factory.mktemp("docs") / "new")
    return {path.name: path.read_text("utf-8") for path in written}


def test_there_is_a_page_for_what_can_be_shown(pages: dict[str, str]) -> None:
    assert pages.keys() == {
        "index.html", "core.html", "core-members.html", "schemes.html", "appraisals.html"
    }  # fmt: skip
    assert re.search(r"4,\d{3} Concept", pages["index.html"])


def test_every_class_and_property_is_on_the_page_of_the_ontology(pages: dict[str, str]) -> None:
    declared = re.findall(
        r"^emo:(\w+) a owl:(?:Class|\w+Property)", FILES[0].read_text("utf-8"), re.MULTILINE
    )
    assert len(declared) > 50
    assert all(f"{terms.EMO}{name}" in pages["core.html"] for name in declared)


def test_every_emotion_has_its_definition_and_a_place_to_link_to(pages: dict[str, str]) -> None:
    anchors = Links(pages["schemes.html"]).anchors
    assert {"emotion-mikels-awe", "emotion-occ-gloating", "dyad-love"} <= anchors
    assert "What people feel at something funny or playful" in pages["schemes.html"]


def test_links_between_the_pages_lead_somewhere(pages: dict[str, str]) -> None:
    anchors = {name: Links(page).anchors for name, page in pages.items()}
    for name in pages.keys() - {"core.html"}:
        for link in Links(pages[name]).links:
            if link.startswith(("https://", "http://")):
                continue
            page, _, anchor = link.partition("#")
            assert page in pages, link
            assert not anchor or anchor in anchors[page], link


def test_the_root_logger_stays_as_it_was() -> None:
    assert logging.getLogger().level != logging.DEBUG
    assert logging.getLogger("any").isEnabledFor(logging.WARNING)


def test_what_a_file_says_is_text_and_no_markup(tmp_path: Path) -> None:
    path = tmp_path / "pack.ttl"
    path.write_text(
        f"{PREFIXES}object:x a emo:Concept ; skos:prefLabel '<script>alert(1)</script>'@en ;"
        "skos:definition 'A thing.'@en ; rdfs:seeAlso <javascript:alert(1)> ."
    )
    page, index = write_documentation([path], tmp_path / "html")
    assert "<script>" not in page.read_text("utf-8")
    assert "href" not in page.read_text("utf-8").split("<h2")[1]
    assert 'href="pack.html"' in index.read_text("utf-8")


def test_without_pylode_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pylode", None)
    with pytest.raises(KnowledgeError, match=r"emograph\[docs\]"):
        write_documentation(FILES[:1], tmp_path / "html")
    assert not (tmp_path / "html").exists()


def test_what_is_no_turtle_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text("no turtle")
    with pytest.raises(KnowledgeError, match="is not Turtle"):
        write_documentation([tmp_path / "a.ttl"], tmp_path / "html")
    with pytest.raises(KnowledgeError, match="cannot be read"):
        write_documentation([tmp_path / "none.ttl"], tmp_path / "html")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(KnowledgeError, match="cannot be written"):
        write_documentation(FILES[2:3], tmp_path / "file")
