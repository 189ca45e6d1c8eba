"""An explanation as RDF: PROV-O, SOSA, Web Annotation and Onyx in one named graph."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from emograph.errors import KnowledgeError
from emograph.kg import terms

if TYPE_CHECKING:
    from rdflib import Dataset

_SCHEMA = "emograph.explanation/1"
_STAGES = ("perception", "alignment", "reasoning")


def explanation_iri(document: Mapping[str, Any]) -> str:
    """The IRI of an explanation and of its named graph; the same document has the same one."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return terms.BASE + "explanation/" + hashlib.sha256(text.encode()).hexdigest()[:32]


def image_iri(sha256: str) -> str:
    """The IRI of an image, the same for all its copies."""
    return terms.BASE + "image/" + sha256


def explanation_graph(document: Mapping[str, Any]) -> Dataset:
    """An rdflib dataset with the explanation in one named graph, `explanation_iri(document)`.

    `document` is what ``to_dict()`` of an explanation gives. One activity per stage, each informed
    by the one before; one observation per cue, with an annotation of the image's region where it
    has one; one emotion set for the result and for each vote. Raises `KnowledgeError` where the
    document is of another format or lacks a field.
    """
    if document.get("schema") != _SCHEMA:
        raise KnowledgeError(
            f"The document is of the format {document.get('schema')!r}, not {_SCHEMA!r}.",
            "Give a document that this version of emograph made.",
        )
    try:
        return _Writer(document).dataset()
    except (KeyError, TypeError) as problem:
        raise KnowledgeError(
            f"The explanation document lacks a field or has a wrong one ({problem!r}).",
            "Give a document that its JSON Schema accepts.",
        ) from problem


