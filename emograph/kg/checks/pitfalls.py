"""Pitfalls of the OOPS! catalogue that can be found without people and without a network.

The numbers and titles are those of https://oops.linkeddata.es/catalogue.jsp. The rest of the
catalogue asks what words mean (P01, P09, P14 to P18, P23) or what a server answers (P37).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emograph.kg.checks.asking import Ask, asker
from emograph.kg.terms import BASE
from emograph.kg.validation import Violation

if TYPE_CHECKING:
    from rdflib import Graph

    from emograph.kg.stores import GraphStore

_PROPERTY = "VALUES ?kind { owl:ObjectProperty owl:DatatypeProperty } ?node a ?kind ."
_LABEL = "(skos:prefLabel|rdfs:label)"
# Who may say things of a vocabulary's terms: those who own it.
_FOREIGN = r"^(http://www\.w3\.org/|http://purl\.org/|http://schema\.org/|https://schema\.org/)"


@dataclass(frozen=True, slots=True)
class Pitfall:
    """One pitfall: its number and title in the catalogue, and the pattern that finds it.

    `pattern` is a SPARQL WHERE clause that binds ``?node`` and may bind ``?other``; ``OWN(?x)``
    keeps to the terms of the ontology itself. `accepted` says why it is left in, where it is.
    """

    number: str
    title: str
    pattern: str
    accepted: str = ""


PITFALLS: tuple[Pitfall, ...] = (
    Pitfall(
        "P02",
        "Creating synonyms as classes",
        "?node owl:equivalentClass ?other . ?other a owl:Class . OWN(?node) OWN(?other)",
    ),
    Pitfall(
        "P03",
        'Creating the relationship "is" instead of using rdfs:subClassOf, rdf:type or owl:sameAs',
        f'{_PROPERTY} OWN(?node) FILTER REGEX(STR(?node), "[/#](is|isA|is_a)$")',
    ),
    Pitfall(
        "P04",
        "Creating unconnected ontology elements",
        """{ ?node a owl:Class . OWN(?node)
            FILTER NOT EXISTS { ?node rdfs:subClassOf|owl:equivalentClass|owl:disjointWith ?x }
            FILTER NOT EXISTS { ?x rdfs:subClassOf|rdfs:domain|rdfs:range|owl:disjointWith ?node }
            FILTER NOT EXISTS { ?x a ?node }
        } UNION { ?node a ?kind . FILTER (?kind IN (owl:ObjectProperty, owl:DatatypeProperty))
            OWN(?node)
            FILTER NOT EXISTS { ?node rdfs:domain|rdfs:range|rdfs:subPropertyOf|owl:inverseOf ?x }
            FILTER NOT EXISTS { ?s ?node ?o } }""",
    ),
    Pitfall(
        "P05",
        "Defining wrong inverse relationships",
        """?node owl:inverseOf ?other . FILTER (?node != ?other)
        { ?node rdfs:domain ?one . ?other rdfs:range ?two } UNION
        { ?node rdfs:range ?one . ?other rdfs:domain ?two } FILTER (?one != ?two)""",
    ),
    Pitfall(
        "P06",
        "Including cycles in a class hierarchy",
        "{ ?node rdfs:subClassOf+ ?node } UNION { ?node skos:broader+ ?node }",
    ),
    Pitfall(
        "P07",
        "Merging different concepts in the same class",
        f'?node a owl:Class ; {_LABEL} ?other . OWN(?node) FILTER REGEX(?other, " (and|or) ")',
    ),
    Pitfall(
        "P08",
        "Missing annotations",
        f"""VALUES ?kind {{ owl:Class owl:ObjectProperty owl:DatatypeProperty }}
        ?node a ?kind . OWN(?node)
        FILTER (!EXISTS {{ ?node {_LABEL} ?l }} || !EXISTS {{ ?node skos:definition ?d }})""",
    ),
    Pitfall(
        "P10",
        "Missing disjointness",
        """?node a owl:Class . ?other a owl:Class . OWN(?node) OWN(?other)
        FILTER (STR(?node) < STR(?other))
        FILTER NOT EXISTS { ?node rdfs:subClassOf+ ?other }
        FILTER NOT EXISTS { ?other rdfs:subClassOf+ ?node }
        FILTER NOT EXISTS { ?node rdfs:subClassOf* ?x . ?other rdfs:subClassOf* ?y .
            { ?x owl:disjointWith ?y } UNION { ?y owl:disjointWith ?x } UNION
            { ?all a owl:AllDisjointClasses ; owl:members/rdf:rest*/rdf:first ?x, ?y
              FILTER (?x != ?y) } }""",
    ),
    Pitfall(
        "P11",
        "Missing domain or range in properties",
        f"""{_PROPERTY} OWN(?node) FILTER (
        !EXISTS {{ ?node rdfs:domain ?d }} || !EXISTS {{ ?node rdfs:range ?r }})""",
    ),
    Pitfall(
        "P12",
        "Equivalent properties not explicitly declared",
        f"""{_PROPERTY} ?other a ?kind . ?node {_LABEL} ?one . ?other {_LABEL} ?two .
        OWN(?node) OWN(?other)
        FILTER (STR(?node) < STR(?other) && LCASE(STR(?one)) = LCASE(STR(?two)))
        FILTER NOT EXISTS {{ ?node owl:equivalentProperty|^owl:equivalentProperty ?other }}""",
    ),
    Pitfall(
        "P13",
        "Inverse relationships not explicitly declared",
        """?node a owl:ObjectProperty . OWN(?node)
        FILTER NOT EXISTS { ?node owl:inverseOf|^owl:inverseOf ?other }
        FILTER NOT EXISTS { ?node a owl:SymmetricProperty }""",
        accepted=(
            "SPARQL and Cypher read every property backwards, and a declared inverse would double "
            "the closure of all assertions."
        ),
    ),
    Pitfall(
        "P19",
        "Defining multiple domains or ranges in properties",
        """VALUES ?side { rdfs:domain rdfs:range } ?node ?side ?one, ?other . OWN(?node)
        FILTER (STR(?one) < STR(?other))""",
    ),
    Pitfall(
        "P20",
        "Misusing ontology annotations",
        f"""?node {_LABEL} ?label ; skos:definition ?text . OWN(?node)
        FILTER (LCASE(STR(?label)) = LCASE(STR(?text)) || STRLEN(STR(?text)) = 0
            || STRLEN(STR(?label)) = 0 || STRENDS(STR(?label), "."))
        BIND (?label AS ?other)""",
    ),
    Pitfall(
        "P21",
        "Using a miscellaneous class",
        '?node a owl:Class . OWN(?node) FILTER REGEX(STR(?node), "[/#](Other|Misc|Various)")',
    ),
    Pitfall(
        "P22",
        "Using different naming conventions in the ontology",
        f"""{{ ?node a owl:Class . OWN(?node)
            FILTER (!REGEX(STR(?node), "[/#][A-Z][A-Za-z0-9]*$")) }} UNION
        {{ {_PROPERTY} OWN(?node) FILTER (!REGEX(STR(?node), "[/#][a-z][A-Za-z0-9]*$")) }}""",
    ),
    Pitfall(
        "P24",
        "Using recursive definitions",
        """?node (owl:equivalentClass|rdfs:subClassOf) ?expression . FILTER isBlank(?expression)
        ?expression (owl:intersectionOf|owl:unionOf|owl:complementOf|owl:someValuesFrom
            |owl:allValuesFrom|rdf:rest|rdf:first)+ ?node . FILTER isIRI(?node)""",
    ),
    Pitfall("P25", "Defining a relationship as inverse to itself", "?node owl:inverseOf ?node"),
    Pitfall(
        "P26",
        "Defining inverse relationships for a symmetric one",
        "?node a owl:SymmetricProperty ; owl:inverseOf|^owl:inverseOf ?other",
    ),
    Pitfall(
        "P27",
        "Defining wrong equivalent properties",
        """?node owl:equivalentProperty ?other .
        { VALUES (?one ?two) { (owl:ObjectProperty owl:DatatypeProperty)
                               (owl:DatatypeProperty owl:ObjectProperty) }
          ?node a ?one . ?other a ?two } UNION
        { VALUES ?side { rdfs:domain rdfs:range }
          ?node ?side ?one . ?other ?side ?two . FILTER (?one != ?two) }""",
    ),
    Pitfall(
        "P28",
        "Defining wrong symmetric relationships",
        """?node a owl:SymmetricProperty ; rdfs:domain ?one ; rdfs:range ?two .
        FILTER (?one != ?two)""",
    ),
    Pitfall(
        "P29",
        "Defining wrong transitive relationships",
        """?node a owl:TransitiveProperty ; rdfs:domain ?one ; rdfs:range ?two .
        FILTER (?one != ?two)""",
    ),
    Pitfall(
        "P30",
        "Equivalent classes not explicitly declared",
        f"""?node a owl:Class ; {_LABEL} ?one . ?other a owl:Class ; skos:altLabel ?two .
        FILTER (?node != ?other && LCASE(STR(?one)) = LCASE(STR(?two)))
        FILTER NOT EXISTS {{ ?node owl:equivalentClass|^owl:equivalentClass ?other }}""",
    ),
    Pitfall(
        "P31",
        "Defining wrong equivalent classes",
        """?node owl:equivalentClass ?other .
        { ?node owl:disjointWith|^owl:disjointWith ?other } UNION
        { ?node rdfs:subClassOf+ ?other } UNION { ?other rdfs:subClassOf+ ?node }""",
    ),
    Pitfall(
        "P32",
        "Several classes with the same label",
        f"""?node a owl:Class ; {_LABEL} ?one . ?other a owl:Class ; {_LABEL} ?two .
        FILTER (STR(?node) < STR(?other) && LCASE(STR(?one)) = LCASE(STR(?two)))""",
    ),
    Pitfall(
        "P33",
        "Creating a property chain with just one property",
        "?node owl:propertyChainAxiom ?chain . ?chain rdf:rest rdf:nil",
    ),
    Pitfall(
        "P34",
        "Untyped class",
        """{ ?x rdfs:subClassOf|rdfs:domain|rdfs:range|owl:disjointWith|a ?node } UNION
        { ?node rdfs:subClassOf ?x }
        OWN(?node) FILTER NOT EXISTS { ?node a owl:Class }""",
    ),
    Pitfall(
        "P35",
        "Untyped property",
        """{ ?s ?node ?o } UNION { ?node rdfs:domain|rdfs:range ?o } OWN(?node)
        FILTER NOT EXISTS { VALUES ?kind { owl:ObjectProperty owl:DatatypeProperty
            owl:AnnotationProperty } ?node a ?kind }""",
    ),
    Pitfall(
        "P36",
        "URI contains file extension",
        r"""?node a owl:Ontology . FILTER REGEX(STR(?node), "\\.(owl|rdf|ttl|n3|xml|jsonld)$")""",
    ),
    Pitfall(
        "P38",
        "No OWL ontology declaration",
        """?node rdfs:isDefinedBy ?other . FILTER NOT EXISTS { ?other a owl:Ontology }""",
    ),
    Pitfall(
        "P39",
        "Ambiguous namespace",
        """?node a owl:Ontology . FILTER (isBlank(?node) || !EXISTS {
        ?node vann:preferredNamespaceUri ?namespace })""",
    ),
    Pitfall(
        "P40",
        "Namespace hijacking",
        f"""{{ VALUES ?kind {{ owl:Class owl:ObjectProperty owl:DatatypeProperty }}
        ?node a ?kind }} UNION {{ ?node rdfs:subClassOf|rdfs:subPropertyOf|rdfs:domain|rdfs:range
            |owl:equivalentClass|owl:disjointWith ?other }}
        FILTER (isIRI(?node) && REGEX(STR(?node), "{_FOREIGN.replace(chr(92), chr(92) * 2)}"))""",
    ),
    Pitfall(
        "P41",
        "No license declared",
        "?node a owl:Ontology . FILTER NOT EXISTS { ?node dcterms:license ?other }",
    ),
)
"""What is looked for, in the order of the catalogue."""


def pitfalls(ontology: Graph | GraphStore, namespace: str = BASE) -> tuple[Violation, ...]:
    """The pitfalls of an rdflib graph or a store that are not accepted, by number and node.

    The ontology's own terms are those below `namespace`. A message begins with the number and the
    title of the catalogue.
    """
    ask = asker(ontology)
    return tuple(
        violation
        for pitfall in PITFALLS
        if not pitfall.accepted
        for violation in find(pitfall, ask, namespace)
    )


def find(pitfall: Pitfall, ask: Ask, namespace: str = BASE) -> tuple[Violation, ...]:
    """Where a graph has one pitfall, by node."""
    own = rf'FILTER (isIRI(\1) && STRSTARTS(STR(\1), "{namespace}"))'
    pattern = re.sub(r"OWN\((\?\w+)\)", own, pitfall.pattern)
    return tuple(sorted(set(_violations(pitfall, ask, pattern)), key=_order))


def _violations(pitfall: Pitfall, ask: Ask, pattern: str) -> Iterator[Violation]:
    for row in ask(pattern):
        other = f" ({row['other']})" if "other" in row else ""
        yield Violation(row["node"], f"{pitfall.number}, {pitfall.title.lower()}{other}.")


def _order(violation: Violation) -> tuple[str, str]:
    return violation.node, violation.message
