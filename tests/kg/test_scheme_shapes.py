"""The shapes refuse faulty opposites, petals, dyads and mappings, and say what is wrong."""

from __future__ import annotations

import pytest
from rdflib import Graph, URIRef

from emograph.kg import terms
from emograph.kg.graph import ONTOLOGIES
from emograph.kg.validation import validate

PREFIXES = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in terms.PREFIXES.items())


def _emotion(name: str, order: int, more: str) -> str:
    return (
        f'moods:{name} a emo:Emotion ; skos:prefLabel "{name}"@en ; '
        f'skos:definition "To be {name}."@en ; emo:scheme scheme:moods ; emo:order {order} ; '
        f"emo:valence 0.5 ; emo:arousal 0.1 ; emo:dominance 0.0 ; {more} .\n"
    )


OPPOSITE = URIRef(terms.EMO + "opposite")
GOOD = (
    PREFIXES
    + "@prefix moods: <https://w3id.org/emograph/emotion/moods/> .\n"
    + 'scheme:moods a emo:EmotionScheme ; skos:prefLabel "Moods"@en ; '
    + 'skos:definition "Two moods."@en .\n'
    + _emotion(
        "bright", 0,
        "emo:basicEmotion moods:bright ; emo:intensity 2 ; emo:opposite moods:dim ; "
        'emo:polarity "positive" ; emo:about focus:events',
    )
    + _emotion(
        "dim", 1,
        "emo:basicEmotion moods:dim ; emo:intensity 2 ; emo:opposite moods:bright",
    )
    + 'dyad:twilight a emo:Dyad ; skos:prefLabel "twilight"@en ; skos:definition "Both."@en ; '
    "emo:component moods:bright, moods:dim ; emo:degree 1 ; dcterms:source source:emograph .\n"
    "<urn:m> a emo:Mapping ; emo:from moods:bright ; emo:to ekman:joy ; emo:weight 1.0 ; "
    "dcterms:source source:emograph .\n"
)  # fmt: skip


@pytest.fixture(scope="module")
def known() -> Graph:
    """The terms, and as much of the schemes as the cases name."""
    graph = Graph().parse(ONTOLOGIES / "core.ttl")
    schemes = Graph().parse(ONTOLOGIES / "schemes.ttl")
    for name in ("scheme:ekman", "ekman:joy", "scheme:plutchik", "plutchik:rage", "plutchik:anger"):
        node = schemes.namespace_manager.expand_curie(name)
        for triple in schemes.triples((node, None, None)):
            if triple[1] != OPPOSITE:
                graph.add(triple)
    return graph + schemes.cbd(URIRef(terms.BASE + "focus/events"))


def _messages(known: Graph, turtle: str) -> list[str]:
    data = known + Graph().parse(data=turtle, format="turtle")
    return [violation.message for violation in validate(data)]


def test_a_good_scheme_is_valid(known: Graph) -> None:
    assert _messages(known, GOOD) == []


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("emo:opposite moods:bright", "emo:opposite moods:dim", "each is the other's"),
        ("emo:opposite moods:dim ;", "emo:opposite ekman:joy ;", "of one scheme"),
        ("emo:opposite moods:dim ;", "emo:opposite moods:dim, ekman:joy ;", "one emo:opposite"),
        ("emo:opposite moods:dim ;", "emo:opposite focus:events ;", "at most, an emotion"),
        ("emo:basicEmotion moods:dim ; emo:intensity 2", "emo:basicEmotion moods:dim",
         "needs an emo:intensity"),
        ("moods:dim ; emo:intensity 2", "moods:dim ; emo:intensity 4", "is 1, 2 or 3"),
        ("moods:dim ; emo:intensity 2", "moods:dim ; emo:intensity 3", "is of emo:intensity 2"),
        ('emo:polarity "positive"', 'emo:polarity "good"', "positive, negative"),
        ("emo:about focus:events", "emo:about kind:scene", "emo:Focus"),
        ("emo:component moods:bright, moods:dim", "emo:component moods:bright", "has two"),
        ("emo:component moods:bright,", "emo:component moods:bright, ekman:joy,", "has two"),
        ("emo:component moods:bright,", "emo:component focus:events,", "both emotions"),
        ("emo:component moods:bright,", "emo:component plutchik:rage,", "are basic emotions"),
        ("emo:degree 1", "emo:degree 4", "one emo:degree"),
        ("emo:degree 1 ; ", "", "one emo:degree"),
        ("emo:degree 1", "emo:degree 1 ; emo:scheme scheme:moods", "no emo:scheme"),
        ('skos:definition "Both."@en ; ', "", "dyad needs a skos:definition"),
        ("emo:degree 1 ; dcterms:source source:emograph", "emo:degree 1", "needs a dcterms:source"),
        ("emo:to ekman:joy", "emo:to moods:dim", "leads to another scheme"),
        ("emo:to ekman:joy ; emo:weight 1.0", "emo:to ekman:joy ; emo:weight 0.9", "add up to 1"),
        ("emo:weight 1.0", "emo:weight 1.2", "above 0, up to 1"),
        ("emo:from moods:bright", "emo:from dyad:twilight", "one emo:from"),
    ],
)  # fmt: skip
def test_a_fault_is_refused(known: Graph, right: str, wrong: str, message: str) -> None:
    assert GOOD.count(right) == 1, right
    found = _messages(known, GOOD.replace(right, wrong))
    assert any(message in text for text in found), found