class _Writer:
    """Writes one document; every node is named below the IRI of the explanation."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        from rdflib import Dataset, Namespace, URIRef
        from rdflib.namespace import PROV, SDO, SOSA

        self.document = document
        self.base = explanation_iri(document)
        self.this = URIRef(self.base)
        self.image = URIRef(image_iri(document["image"]["sha256"]))
        self.emo = Namespace(terms.EMO)
        self.oa = Namespace("http://www.w3.org/ns/oa#")
        self.onyx = Namespace("http://www.gsi.dit.upm.es/ontologies/onyx/ns#")
        self.result = Dataset()
        self.graph = self.result.graph(self.this)
        prefixes = {"emo": self.emo, "oa": self.oa, "onyx": self.onyx, "prov": PROV, "sosa": SOSA}
        for prefix, namespace in {**prefixes, "schema": SDO}.items():
            self.result.bind(prefix, namespace)

    def dataset(self) -> Dataset:
        self._image()
        self._activities()
        for cue in self.document["cues"]:
            self._observation(cue)
        self._contributions()
        self._explanation()
        return self.result

    def _node(self, *path: str) -> Any:
        from rdflib import URIRef

        return URIRef(self.base + "#" + "/".join(quote(part, safe="") for part in path))

    def _add(self, subject: Any, *pairs: tuple[Any, Any]) -> None:
        from rdflib import Literal
        from rdflib.term import Node

        for predicate, value in pairs:
            node = value if isinstance(value, Node) else Literal(value)
            self.graph.add((subject, predicate, node))

    def _image(self) -> None:
        from rdflib.namespace import PROV, RDF, SDO

        image = self.document["image"]
        self._add(
            self.image,
            (RDF.type, PROV.Entity),
            (RDF.type, SDO.ImageObject),
            (SDO.identifier, image["source"]),
            (SDO.sha256, image["sha256"]),
            (SDO.width, image["width"]),
            (SDO.height, image["height"]),
        )

    def _activities(self) -> None:
        from rdflib import URIRef
        from rdflib.namespace import PROV, RDF, SDO

        agents = []
        for name, version in sorted(self.document["versions"].items()):
            agent = URIRef(f"{terms.BASE}software/{quote(name, safe='')}/{quote(version, safe='')}")
            agents.append(agent)
            self._add(
                agent,
                (RDF.type, PROV.SoftwareAgent),
                (SDO.name, name),
                (SDO.softwareVersion, version),
            )
        for number, stage in enumerate(_STAGES):
            activity = self._node(stage)
            self._add(activity, (RDF.type, PROV.Activity))
            self._add(activity, *((PROV.wasAssociatedWith, agent) for agent in agents))
            if number:
                self._add(activity, (PROV.wasInformedBy, self._node(_STAGES[number - 1])))
            if stage in self.document["timings_ms"]:
                took = float(self.document["timings_ms"][stage])
                self._add(activity, (self.emo.milliseconds, took))
        self._add(self._node("perception"), (PROV.used, self.image))
        steps = [step for path in self.document["paths"] for step in path["steps"]]
        used = {URIRef(step["id"]) for step in steps if step["type"] in ("concept", "appraisal")}
        self._add(self._node("reasoning"), *((PROV.used, node) for node in sorted(used)))

    def _observation(self, cue: Mapping[str, Any]) -> None:
        from rdflib import URIRef
        from rdflib.namespace import PROV, RDF, RDFS, SOSA

        observation = self._node("cue", cue["id"])
        sensor = URIRef(terms.BASE + "detector/" + quote(cue["detector"], safe=""))
        self._add(sensor, (RDF.type, SOSA.Sensor), (RDFS.label, cue["detector"]))
        self._add(
            observation,
            (RDF.type, SOSA.Observation),
            (RDF.type, PROV.Entity),
            (SOSA.madeBySensor, sensor),
            (SOSA.hasFeatureOfInterest, self.image),
            (SOSA.observedProperty, URIRef(terms.kind(cue["kind"]))),
            (SOSA.hasSimpleResult, cue["label"]),
            (self.emo.confidence, float(cue["confidence"])),
            (PROV.wasGeneratedBy, self._node("perception")),
            (PROV.wasDerivedFrom, self.image),
        )
        if cue["concept"] is not None or cue["region"] is not None:
            self._annotation(cue, observation)

    def _annotation(self, cue: Mapping[str, Any], observation: Any) -> None:
        from rdflib import URIRef
        from rdflib.namespace import DCTERMS, PROV, RDF

        annotation = self._node("annotation", cue["id"])
        self._add(
            annotation,
            (RDF.type, self.oa.Annotation),
            (self.oa.motivatedBy, self.oa.identifying),
            (PROV.wasDerivedFrom, observation),
            (PROV.wasGeneratedBy, self._node("alignment")),
        )
        if cue["concept"] is not None:
            self._add(annotation, (self.oa.hasBody, URIRef(cue["concept"])))
        if cue["region"] is None:
            self._add(annotation, (self.oa.hasTarget, self.image))
            return
        box = ",".join(f"{cue['region'][side]:g}" for side in "xywh")
        target, selector = self._node("target", cue["id"]), self._node("region", cue["id"])
        self._add(annotation, (self.oa.hasTarget, target))
        self._add(
            target,
            (RDF.type, self.oa.SpecificResource),
            (self.oa.hasSource, self.image),
            (self.oa.hasSelector, selector),
        )
        self._add(
            selector,
            (RDF.type, self.oa.FragmentSelector),
            (DCTERMS.conformsTo, URIRef("http://www.w3.org/TR/media-frags/")),
            (RDF.value, f"xywh=pixel:{box}"),
        )

    def _contributions(self) -> None:
        from rdflib.namespace import PROV, RDF

        for item in self.document["contributions"]:
            self._add(
                self._node("contribution", item["cue"], item["emotion"]),
                (RDF.type, self.emo.Contribution),
                (self.emo.cue, self._node("cue", item["cue"])),
                (self.emo.contributesTo, self._emotion(item["emotion"])),
                (self.emo.logOdds, float(item["log_odds"])),
                (PROV.wasGeneratedBy, self._node("reasoning")),
            )

    def _explanation(self) -> None:
        from rdflib.namespace import DCTERMS, PROV, RDF

        document = self.document
        self._add(
            self.this,
            (RDF.type, self.emo.Explanation),
            (PROV.wasDerivedFrom, self.image),
            (PROV.wasGeneratedBy, self._node("reasoning")),
            (self.emo.imageValence, float(document["valence"])),
            (self.emo.imageArousal, float(document["arousal"])),
            (self.emo.unknownShare, float(document["unknown_share"])),
            (self.onyx.hasEmotionSet, self._emotion_set("emotions", document["emotions"])),
            *((DCTERMS.description, sentence) for sentence in document["why"]),
        )
        for name, distribution in sorted(document["votes"].items()):
            vote = self._emotion_set(f"vote-{name}", distribution)
            self._add(self.this, (self.emo.vote, vote))
            self._add(self._node("emotions"), (PROV.wasDerivedFrom, vote))
            if name in document["gate"]:
                self._add(vote, (self.emo.gateWeight, float(document["gate"][name])))

    def _emotion_set(self, name: str, distribution: Mapping[str, float]) -> Any:
        from rdflib.namespace import PROV, RDF

        node = self._node(name)
        self._add(
            node,
            (RDF.type, self.onyx.EmotionSet),
            (RDF.type, PROV.Entity),
            (self.onyx.describesObject, self.image),
            (PROV.wasGeneratedBy, self._node("reasoning")),
        )
        for label, probability in distribution.items():
            emotion = self._node(name, label)
            self._add(node, (self.onyx.hasEmotion, emotion))
            self._add(
                emotion,
                (RDF.type, self.onyx.Emotion),
                (self.onyx.hasEmotionCategory, self._emotion(label)),
                (self.onyx.hasEmotionIntensity, float(probability)),
            )
        return node

    def _emotion(self, label: str) -> Any:
        from rdflib import URIRef

        return URIRef(terms.emotion(self.document["scheme"], label))
