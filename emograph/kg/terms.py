"""The names of the graph: namespaces, and the IRIs of concepts, emotions, associations."""

from __future__ import annotations

import re
from collections.abc import Mapping

BASE = "https://w3id.org/emograph/"
EMO = BASE + "ontology#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
XSD = "http://www.w3.org/2001/XMLSchema#"
DCTERMS = "http://purl.org/dc/terms/"

PREFIXES: Mapping[str, str] = {
    "emo": EMO,
    "emograph": BASE,
    "wn": BASE + "concept/wn/",
    "scene": BASE + "concept/scene/",
    "object": BASE + "concept/object/",
    "action": BASE + "concept/action/",
    "attribute": BASE + "concept/attribute/",
    "disaster": BASE + "pack/disaster/",
    "art": BASE + "pack/art/",
    "people": BASE + "concept/people/",
    "expression": BASE + "concept/facial_expression/",
    "scheme": BASE + "emotion/",
    "mikels": BASE + "emotion/mikels/",
    "ekman": BASE + "emotion/ekman/",
    "plutchik": BASE + "emotion/plutchik/",
    "occ": BASE + "emotion/occ/",
    "goemotions": BASE + "emotion/goemotions/",
    "dyad": BASE + "dyad/",
    "focus": BASE + "focus/",
    "appraisal": BASE + "appraisal/",
    "kind": BASE + "kind/",
    "vocabulary": BASE + "vocabulary/",
    "source": BASE + "source/",
    "skos": SKOS,
    "rdf": RDF,
    "rdfs": RDFS,
    "owl": OWL,
    "xsd": XSD,
    "dcterms": DCTERMS,
}
"""What queries may write short; the graph declares them for every query."""


def slug(label: str) -> str:
    """A label as the last part of an IRI: lower case, everything but letters, digits, dots `_`.

    >>> slug("Kitchen & dining room table"), slug("0.3"), slug("boxing ")
    ('kitchen_dining_room_table', '0.3', 'boxing')
    """
    return re.sub(r"[^a-z0-9.]+", "_", label.lower()).strip("_.")


def concept(*path: str) -> str:
    """The IRI of a concept.

    >>> concept("object", "dog")
    'https://w3id.org/emograph/concept/object/dog'
    """
    return BASE + "concept/" + "/".join(path)


def synset(id: str) -> str:
    """The IRI of the concept of a WordNet 3.0 synset, such as ``02084071-n``."""
    return concept("wn", id)


def scheme(name: str) -> str:
    """The IRI of an emotion scheme, such as ``mikels``."""
    return BASE + "emotion/" + name


def emotion(scheme_name: str, label: str) -> str:
    """The IRI of an emotion of a scheme.

    >>> emotion("mikels", "awe")
    'https://w3id.org/emograph/emotion/mikels/awe'
    """
    return scheme(scheme_name) + "/" + label


def kind(name: str) -> str:
    """The IRI of a kind of cue, such as ``facial_expression``."""
    return BASE + "kind/" + name


def vocabulary(name: str) -> str:
    """The IRI of a vocabulary of labels, such as ``emoset``."""
    return BASE + "vocabulary/" + name


def source(name: str) -> str:
    """The IRI of where knowledge comes from, such as ``wordnet``."""
    return BASE + "source/" + name


def association(source_name: str, subject: str, label: str) -> str:
    """The IRI of an association of a source, from a concept's IRI to an emotion's label.

    >>> association("emoset", concept("object", "dog"), "amusement")
    'https://w3id.org/emograph/association/emoset/object/dog/amusement'
    """
    return f"{BASE}association/{source_name}/{subject.removeprefix(BASE + 'concept/')}/{label}"


def graph(name: str) -> str:
    """The IRI of the named graph that holds a file, such as ``concepts`` for ``concepts.ttl``."""
    return BASE + "graph/" + name


def pack_graph(name: str) -> str:
    """The IRI of the named graph that holds a pack, such as ``disaster``."""
    return graph("pack/" + name)
