"""How predicates and classes are called in the property graph, and what is known of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

import pyoxigraph as ox

from emograph.kg.terms import DCTERMS, EMO, OWL, RDF, RDFS, SKOS, XSD

TYPE = RDF + "type"
RESOURCE = "Resource"
RESERVED = frozenset({"iri", "graph", "graphs", "rdf", "predicate", "key"})
"""Properties that tell of the projection itself; a predicate of that name gets a ``_`` behind."""

IRI = "@id"
ENGLISH = "@en"
_OA = "http://www.w3.org/ns/oa#"
_ONYX = "http://www.gsi.dit.upm.es/ontologies/onyx/ns#"
_PROV = "http://www.w3.org/ns/prov#"
_SCHEMA = "https://schema.org/"
_SOSA = "http://www.w3.org/ns/sosa/"
_STRING = XSD + "string"
_DECIMAL = XSD + "decimal"
_DOUBLE = XSD + "double"
_INTEGER = XSD + "integer"
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Fact:
    """What a property says exactly: a predicate, and its values' datatype.

    `datatype` is an IRI, ``@en`` for text in English, or ``@id`` for a resource. With `many` the
    property is a list even where it has one value.
    """

    predicate: str
    datatype: str
    many: bool = False


def _facts(namespace: str, datatype: str, names: str, many: bool = False) -> dict[str, Fact]:
    return {name: Fact(namespace + name, datatype, many) for name in names.split()}


PROPERTIES: Mapping[str, Fact] = {
    **_facts(SKOS, ENGLISH, "prefLabel definition note scopeNote"),
    **_facts(SKOS, ENGLISH, "altLabel hiddenLabel example", many=True),
    **_facts(SKOS, _STRING, "notation"),
    **_facts(RDFS, ENGLISH, "label comment"),
    **_facts(DCTERMS, ENGLISH, "title description bibliographicCitation"),
    **_facts(DCTERMS, XSD + "date", "issued modified"),
    **_facts(OWL, _STRING, "versionInfo"),
    **_facts(EMO, _DECIMAL, "valence arousal dominance novelty pleasantness goalConduciveness"),
    **_facts(EMO, _DECIMAL, "copingPotential normCompatibility"),
    **_facts(EMO, _INTEGER, "order intensity degree"),
    **_facts(EMO, _STRING, "polarity sha256"),
    **_facts(EMO, _DOUBLE, "confidence logOdds imageValence imageArousal unknownShare gateWeight"),
    **_facts(EMO, _DOUBLE, "milliseconds"),
    **_facts(_SOSA, _STRING, "hasSimpleResult"),
    **_facts(_ONYX, _DOUBLE, "hasEmotionIntensity"),
    **_facts(_SCHEMA, _STRING, "identifier name softwareVersion"),
    **_facts(_SCHEMA, _INTEGER, "width height"),
}
"""The properties of nodes that are read back as they are; all others are kept in ``rdf`` too."""

_CLASSES = {
    EMO: "Concept Emotion EmotionScheme Appraisal CueKind Vocabulary Source Contribution "
    "Explanation Association AppraisalAssociation Mapping Dyad Focus",
    OWL: "Ontology Class ObjectProperty DatatypeProperty AnnotationProperty",
    _PROV: "Entity Activity SoftwareAgent",
    _SOSA: "Sensor Observation",
    _OA: "Annotation SpecificResource FragmentSelector",
    _ONYX: "EmotionSet EmotionAnalysis",
    _SCHEMA: "ImageObject",
}
LABELS: Mapping[str, str] = {
    name: namespace + name for namespace, names in _CLASSES.items() for name in names.split()
}
"""The class that a label stands for; of other classes the ``rdf`` property keeps the IRI."""

_PREDICATES = {
    SKOS: "broader narrower related inScheme topConceptOf exactMatch closeMatch broadMatch "
    "narrowMatch relatedMatch",
    RDFS: "isDefinedBy subClassOf subPropertyOf domain range seeAlso",
    DCTERMS: "source license creator",
    OWL: "imports versionIRI disjointWith inverseOf",
    EMO: "kind vocabulary scheme subject emotion appraisal from to cue contributesTo vote "
    "opposite basicEmotion component about",
    _PROV: "wasGeneratedBy wasDerivedFrom wasInformedBy wasRevisionOf used wasAssociatedWith",
    _SOSA: "madeBySensor hasFeatureOfInterest observedProperty",
    _OA: "hasBody hasTarget hasSource hasSelector motivatedBy",
    _ONYX: "hasEmotionSet hasEmotion hasEmotionCategory describesObject usesEmotionModel",
}


@dataclass(frozen=True)
class Shape:
    """A class of association nodes that become relationships from one resource to another."""

    type: str
    name: str
    start: str
    end: str
    weight: str

    @cached_property
    def node(self) -> ox.NamedNode:
        """The class."""
        return ox.NamedNode(self.type)

    @cached_property
    def facts(self) -> Mapping[str, Fact]:
        """The properties of such relationships that are read back as they are."""
        return {
            "weight": Fact(self.weight, _DECIMAL),
            "strength": Fact(EMO + "strength", _DECIMAL),
            "count": Fact(EMO + "count", _INTEGER),
            "total": Fact(EMO + "total", _INTEGER),
            "source": Fact(DCTERMS + "source", IRI),
        }


SHAPES: Mapping[str, Shape] = {
    shape.name: shape
    for shape in (
        Shape(EMO + "Association", "ASSOCIATED_WITH", EMO + "subject", EMO + "emotion",
              EMO + "probability"),
        Shape(EMO + "AppraisalAssociation", "APPRAISED_AS", EMO + "subject", EMO + "appraisal",
              EMO + "probability"),
        Shape(EMO + "Mapping", "MAPS_TO", EMO + "from", EMO + "to", EMO + "weight"),
    )
}  # fmt: skip
"""The association nodes by the type of their relationship."""

_WEIGHTS = frozenset(shape.weight for shape in SHAPES.values())


def local_name(iri: str) -> str:
    """The last part of an IRI, with ``_`` for what is no letter of ASCII, digit or ``_``.

    >>> local_name("http://www.w3.org/2004/02/skos/core#prefLabel"), local_name("urn:a:2-b")
    ('prefLabel', '_2_b')
    """
    last = re.split(r"[/#:]", iri.rstrip("/#:"))[-1]
    name = re.sub(r"[^A-Za-z0-9_]", "_", last)[:_LONGEST]
    return name if name[:1].isalpha() else "_" + name


@lru_cache(4096)
def property_key(predicate: str, language: str | None = None) -> str:
    """The name of a predicate's property; text in another language than English has its own.

    >>> property_key("http://www.w3.org/2004/02/skos/core#prefLabel", "de")
    'prefLabel_de'
    """
    name = local_name(predicate)
    if name in RESERVED:
        name += "_"
    return name if language in (None, "en") else f"{name}_{local_name(str(language))}"


def association_key(predicate: str, language: str | None = None) -> str:
    """The name of a predicate's property where an association node became a relationship.

    >>> association_key("https://w3id.org/emograph/ontology#probability")
    'weight'
    """
    if language is None and predicate in _WEIGHTS:
        return "weight"
    return property_key(predicate, language)


@lru_cache(4096)
def class_label(iri: str) -> str:
    """The label of a class.

    >>> class_label("https://w3id.org/emograph/ontology#CueKind")
    'CueKind'
    """
    return local_name(iri)


@lru_cache(4096)
def class_labels(iris: tuple[str, ...]) -> tuple[tuple[str, ...], frozenset[str]]:
    """The labels of a node of these classes, and those of them that say their class exactly.

    >>> class_labels(("https://w3id.org/emograph/ontology#Concept", "urn:other:Emotion"))
    (('Resource', 'Concept', 'Emotion'), frozenset({'Concept'}))
    """
    said: defaultdict[str, list[str]] = defaultdict(list)
    for iri in iris:
        said[class_label(iri)].append(iri)
    exact = frozenset(label for label, classes in said.items() if classes == [LABELS.get(label)])
    return (RESOURCE, *sorted(said.keys() - {RESOURCE})), exact


@lru_cache(4096)
def relationship_type(predicate: str) -> str:
    """The type of a predicate's relationships, in upper snake case.

    >>> relationship_type("http://www.w3.org/2000/01/rdf-schema#isDefinedBy")
    'IS_DEFINED_BY'
    """
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", local_name(predicate)).upper()
    return name + "_" if name in SHAPES else name


TYPES: Mapping[str, str] = {
    relationship_type(namespace + name): namespace + name
    for namespace, names in _PREDICATES.items()
    for name in names.split()
}
"""The predicate that a type of relationship stands for; others carry ``predicate``."""
