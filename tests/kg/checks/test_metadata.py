"""Every ontology says who made it, when, and under which licence; every term what it means."""

from __future__ import annotations

import pytest
from rdflib import Graph

from emograph.kg import terms
from emograph.kg.checks.metadata import missing_annotations, missing_metadata
from emograph.kg.graph import KnowledgeGraph, package_files

PREFIXES = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in terms.PREFIXES.items())


def test_every_file_is_one_ontology_with_all_its_metadata(graph: KnowledgeGraph) -> None:
    ontologies = graph.query("SELECT ?g { GRAPH ?g { ?o a owl:Ontology } } ORDER BY ?g").rows
    assert [name for (name,) in ontologies] == sorted(terms.graph(p.stem) for p in package_files())
    assert missing_metadata(graph.store) == ()


def test_every_term_has_label_definition_origin_and_source(graph: KnowledgeGraph) -> None:
    assert missing_annotations(graph.store) == ()


def test_what_an_ontology_lacks_is_named() -> None:
    header = "emograph:art a owl:Ontology ; owl:versionInfo '1.0.0' ; dcterms:title 'Art'@en ."
    found = missing_metadata(Graph().parse(data=PREFIXES + header, format="turtle"))
    assert {violation.node for violation in found} == {terms.BASE + "art"}
    named = {violation.message for violation in found}
    assert "It has no dcterms:license." in named
    assert "It has no owl:imports." in named
    assert "It has no dcterms:title." not in named


@pytest.mark.parametrize("kind", ["emo:Concept", "emo:Emotion", "owl:Class", "emo:Source"])
def test_what_a_term_lacks_is_named(kind: str) -> None:
    turtle = f"emograph:x a {kind} ; skos:prefLabel 'x'@en ."
    found = missing_annotations(Graph().parse(data=PREFIXES + turtle, format="turtle"))
    named = {violation.message for violation in found}
    assert {"It has no skos:definition.", "It has no rdfs:isDefinedBy."} <= named
    assert "It has no skos:prefLabel." not in named
