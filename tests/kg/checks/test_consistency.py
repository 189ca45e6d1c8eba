"""The ontology contradicts nothing, two reasoners agree on it, and contradictions are found."""

from __future__ import annotations

import pytest
from rdflib import RDF, Graph, URIRef

from emograph.kg import terms
from emograph.kg.checks.consistency import closure, inconsistencies
from emograph.kg.graph import ONTOLOGIES, package_files

PREFIXES = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in terms.PREFIXES.items())
TERMS = ("core", "schemes", "appraisals")
# Tens of thousands of assertions of one form each; the shapes check them all, and a few stand for
# them here.
ASSERTIONS = frozenset({"emoset", "phrases", "light", "elicitors"})
GOOD = """
object:kite a emo:Concept ; skos:broader wn:00000001-n .
<urn:a> a emo:Association ; emo:subject object:kite ; emo:emotion mikels:amusement ;
  emo:count 3 ; emo:total 4 ; emo:probability 0.75 ; dcterms:source source:emoset .
<urn:b> a emo:AppraisalAssociation ; emo:subject object:kite ; emo:appraisal appraisal:play ;
  emo:probability 0.5 ; emo:strength 10.0 ; dcterms:source source:emograph .
"""


def _read(turtle: str = "") -> Graph:
    graph = Graph()
    for name in TERMS:
        graph.parse(ONTOLOGIES / f"{name}.ttl")
    return graph.parse(data=PREFIXES + turtle, format="turtle")


def test_the_terms_schemes_appraisals_mappings_and_concepts_are_consistent() -> None:
    graph = Graph()
    for path in package_files():
        if path.stem not in ASSERTIONS:
            graph.parse(path)
    graph.parse(data=PREFIXES + GOOD, format="turtle")
    assert inconsistencies(graph) == ()


def test_the_closure_adds_the_classes_above() -> None:
    closed = closure(_read(GOOD))
    kite = URIRef(terms.concept("object", "kite"))
    assert (kite, RDF.type, URIRef(terms.SKOS + "Concept")) in closed
    assert (URIRef("urn:a"), RDF.type, URIRef(terms.EMO + "Assertion")) in closed


@pytest.mark.slow
def test_another_reasoner_infers_the_same_types() -> None:
    from owlrl import DeductiveClosure, OWLRL_Semantics  # type: ignore[import-untyped]

    graph = _read(GOOD)
    ours = _own_types(closure(graph))
    DeductiveClosure(OWLRL_Semantics, datatype_axioms=False).expand(graph)
    theirs = _own_types(graph)
    assert len(ours) > 500
    assert ours == theirs


def _own_types(graph: Graph) -> set[tuple[str, str]]:
    """Which things of ours are of which class; that a name is a class or a thing says nothing."""
    return {
        (str(node), str(kind))
        for node, kind in graph.subject_objects(RDF.type)
        if str(node).startswith((terms.BASE, "urn:"))
        and not str(kind).startswith((terms.OWL, terms.RDF, terms.RDFS))
    }


@pytest.mark.parametrize(
    ("wrong", "rule", "node"),
    [
        ("object:kite a emo:Emotion .", "cax-dw", terms.concept("object", "kite")),
        ("<urn:a> a emo:Mapping .", "cax-dw", "urn:a"),
        ("<urn:a> emo:from mikels:awe .", "cax-dw", "urn:a"),
        ("<urn:a> emo:emotion object:kite .", "cax-dw", terms.concept("object", "kite")),
        ("<urn:a> emo:subject <urn:x> . <urn:x> a emo:CueKind .", "cax-dw", "urn:x"),
        ("<urn:a> emo:probability 0.5 .", "dt-diff", "urn:a"),
        ("<urn:a> emo:strength 'much'^^xsd:decimal .", "dt-not-type", "urn:a"),
        (
            "<urn:x> owl:sameAs <urn:y> . <urn:x> owl:differentFrom <urn:y> .",
            "eq-diff1",
            "urn:x",
        ),
        ("emo:Empty rdfs:subClassOf owl:Nothing . <urn:x> a emo:Empty .", "cls-nothing2", "urn:x"),
        (
            "emo:Odd owl:complementOf emo:Concept . object:kite a emo:Odd .",
            "cls-com",
            terms.concept("object", "kite"),
        ),
        (
            "<urn:d> a owl:AllDisjointClasses ; owl:members (emo:One emo:Two) ."
            "<urn:x> a emo:One, emo:Two .",
            "cax-adc",
            "urn:x",
        ),
        (
            "emo:above a owl:IrreflexiveProperty . <urn:x> emo:above <urn:x> .",
            "prp-irp",
            "urn:x",
        ),
        (
            "emo:above a owl:AsymmetricProperty . <urn:x> emo:above <urn:y> ."
            "<urn:y> emo:above <urn:x> .",
            "prp-asyp",
            "urn:x",
        ),
        (
            "emo:above owl:propertyDisjointWith emo:below . <urn:x> emo:above <urn:y> ."
            "<urn:x> emo:below <urn:y> .",
            "prp-pdw",
            "urn:x",
        ),
    ],
)
def test_a_contradiction_is_found(wrong: str, rule: str, node: str) -> None:
    found = inconsistencies(_read(GOOD + wrong))
    assert any(v.node == node and v.message.startswith(rule + ":") for v in found), found
