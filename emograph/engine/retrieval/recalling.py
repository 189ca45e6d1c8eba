"""Reads back from a store what an index needs to know of an explanation; but for the vector."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Quad

from emograph.engine.perception.detector import Array
from emograph.engine.retrieval.entry import Entry, Fact
from emograph.errors import KnowledgeError
from emograph.kg import terms
from emograph.kg.provenance import NAMESPACES
from emograph.kg.stores import GraphStore

_CURRENT = """
SELECT ?explanation WHERE {
  ?explanation a emo:Explanation .
  FILTER NOT EXISTS { ?newer prov:wasRevisionOf ?explanation }
} ORDER BY ?explanation
"""


@dataclass(frozen=True, slots=True)
class Recalled:
    """An explanation that is kept: as an `Entry`, but without vector and thumbnail."""

    explanation: str
    source: str
    sha256: str
    scheme: str
    emotions: dict[str, float]
    valence: float
    arousal: float
    encoder: str
    cues: tuple[Fact, ...]

    def entry(self, vector: Array, thumbnail: bytes) -> Entry:
        """The entry with what was read from the image's file."""
        return Entry(
            explanation=self.explanation,
            source=self.source,
            sha256=self.sha256,
            scheme=self.scheme,
            emotions=self.emotions,
            valence=self.valence,
            arousal=self.arousal,
            vector=vector,
            encoder=self.encoder,
            cues=self.cues,
            thumbnail=thumbnail,
        )


def current_explanations(store: GraphStore) -> list[str]:
    """The IRIs of the kept explanations that no newer one has taken the place of."""
    return [str(iri) for (iri,) in store.query(_CURRENT, NAMESPACES).rows]


def recall(store: GraphStore, iri: str) -> Recalled:
    """Read one explanation; raises `KnowledgeError` where its graph is not one."""
    about = _About(store.quads(iri))
    try:
        return _recalled(iri, about)
    except (IndexError, ValueError) as problem:
        raise KnowledgeError(
            f"What is kept as {iri} is no whole explanation.", "Annotate the image again."
        ) from problem


class _About:
    """What a graph says: values by subject and predicate."""

    def __init__(self, quads: Iterable[Quad]) -> None:
        self.values: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        self.subjects: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for quad in quads:
            self._note(quad)

    def _note(self, quad: Quad) -> None:
        subject, predicate, value = _text(quad.subject), quad.predicate.value, _text(quad.object)
        self.values[subject, predicate].append(value)
        self.subjects[predicate, value].append(subject)

    def one(self, subject: str, name: str) -> str:
        return self.values[subject, _name(name)][0]

    def all(self, subject: str, name: str) -> list[str]:
        return self.values[subject, _name(name)]

    def having(self, name: str, value: str) -> list[str]:
        return self.subjects[_name(name), value]


def _recalled(iri: str, about: _About) -> Recalled:
    image = about.one(iri, "prov:wasDerivedFrom")
    scheme = about.one(about.one(iri, "prov:wasGeneratedBy"), "onyx:usesEmotionModel")
    felt = about.one(iri, "onyx:hasEmotionSet")
    emotions = {
        about.one(node, "onyx:hasEmotionCategory").removeprefix(scheme + "/"): float(
            about.one(node, "onyx:hasEmotionIntensity")
        )
        for node in about.all(felt, "onyx:hasEmotion")
    }
    encoder = about.having("schema:name", "encoder")[0]
    cues = (
        _fact(about, node) for node in about.having("rdf:type", NAMESPACES["sosa"] + "Observation")
    )
    return Recalled(
        explanation=iri,
        source=about.one(image, "schema:identifier"),
        sha256=about.one(image, "schema:sha256"),
        scheme=scheme.removeprefix(terms.scheme("")),
        emotions=dict(sorted(emotions.items())),
        valence=float(about.one(iri, "emo:imageValence")),
        arousal=float(about.one(iri, "emo:imageArousal")),
        encoder=about.one(encoder, "schema:softwareVersion"),
        cues=tuple(sorted(cues, key=lambda fact: (-fact.confidence, fact.label, fact.kind))),
    )


def _fact(about: _About, node: str) -> Fact:
    concept = [
        body
        for annotation in about.having("prov:wasDerivedFrom", node)
        for body in about.all(annotation, "oa:hasBody")
    ]
    return Fact(
        concept=concept[0] if concept else None,
        label=about.one(node, "sosa:hasSimpleResult"),
        kind=about.one(node, "sosa:observedProperty").removeprefix(terms.kind("")),
        confidence=float(about.one(node, "emo:confidence")),
    )


def _text(term: object) -> str:
    """The IRI of a node, or what a literal says."""
    return str(term.value) if isinstance(term, NamedNode | Literal) else str(term)


def _name(prefixed: str) -> str:
    prefix, _, name = prefixed.partition(":")
    return NAMESPACES[prefix] + name
