"""An explanation as RDF: PROV-O, SOSA, Web Annotation and Onyx in one named graph."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode, Quad, Store, Triple

from emograph.errors import KnowledgeError
from emograph.kg import terms

if TYPE_CHECKING:
    from rdflib import Dataset

FAINT = 0.04
"""A contribution of fewer log-odds is no node of its own: alone it moves no probability by a point,
for the slope of the logistic function is 1/4 at most."""

NAMESPACES: Mapping[str, str] = {
    "emo": terms.EMO,
    "oa": "http://www.w3.org/ns/oa#",
    "onyx": "http://www.gsi.dit.upm.es/ontologies/onyx/ns#",
    "prov": "http://www.w3.org/ns/prov#",
    "sosa": "http://www.w3.org/ns/sosa/",
    "schema": "https://schema.org/",
    "dcterms": terms.DCTERMS,
    "rdf": terms.RDF,
    "rdfs": terms.RDFS,
}
"""The vocabularies that an explanation is written in, by prefix."""

_SCHEMA = "emograph.explanation/1"
_STAGES = ("perception", "alignment", "reasoning")
_MEDIA_FRAGMENTS = NamedNode("http://www.w3.org/TR/media-frags/")


def explanation_iri(document: Mapping[str, Any]) -> str:
    """The IRI of an explanation and of its named graph; see `observation_iri`."""
    sha256, scheme = document["image"]["sha256"], document["scheme"]
    without, as_if = document.get("without", ()), document.get("as_if", {})
    return observation_iri(sha256, scheme, document["versions"], without, as_if)


def observation_iri(
    sha256: str,
    scheme: str,
    versions: Mapping[str, str],
    without: Sequence[str] = (),
    as_if: Mapping[str, float] = MappingProxyType({}),
) -> str:
    """The IRI of the explanation of an image in a scheme by these versions.

    It is known before the image is explained, and the same however often that is done. `without`
    holds the ids of the cues that a counterfactual leaves out, `as_if` the confidences that it has
    instead of what was seen.
    """
    identity: list[Any] = [sha256, scheme, sorted(versions.items()), sorted(without)]
    if as_if:
        identity.append(sorted(as_if.items()))
    text = json.dumps(identity, separators=(",", ":"))
    return terms.BASE + "explanation/" + hashlib.sha256(text.encode()).hexdigest()[:32]


def image_iri(sha256: str) -> str:
    """The IRI of an image, the same for all its copies."""
    return terms.BASE + "image/" + sha256


def explanation_triples(document: Mapping[str, Any]) -> list[Triple]:
    """The triples of an explanation; they belong into the named graph `explanation_iri(document)`.

    `document` is what ``to_dict()`` of an explanation gives. One activity per stage, each informed
    by the one before; one observation per cue, with an annotation of the image's region where it
    has one; one emotion set for the result and for each vote. Contributions of at least `FAINT`
    name their cue; one for each emotion, without a cue, adds up the prior and all fainter ones, so
    that the contributions to an emotion still add up to its log-odds. Raises `KnowledgeError` where
    the document is of another format or lacks a field.
    """
    if document.get("schema") != _SCHEMA:
        raise KnowledgeError(
            f"The document is of the format {document.get('schema')!r}, not {_SCHEMA!r}.",
            "Give a document that this version of emograph made.",
        )
    try:
        return list(dict.fromkeys(_Writer(document).triples()))
    except (AttributeError, KeyError, TypeError, ValueError) as problem:
        raise KnowledgeError(
            f"The explanation document lacks a field or has a wrong one ({problem!r}).",
            "Give a document that its JSON Schema accepts.",
        ) from problem


def explanation_graph(document: Mapping[str, Any]) -> Dataset:
    """An rdflib dataset with the `explanation_triples` in their named graph."""
    from oxrdflib import OxigraphStore
    from rdflib import Dataset

    triples = explanation_triples(document)
    name = NamedNode(explanation_iri(document))
    store = Store()
    store.extend(Quad(t.subject, t.predicate, t.object, name) for t in triples)
    dataset = Dataset(store=OxigraphStore(store=store))
    for prefix, namespace in NAMESPACES.items():
        dataset.bind(prefix, namespace)
    return dataset


@lru_cache(4096)
def _quoted(part: str) -> str:
    return quote(part, safe="")


@cache
def _term(prefixed: str) -> NamedNode:
    prefix, _, name = prefixed.partition(":")
    return NamedNode(NAMESPACES[prefix] + name)


_A = _term("rdf:type")
_Object = NamedNode | Literal


class _Writer:
    """Writes one document; every node is named below the IRI of the explanation."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.base = explanation_iri(document)
        self.this = NamedNode(self.base)
        self.image = NamedNode(image_iri(document["image"]["sha256"]))
        self.perception, self.alignment, self.reasoning = map(self._node, _STAGES)
        self.emotions = {
            label: NamedNode(terms.emotion(document["scheme"], label))
            for label in document["emotions"]
        }

    def triples(self) -> Iterator[Triple]:
        yield from self._image()
        yield from self._activities()
        for cue in self.document["cues"]:
            yield from self._observation(cue)
        yield from self._contributions()
        yield from self._explanation()

    def _node(self, *path: str) -> NamedNode:
        return NamedNode(self.base + "#" + "/".join(map(_quoted, path)))

    def _image(self) -> Iterator[Triple]:
        image = self.document["image"]
        yield from _about(
            self.image,
            (_A, _term("prov:Entity")),
            (_A, _term("schema:ImageObject")),
            (_term("schema:identifier"), Literal(str(image["source"]))),
            (_term("schema:sha256"), Literal(image["sha256"])),
            (_term("schema:width"), Literal(int(image["width"]))),
            (_term("schema:height"), Literal(int(image["height"]))),
        )

    def _activities(self) -> Iterator[Triple]:
        agents = []
        for name, version in sorted(self.document["versions"].items()):
            agent = f"{terms.BASE}software/{quote(name, safe='')}/{quote(version, safe='')}"
            agents.append(NamedNode(agent))
            yield from _about(
                agents[-1],
                (_A, _term("prov:SoftwareAgent")),
                (_term("schema:name"), Literal(name)),
                (_term("schema:softwareVersion"), Literal(version)),
            )
        before = None
        for stage in _STAGES:
            activity = self._node(stage)
            yield Triple(activity, _A, _term("prov:Activity"))
            for agent_node in agents:
                yield Triple(activity, _term("prov:wasAssociatedWith"), agent_node)
            if before:
                yield Triple(activity, _term("prov:wasInformedBy"), before)
            if stage in self.document["timings_ms"]:
                took = Literal(float(self.document["timings_ms"][stage]))
                yield Triple(activity, _term("emo:milliseconds"), took)
            before = activity
        yield Triple(self.perception, _term("prov:used"), self.image)
        scheme = NamedNode(terms.scheme(self.document["scheme"]))
        yield Triple(self.reasoning, _A, _term("onyx:EmotionAnalysis"))
        yield Triple(self.reasoning, _term("onyx:usesEmotionModel"), scheme)
        steps = [step for path in self.document["paths"] for step in path["steps"]]
        for used in sorted({s["id"] for s in steps if s["type"] in ("concept", "appraisal")}):
            yield Triple(self.reasoning, _term("prov:used"), NamedNode(used))

    def _observation(self, cue: Mapping[str, Any]) -> Iterator[Triple]:
        observation = self._node("cue", cue["id"])
        sensor = NamedNode(terms.BASE + "detector/" + quote(cue["detector"], safe=""))
        yield Triple(sensor, _A, _term("sosa:Sensor"))
        yield Triple(sensor, _term("rdfs:label"), Literal(cue["detector"]))
        yield from _about(
            observation,
            (_A, _term("sosa:Observation")),
            (_A, _term("prov:Entity")),
            (_term("sosa:madeBySensor"), sensor),
            (_term("sosa:hasFeatureOfInterest"), self.image),
            (_term("sosa:observedProperty"), NamedNode(terms.kind(cue["kind"]))),
            (_term("sosa:hasSimpleResult"), Literal(cue["label"])),
            (_term("emo:confidence"), Literal(float(cue["confidence"]))),
            (_term("prov:wasGeneratedBy"), self.perception),
            (_term("prov:wasDerivedFrom"), self.image),
        )
        if cue["concept"] is not None or cue["region"] is not None:
            yield from self._annotation(cue, observation)

    def _annotation(self, cue: Mapping[str, Any], observation: NamedNode) -> Iterator[Triple]:
        annotation = self._node("annotation", cue["id"])
        yield from _about(
            annotation,
            (_A, _term("oa:Annotation")),
            (_term("oa:motivatedBy"), _term("oa:identifying")),
            (_term("prov:wasDerivedFrom"), observation),
            (_term("prov:wasGeneratedBy"), self.alignment),
        )
        if cue["concept"] is not None:
            yield Triple(annotation, _term("oa:hasBody"), NamedNode(cue["concept"]))
        if cue["region"] is None:
            yield Triple(annotation, _term("oa:hasTarget"), self.image)
            return
        box = ",".join(f"{cue['region'][side]:g}" for side in "xywh")
        target, selector = self._node("target", cue["id"]), self._node("region", cue["id"])
        yield Triple(annotation, _term("oa:hasTarget"), target)
        yield from _about(
            target,
            (_A, _term("oa:SpecificResource")),
            (_term("oa:hasSource"), self.image),
            (_term("oa:hasSelector"), selector),
        )
        yield from _about(
            selector,
            (_A, _term("oa:FragmentSelector")),
            (_term("dcterms:conformsTo"), _MEDIA_FRAGMENTS),
            (_term("rdf:value"), Literal(f"xywh=pixel:{box}")),
        )

    def _contributions(self) -> Iterator[Triple]:
        rest: defaultdict[str, float] = defaultdict(float, self.document["prior"])
        for item in self.document["contributions"]:
            if abs(item["log_odds"]) < FAINT:
                rest[item["emotion"]] += item["log_odds"]
                continue
            node = self._node("contribution", item["cue"], item["emotion"])
            yield Triple(node, _term("emo:cue"), self._node("cue", item["cue"]))
            yield from self._contribution(node, item["emotion"], item["log_odds"])
        for label, log_odds in rest.items():
            yield from self._contribution(self._node("rest", label), label, log_odds)

    def _contribution(self, node: NamedNode, label: str, log_odds: float) -> Iterator[Triple]:
        yield from _about(
            node,
            (_A, _term("emo:Contribution")),
            (_term("emo:contributesTo"), self.emotions[label]),
            (_term("emo:logOdds"), Literal(float(log_odds))),
        )

    def _explanation(self) -> Iterator[Triple]:
        document = self.document
        result = self._node("emotions")
        yield from _about(
            self.this,
            (_A, _term("emo:Explanation")),
            (_term("prov:wasDerivedFrom"), self.image),
            (_term("prov:wasGeneratedBy"), self.reasoning),
            (_term("emo:imageValence"), Literal(float(document["valence"]))),
            (_term("emo:imageArousal"), Literal(float(document["arousal"]))),
            (_term("emo:unknownShare"), Literal(float(document["unknown_share"]))),
            (_term("onyx:hasEmotionSet"), result),
            *((_term("dcterms:description"), Literal(sentence)) for sentence in document["why"]),
        )
        yield from self._emotion_set("emotions", document["emotions"])
        for name, distribution in sorted(document["votes"].items()):
            vote = self._node(f"vote-{name}")
            yield from self._emotion_set(f"vote-{name}", distribution)
            yield Triple(self.this, _term("emo:vote"), vote)
            yield Triple(result, _term("prov:wasDerivedFrom"), vote)
            if name in document["gate"]:
                weight = Literal(float(document["gate"][name]))
                yield Triple(vote, _term("emo:gateWeight"), weight)

    def _emotion_set(self, name: str, distribution: Mapping[str, float]) -> Iterator[Triple]:
        node = self._node(name)
        yield from _about(
            node,
            (_A, _term("onyx:EmotionSet")),
            (_A, _term("prov:Entity")),
            (_term("onyx:describesObject"), self.image),
            (_term("prov:wasGeneratedBy"), self.reasoning),
        )
        for label, probability in distribution.items():
            emotion = self._node(name, label)
            yield Triple(node, _term("onyx:hasEmotion"), emotion)
            yield from _about(
                emotion,
                (_A, _term("onyx:Emotion")),
                (_term("onyx:hasEmotionCategory"), self.emotions[label]),
                (_term("onyx:hasEmotionIntensity"), Literal(float(probability))),
            )


def _about(subject: NamedNode, *pairs: tuple[NamedNode, _Object]) -> Iterator[Triple]:
    return (Triple(subject, predicate, value) for predicate, value in pairs)
