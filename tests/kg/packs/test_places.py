"""Each triple is found on the line on which it stands."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emograph.kg.graph import package_files
from emograph.kg.packs.places import Place, places

TERMS = st.sampled_from(
    ["a:b", "<urn:x>", "_:b", '"text"', '"""two\nlines"""@en', "'#'", '"1"^^a:b', "1.5", "-2e3"]
)
OBJECTS = st.recursive(
    TERMS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"( {' '.join(items)} )"),
        st.lists(inner, max_size=3).map(
            lambda items: "[ " + " ;\n".join(f"a:p {item}" for item in items) + " ]"
        ),
    ),
    max_leaves=6,
)


@pytest.mark.parametrize("path", package_files(), ids=lambda path: path.stem)
def test_every_triple_of_the_package_has_a_place(path: Path) -> None:
    turtle = path.read_text("utf-8")
    assert len(places(turtle)) == len(list(ox.parse(turtle, format=ox.RdfFormat.TURTLE)))


@given(st.lists(st.lists(OBJECTS, min_size=1, max_size=3), min_size=1, max_size=4))
def test_places_come_in_the_order_of_the_parser(blocks: list[list[str]]) -> None:
    turtle = "@prefix a: <urn:a#> . # a comment .\n" + "\n".join(
        f"a:s{i} a:q{i} {', '.join(objects)} .\n" for i, objects in enumerate(blocks)
    )
    parsed = list(ox.parse(turtle, format=ox.RdfFormat.TURTLE))
    found = places(turtle)
    assert len(found) == len(parsed)
    lines = turtle.splitlines()
    for triple, place in zip(parsed, found, strict=True):
        name = str(triple.predicate.value)
        if name.startswith("urn:a#q"):
            number = name.removeprefix("urn:a#q")
            assert lines[place.subject - 1].startswith(f"a:s{number} a:q{number} ")


def test_lines_of_subject_predicate_and_object_are_told_apart() -> None:
    assert places("<urn:s>\n<urn:p>\n<urn:o> .") == [Place(1, 2, 3)]


@pytest.mark.parametrize("turtle", ["<urn:s> <urn:p> " + "[ <urn:p> " * 5_000, '"', "] .", "<urn:"])
def test_what_cannot_be_followed_has_no_places(turtle: str) -> None:
    assert places(turtle) == []
