"""What every ontology and every term of one must say of itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from emograph.kg.checks.asking import asker
from emograph.kg.terms import BASE
from emograph.kg.validation import Violation

if TYPE_CHECKING:
    from rdflib import Graph

    from emograph.kg.stores import GraphStore

_ONTOLOGY = (
    "owl:versionIRI", "owl:versionInfo", "dcterms:title", "dcterms:description", "dcterms:creator",
    "dcterms:publisher", "dcterms:license", "dcterms:created", "dcterms:issued", "dcterms:modified",
    "dcterms:bibliographicCitation", "dcterms:source",
    "vann:preferredNamespacePrefix", "vann:preferredNamespaceUri",
)  # fmt: skip
_TERM = ("skos:prefLabel", "skos:definition", "rdfs:isDefinedBy", "dcterms:source")
# Associations and mappings are statements: they have a source, and need no name.
_CLASSES = (
    "owl:Class", "owl:ObjectProperty", "owl:DatatypeProperty", "emo:Concept", "emo:Emotion",
    "emo:EmotionScheme", "emo:Appraisal", "emo:CueKind", "emo:Vocabulary", "emo:Dyad", "emo:Focus",
)  # fmt: skip
_SOURCE = (
    "skos:prefLabel", "skos:definition", "rdfs:isDefinedBy", "dcterms:bibliographicCitation"
)  # fmt: skip


def missing_metadata(ontology: Graph | GraphStore) -> tuple[Violation, ...]:
    """What the ontologies in an rdflib graph or a store do not say of themselves, by node.

    All but the terms themselves, which build on nothing, must import something.
    """
    imports = f"?node a owl:Ontology . FILTER (?node != <{BASE}ontology>)"
    found = [*_lacking(ontology, "?node a owl:Ontology .", _ONTOLOGY)]
    return _sorted([*found, *_lacking(ontology, imports, ("owl:imports",))])


def missing_annotations(ontology: Graph | GraphStore) -> tuple[Violation, ...]:
    """What classes, properties, concepts, emotions, appraisals and sources do not say, by node."""
    terms = f"VALUES ?class {{ {' '.join(_CLASSES)} }} ?node a ?class ."
    found = [*_lacking(ontology, terms, _TERM)]
    return _sorted([*found, *_lacking(ontology, "?node a emo:Source .", _SOURCE)])


def _lacking(
    ontology: Graph | GraphStore, nodes: str, needed: tuple[str, ...]
) -> Iterator[Violation]:
    ask = asker(ontology)
    for predicate in needed:
        for row in ask(f"{nodes} FILTER NOT EXISTS {{ ?node {predicate} ?value }}"):
            yield Violation(row["node"], f"It has no {predicate}.")


def _sorted(found: list[Violation]) -> tuple[Violation, ...]:
    return tuple(sorted(set(found), key=lambda violation: (violation.node, violation.message)))
