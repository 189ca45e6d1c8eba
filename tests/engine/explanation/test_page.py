"""The page and the card: whole, safe, and true to the document."""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from hashlib import sha256
from html.parser import HTMLParser

import pytest

from emograph.engine.explanation.document import signed
from emograph.engine.explanation.page import render_card, render_page
from tests.engine.explanation.test_schema_samples import (
    HOSTILE,
    SAMPLES,
    cue,
    document,
    jpeg,
    path,
)

_VOID = {"meta", "link", "img", "br", "hr", "input"}


class Tree(HTMLParser):
    """Reads HTML strictly: tags must nest; keeps the elements, and the text of each kind of tag."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == [], f"never closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute of {tag} is given twice"
        self.elements.append((tag, dict(attrs)))
        self.text.setdefault(tag, []).append("")
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        for tag in set(self._open):
            self.text[tag][-1] += data

    def all(self, tag: str, kind: str | None = None) -> list[dict[str, str | None]]:
        """The attributes of all elements of a tag, perhaps only those of one CSS class."""
        return [
            attributes
            for name, attributes in self.elements
            if name == tag and (kind is None or kind in (attributes.get("class") or "").split())
        ]


@pytest.fixture(params=SAMPLES)
def page(request: pytest.FixtureRequest) -> str:
    return render_page(SAMPLES[request.param], jpeg())


def test_a_page_is_well_formed_and_its_ids_are_unique(page: str) -> None:
    tree = Tree(page)
    ids = [attributes["id"] for _, attributes in tree.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert len(tree.all("h1")) == 1
    assert tree.all("img")[0]["alt"]


def test_a_page_asks_for_nothing_from_outside(page: str) -> None:
    for tag, attributes in Tree(page).elements:
        for name in ("src", "href", "xlink:href", "action", "data", "poster", "srcset"):
            assert re.match(r"data:|#|$", attributes.get(name) or ""), (tag, attributes)
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
    assert not re.search(r"url\(|@import", page)


def test_the_policy_allows_exactly_the_style_and_script_of_the_page(page: str) -> None:
    tree = Tree(page)
    policy = next(m["content"] for m in tree.all("meta") if "http-equiv" in m) or ""
    for text in (tree.text["style"][0], tree.text["script"][-1]):
        assert b64encode(sha256(text.encode()).digest()).decode() in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert len(tree.all("style")) == 1
    assert len(tree.all("script")) == 2


def test_hostile_labels_stay_text() -> None:
    page = render_page(SAMPLES["hostile"], jpeg())
    tree = Tree(page)
    assert len(tree.all("img")) == 1
    assert "alert(1)</script>" not in page
    assert HOSTILE in tree.text["h1"][0]
    assert any(HOSTILE in text for text in tree.text["bdi"])


@pytest.mark.parametrize("name", SAMPLES)
def test_the_page_carries_the_document(name: str) -> None:
    tree = Tree(render_page(SAMPLES[name], jpeg()))
    assert json.loads(tree.text["script"][0]) == SAMPLES[name]


def test_the_photo_is_embedded_as_it_is() -> None:
    image = Tree(render_page(SAMPLES["usual"], jpeg())).all("img")[0]
    assert b64decode((image["src"] or "").removeprefix("data:image/jpeg;base64,")) == jpeg()


def test_regions_are_drawn_where_the_cues_are() -> None:
    cat = cue("cat", (40, 30, 200, 150))
    box = Tree(render_page(document([cat]), jpeg())).all("rect", "box")
    assert [{name: one[name] for name in ("x", "y", "width", "height")} for one in box] == [
        {"x": "10.0%", "y": "10.0%", "width": "50.0%", "height": "50.0%"}
    ]


def test_a_region_that_leaves_the_photo_is_cut_at_its_edge() -> None:
    cat = cue("cat", (-40, 150, 80, 900))
    (box,) = Tree(render_page(document([cat]), jpeg())).all("rect", "box")
    assert (box["x"], box["width"], box["height"]) == ("0.0%", "10.0%", "50.0%")


def test_only_the_first_regions_are_drawn_all_the_time() -> None:
    tree = Tree(render_page(SAMPLES["many cues"], jpeg()))
    assert len(tree.all("a", "region")) == 40
    assert len(tree.all("a", "further")) == 32


def test_emotions_are_sorted_and_the_long_tail_is_folded() -> None:
    page = render_page(SAMPLES["24 labels"], jpeg())
    shown, _, folded = page.partition("<summary>16 more</summary>")
    assert shown.index("<span>serenity</span>") < shown.index("<span>joy</span>")
    assert all(f"<span>{label}</span>" in shown + folded for label in SAMPLES["24 labels"]["prior"])


def test_cues_against_the_emotion_point_to_the_left() -> None:
    cues = [cue("sun"), cue("mud")]
    given = [
        {"cue": "object:sun", "emotion": "amusement", "log_odds": 0.5},
        {"cue": "object:mud", "emotion": "amusement", "log_odds": -0.25},
    ]
    tree = Tree(render_page(document(cues, contributions=given), jpeg()))
    (against,) = tree.all("rect", "against")
    assert (against["x"], against["width"]) == ("25.00", "25.00")


def test_what_is_not_known_is_said() -> None:
    assert "knows nothing about 7\xa0% of what was seen" in render_page(SAMPLES["usual"], jpeg())
    empty = render_page(SAMPLES["no cues"], jpeg())
    assert "Nothing was recognised" in empty
    assert "Evidence graph" not in empty


def test_a_path_is_told_in_words() -> None:
    tree = Tree(render_page(document([cue("cat")], [path("cat", "awe", 0.5, "pet")]), jpeg()))
    assert "“cat” is a kind of pet, which evokes awe" in tree.text["p"]
    told = f"Speaks for awe ({signed(0.5)}): its share is 38\xa0% of 412 observations in counts of"
    assert any(text.startswith(told) for text in tree.text["p"])


def test_an_appraisal_is_told_in_two_clauses() -> None:
    steps = [
        {"type": kind, "id": f"{kind}:{label}", "label": label}
        for kind, label in [
            ("cue", "funeral"),
            ("concept", "funeral"),
            ("appraisal", "loss"),
            ("emotion", "sadness"),
        ]
    ]
    relations = ["stands for", "is appraised as", "evokes"]
    authored = {"count": 0.0, "source": "emograph authors"}
    told = path("funeral", "sadness", 0.5) | {"steps": steps, "relations": relations} | authored
    paragraphs = Tree(render_page(document([cue("funeral")], [told]), jpeg())).text["p"]
    assert "“funeral” is appraised as loss; loss evokes sadness" in paragraphs
    assert not any("0 observations" in text for text in paragraphs)


def test_faint_cues_are_folded_away() -> None:
    cues = [cue("sun"), cue("mud", confidence=0.05), cue("sky"), cue("sea"), cue("cup")]
    adds = {"sun": 0.3, "mud": 0.9, "sky": 0.001, "sea": -0.2, "cup": 0.4}
    given = [
        {"cue": f"object:{label}", "emotion": "amusement", "log_odds": log_odds}
        for label, log_odds in adds.items()
    ]
    shown, _, folded = render_page(document(cues, contributions=given), jpeg()).partition(
        "<summary>2 fainter cues</summary>"
    )
    rows = [shown.index(f"<bdi>{label}</bdi>") for label in ("cup", "sun", "sea")]
    assert rows == sorted(rows)
    assert all(f"<bdi>{label}</bdi>" in folded for label in ("mud", "sky"))


def test_a_file_name_that_is_no_text_does_not_stop_the_page() -> None:
    image = SAMPLES["usual"]["image"] | {"source": "caf\udce9.jpg"}
    render_page(SAMPLES["usual"] | {"image": image}, jpeg()).encode()


@pytest.mark.parametrize("name", SAMPLES)
def test_a_card_is_a_well_formed_fragment(name: str) -> None:
    card = render_card(SAMPLES[name], jpeg())
    tree = Tree(card)
    assert not tree.all("script")
    assert not tree.all("html")
    assert len(tree.all("img")) == 1
    assert all(sentence in "".join(tree.text["div"]) for sentence in SAMPLES[name]["why"])
