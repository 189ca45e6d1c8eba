"""The shapes accept the package's knowledge and refuse faults."""

from __future__ import annotations

import pytest
from rdflib import Graph

from emograph.kg import terms
from emograph.kg.graph import ONTOLOGIES, package_files
from emograph.kg.validation import validate

PREFIXES = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in terms.PREFIXES.items())
SMALL = ("core", "schemes", "appraisals")
GOOD = """
object:kite a emo:Concept ; skos:prefLabel "kite"@en, "Drachen"@de ;
  skos:definition "A toy that flies."@en ; emo:kind kind:object .
<urn:a> a emo:Association ; emo:subject object:kite ; emo:emotion mikels:amusement ;
  emo:count 3 ; emo:total 4 ; emo:probability 0.75 ; dcterms:source source:emoset .
<urn:b> a emo:AppraisalAssociation ; emo:subject object:kite ; emo:appraisal appraisal:play ;
  emo:probability 0.5 ; emo:strength 10.0 ; dcterms:source source:emograph .
"""


def _read(turtle: str) -> Graph:
    graph = Graph()
    for name in SMALL:
        graph.parse(ONTOLOGIES / f"{name}.ttl")
    return graph.parse(data=PREFIXES + turtle, format="turtle")


def test_the_knowledge_of_the_package_is_valid() -> None:
    graph = Graph()
    for path in package_files():
        graph.parse(path)
    assert validate(graph) == ()


def test_a_good_pack_is_valid() -> None:
    assert validate(_read(GOOD)) == ()


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ('skos:prefLabel "kite"@en, "Drachen"@de ;', "", "skos:prefLabel"),
        ('"Drachen"@de', '"dragon"@en', "skos:prefLabel"),
        ('skos:definition "A toy that flies."@en ;', "", "skos:definition"),
        ("emo:kind kind:object", "emo:kind kind:smell", "emo:CueKind"),
        ("emo:kind kind:object", "skos:broader <urn:nothing>", "must be a concept"),
        ("emo:subject object:kite ; emo:emotion", "emo:emotion", "one emo:subject"),
        ("emo:emotion mikels:amusement ;", "", "one emo:emotion"),
        ("mikels:amusement", "mikels:hunger", "one emo:emotion"),
        ("emo:probability 0.75", "emo:probability 1.75", "probability in 0..1"),
        ("emo:probability 0.75 ;", "", "probability in 0..1"),
        ("emo:count 3", "emo:count 5", "emo:count"),
        ("emo:count 3", "emo:count -1", "emo:count"),
        ("; dcterms:source source:emoset", "", "dcterms:source"),
        ("appraisal:play", "mikels:awe", "one emo:appraisal"),
        ("emo:strength 10.0", "emo:strength -1.0", "not negative"),
    ],
)
def test_a_bad_pack_is_refused(right: str, wrong: str, message: str) -> None:
    assert right in GOOD
    violations = validate(_read(GOOD.replace(right, wrong)))
    assert any(message in violation.message for violation in violations), violations


def test_a_row_of_a_mapping_that_does_not_add_up_is_refused() -> None:
    more = "<urn:m> a emo:Mapping ; emo:from mikels:awe ; emo:to ekman:sadness ; emo:weight 0.5 ."
    violations = validate(_read(more).parse(ONTOLOGIES / "mappings.ttl"))
    assert [violation.node for violation in violations] == [terms.emotion("mikels", "awe")]
    assert "must add up to 1" in violations[0].message
