"""The ontology has none of the pitfalls of the OOPS! catalogue, and each is found where it is."""

from __future__ import annotations

import pytest
from rdflib import Graph

from emograph.kg.authoring.header import PREFIXES as KNOWN
from emograph.kg.checks.asking import asker
from emograph.kg.checks.pitfalls import PITFALLS, Pitfall, find, pitfalls
from emograph.kg.graph import KnowledgeGraph

PREFIXES = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in KNOWN.items())
CLASS = 'a owl:Class ; rdfs:label "one" ; skos:definition "A thing."'
PROPERTY = 'a owl:ObjectProperty ; rdfs:label "has" ; skos:definition "That it has."'
BAD = {
    "P02": "emo:Car a owl:Class ; owl:equivalentClass emo:Auto . emo:Auto a owl:Class .",
    "P03": "emo:isA a owl:ObjectProperty .",
    "P04": f"emo:Lonely {CLASS} .",
    "P05": (
        "emo:has owl:inverseOf emo:isOf . emo:has rdfs:domain emo:A ; rdfs:range emo:B ."
        "emo:isOf rdfs:domain emo:C ; rdfs:range emo:A ."
    ),
    "P06": "object:a skos:broader object:b . object:b skos:broader object:a .",
    "P07": 'emo:StyleAndPeriod a owl:Class ; skos:prefLabel "style and period"@en .',
    "P08": 'emo:A a owl:Class ; rdfs:label "a thing" .',
    "P10": "emo:A a owl:Class . emo:B a owl:Class .",
    "P11": f"emo:has {PROPERTY} ; rdfs:domain emo:A .",
    "P12": f"emo:has {PROPERTY} . emo:owns {PROPERTY} .",
    "P13": f"emo:has {PROPERTY} ; rdfs:domain emo:A ; rdfs:range emo:B .",
    "P19": f"emo:has {PROPERTY} ; rdfs:domain emo:A, emo:B ; rdfs:range emo:C .",
    "P20": 'emo:A a owl:Class ; rdfs:label "a thing" ; skos:definition "A thing" .',
    "P21": f"emo:OtherThings {CLASS} .",
    "P22": f"emo:my_class {CLASS} .",
    "P24": (
        "emo:A owl:equivalentClass [ owl:intersectionOf (emo:B [ a owl:Restriction ;"
        " owl:onProperty emo:has ; owl:someValuesFrom emo:A ]) ] ."
    ),
    "P25": "emo:near owl:inverseOf emo:near .",
    "P26": "emo:near a owl:SymmetricProperty ; owl:inverseOf emo:far .",
    "P27": (
        "emo:has a owl:ObjectProperty ; owl:equivalentProperty emo:size ."
        "emo:size a owl:DatatypeProperty ."
    ),
    "P28": "emo:near a owl:SymmetricProperty ; rdfs:domain emo:A ; rdfs:range emo:B .",
    "P29": "emo:partOf a owl:TransitiveProperty ; rdfs:domain emo:A ; rdfs:range emo:B .",
    "P30": (
        'emo:Car a owl:Class ; skos:prefLabel "car"@en .'
        'emo:Vehicle a owl:Class ; skos:altLabel "Car"@en .'
    ),
    "P31": "emo:A owl:equivalentClass emo:B ; owl:disjointWith emo:B .",
    "P32": f"emo:A {CLASS} . emo:B {CLASS} .",
    "P33": "emo:has owl:propertyChainAxiom (emo:owns) .",
    "P34": "object:kite a emo:Toy .",
    "P35": "object:kite emo:flies true .",
    "P36": "<https://w3id.org/emograph/art.owl> a owl:Ontology .",
    "P38": "emo:A rdfs:isDefinedBy emograph:nothing .",
    "P39": "[] a owl:Ontology .",
    "P40": "skos:Concept rdfs:subClassOf emo:A .",
    "P41": "emograph:art a owl:Ontology .",
}


def test_the_knowledge_of_the_package_has_no_pitfall(graph: KnowledgeGraph) -> None:
    assert pitfalls(graph.store) == ()


def test_every_pitfall_has_a_bad_example() -> None:
    assert [pitfall.number for pitfall in PITFALLS] == sorted(BAD)


@pytest.mark.parametrize("pitfall", PITFALLS, ids=lambda pitfall: pitfall.number)
def test_a_pitfall_is_found(pitfall: Pitfall) -> None:
    bad = Graph().parse(data=PREFIXES + BAD[pitfall.number], format="turtle")
    found = find(pitfall, asker(bad))
    assert found
    assert all(violation.message.startswith(pitfall.number) for violation in found)
    reported = {violation.message[:3] for violation in pitfalls(bad)}
    assert (pitfall.number in reported) is not bool(pitfall.accepted)


def test_terms_of_another_namespace_are_checked_where_it_is_named() -> None:
    turtle = "<urn:art:my_class> a owl:Class ; rdfs:subClassOf emo:Concept ."
    art = Graph().parse(data=PREFIXES + turtle, format="turtle")
    assert "P08" in {violation.message[:3] for violation in pitfalls(art, "urn:art:")}
    assert "P08" not in {violation.message[:3] for violation in pitfalls(art)}
