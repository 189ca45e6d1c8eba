"""The ontology stays within OWL 2 RL, and what leaves it is found."""

from __future__ import annotations

import pytest
from rdflib import Graph

from emograph.kg import terms
from emograph.kg.checks.profile import outside_rl
from emograph.kg.graph import ONTOLOGIES

PREFIXES = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in terms.PREFIXES.items())
SOME = "[ a owl:Restriction ; owl:onProperty emo:p ; owl:someValuesFrom emo:B ]"
ALL = "[ a owl:Restriction ; owl:onProperty emo:p ; owl:allValuesFrom emo:B ]"
ANY = "[ a owl:Restriction ; owl:onProperty emo:p ; owl:someValuesFrom owl:Thing ]"


def _read(turtle: str) -> Graph:
    return Graph().parse(data=PREFIXES + turtle, format="turtle")


@pytest.mark.parametrize("name", ["core", "schemes", "mappings", "appraisals", "alignments"])
def test_the_ontology_is_in_rl(name: str) -> None:
    assert outside_rl(Graph().parse(ONTOLOGIES / f"{name}.ttl")) == ()


@pytest.mark.parametrize(
    "axiom",
    [
        f"{SOME} rdfs:subClassOf emo:A .",
        f"{ANY} rdfs:subClassOf emo:A .",
        f"emo:A rdfs:subClassOf {ALL} .",
        "[ owl:unionOf (emo:A emo:B) ] rdfs:subClassOf emo:C .",
        "emo:A owl:equivalentClass [ owl:intersectionOf (emo:B emo:C) ] .",
        "emo:A rdfs:subClassOf [ owl:complementOf emo:B ] .",
        "emo:A rdfs:subClassOf [ owl:onProperty emo:p ; owl:maxCardinality 1 ] .",
        "emo:p a owl:DatatypeProperty ; rdfs:range xsd:dateTime .",
    ],
)
def test_what_rl_has_is_accepted(axiom: str) -> None:
    assert outside_rl(_read(axiom)) == ()


@pytest.mark.parametrize(
    ("axiom", "message"),
    [
        (f"emo:A rdfs:subClassOf {SOME} .", "no owl:someValuesFrom as a superclass"),
        (f"{ALL} rdfs:subClassOf emo:A .", "no owl:allValuesFrom as a subclass"),
        ("emo:A rdfs:subClassOf [ owl:unionOf (emo:B emo:C) ] .", "no owl:unionOf"),
        ("emo:p rdfs:domain [ owl:unionOf (emo:B emo:C) ] .", "no owl:unionOf as a domain"),
        ("emo:A owl:equivalentClass [ owl:oneOf (emo:b) ] .", "no owl:oneOf in an equivalence"),
        ("emo:A owl:disjointWith [ owl:complementOf emo:B ] .", "no owl:complementOf"),
        (
            "emo:A rdfs:subClassOf [ owl:intersectionOf (emo:B [ owl:unionOf (emo:C emo:D) ]) ] .",
            "no owl:unionOf as a superclass",
        ),
        ("emo:A rdfs:subClassOf [ owl:onProperty emo:p ; owl:maxCardinality 2 ] .", "0 or 1 only"),
        ("emo:A rdfs:subClassOf [ owl:onProperty emo:p ; owl:cardinality 1 ] .", "owl:cardinality"),
        ("owl:Thing rdfs:subClassOf emo:A .", "no owl:Thing as a subclass"),
        ("emo:A owl:disjointUnionOf (emo:B emo:C) .", "no owl:disjointUnionOf"),
        ("emo:p a owl:ReflexiveProperty .", "no owl:ReflexiveProperty"),
        ("emo:p a owl:ObjectProperty, owl:DatatypeProperty .", "of one kind"),
        ("emo:p a owl:DatatypeProperty ; rdfs:range owl:rational .", "no datatype"),
    ],
)
def test_what_rl_lacks_is_named(axiom: str, message: str) -> None:
    found = outside_rl(_read(axiom))
    assert any(message in violation.message for violation in found), found
