"""An explanation as RDF, and back through every syntax."""

from __future__ import annotations

from typing import Any

import pytest
from rdflib import RDF, Dataset, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import PROV, SOSA

from emograph.errors import KnowledgeError
from emograph.kg import terms
from emograph.kg.provenance import (
    FAINT,
    explanation_graph,
    explanation_iri,
    image_iri,
    observation_iri,
)

EMO = Namespace(terms.EMO)
OA = Namespace("http://www.w3.org/ns/oa#")
ONYX = Namespace("http://www.gsi.dit.upm.es/ontologies/onyx/ns#")
DOG = terms.concept("object", "dog")


@pytest.fixture
def document() -> dict[str, Any]:
    even = dict.fromkeys(("amusement", "awe"), 0.5)
    return {
        "schema": "emograph.explanation/1",
        "image": {"source": "a <dog>.jpg", "sha256": "0" * 64, "width": 320, "height": 240},
        "scheme": "mikels",
        "emotions": {"amusement": 0.75, "awe": 0.25},
        "valence": 0.5,
        "arousal": -0.25,
        "cues": [
            {
                "id": "object:dog",
                "kind": "object",
                "label": "dog",
                "confidence": 0.875,
                "region": {"x": 10, "y": 20.5, "w": 30, "h": 40},
                "detector": "image classes",
                "concept": DOG,
            },
            {
                "id": "text:'é /#1'",
                "kind": "text",
                "label": 'a "sign"\nof two lines',
                "confidence": 1,
                "region": None,
                "detector": "ocr",
                "concept": None,
            },
        ],
        "prior": {"amusement": 0.0, "awe": 0.0},
        "contributions": [{"cue": "object:dog", "emotion": "amusement", "log_odds": 0.5}],
        "paths": [
            {
                "steps": [
                    {"type": "cue", "id": "object:dog", "label": "dog"},
                    {"type": "concept", "id": DOG, "label": "dog"},
                    {
                        "type": "emotion",
                        "id": terms.emotion("mikels", "amusement"),
                        "label": "amusement",
                    },
                ]
            }
        ],
        "why": ["The dog speaks for amusement."],
        "unknown_share": 0.125,
        "votes": {"graph": even, "student": even},
        "gate": {"graph": 0.25, "student": 0.75},
        "notes": [],
        "timings_ms": {"perception": 12.5, "reasoning": 0.5},
        "versions": {"emograph": "0.1.0", "graph": "abc"},
    }


def test_all_is_in_one_named_graph(document: dict[str, Any]) -> None:
    dataset = explanation_graph(document)
    name = URIRef(explanation_iri(document))
    assert {context for *_, context in dataset.quads()} == {name}
    assert (name, RDF.type, EMO.Explanation) in dataset.graph(name)


def test_image_scheme_and_versions_make_the_name(document: dict[str, Any]) -> None:
    name = explanation_iri(document)
    slower = {**document, "timings_ms": {"perception": 99.0}, "why": []}
    assert explanation_iri(dict(reversed(slower.items()))) == name
    assert observation_iri("0" * 64, "mikels", document["versions"]) == name
    others = (
        {"image": {**document["image"], "sha256": "1" * 64}},
        {"scheme": "ekman"},
        {"versions": {**document["versions"], "graph": "abd"}},
        {"without": ["object:dog"]},
    )
    names = {explanation_iri({**document, **other}) for other in others}
    assert len(names) == len(others)
    assert name not in names


def test_contributions_add_up_though_faint_ones_are_not_told_apart(
    document: dict[str, Any],
) -> None:
    document["prior"] = {"amusement": 0.25, "awe": -0.25}
    text = document["cues"][1]["id"]
    document["contributions"] += [
        {"cue": "object:dog", "emotion": "awe", "log_odds": FAINT / 2},
        {"cue": text, "emotion": "awe", "log_odds": -FAINT / 4},
        {"cue": text, "emotion": "amusement", "log_odds": -FAINT},
    ]
    graph = _graph(document)
    for label, prior in document["prior"].items():
        contributions = set(graph.subjects(EMO.contributesTo, _emotion(label)))
        added = sum(float(str(graph.value(node, EMO.logOdds))) for node in contributions)
        given = [c["log_odds"] for c in document["contributions"] if c["emotion"] == label]
        assert added == pytest.approx(prior + sum(given))
        named = [node for node in contributions if graph.value(node, EMO.cue)]
        assert len(named) == sum(abs(log_odds) >= FAINT for log_odds in given)


@pytest.mark.parametrize("syntax", ["nquads", "trig", "json-ld"])
def test_survives_writing_and_reading(document: dict[str, Any], syntax: str) -> None:
    dataset = explanation_graph(document)
    again = Dataset()
    again.parse(data=dataset.serialize(format=syntax), format=syntax)
    name = URIRef(explanation_iri(document))
    assert isomorphic(again.graph(name), dataset.graph(name))


def test_stages_follow_each_other(document: dict[str, Any]) -> None:
    graph = _graph(document)
    base = explanation_iri(document)
    perception, alignment, reasoning = (
        URIRef(f"{base}#{stage}") for stage in ("perception", "alignment", "reasoning")
    )
    assert (alignment, PROV.wasInformedBy, perception) in graph
    assert (reasoning, PROV.wasInformedBy, alignment) in graph
    assert (URIRef(base), PROV.wasDerivedFrom, URIRef(image_iri("0" * 64))) in graph
    assert (reasoning, PROV.used, URIRef(DOG)) in graph
    assert graph.value(perception, EMO.milliseconds) == Literal(12.5)
    assert graph.value(alignment, EMO.milliseconds) is None


def test_cues_are_observations_of_detectors(document: dict[str, Any]) -> None:
    graph = _graph(document)
    observations = set(graph.subjects(RDF.type, SOSA.Observation))
    assert {str(graph.value(node, SOSA.hasSimpleResult)) for node in observations} == {
        cue["label"] for cue in document["cues"]
    }
    assert all(graph.value(node, SOSA.madeBySensor) for node in observations)


def test_a_region_is_a_fragment_of_the_image(document: dict[str, Any]) -> None:
    graph = _graph(document)
    [selector] = graph.subjects(RDF.type, OA.FragmentSelector)
    assert str(graph.value(selector, RDF.value)) == "xywh=pixel:10,20.5,30,40"
    [annotation] = graph.subjects(OA.hasBody, URIRef(DOG))
    target = graph.value(annotation, OA.hasTarget)
    assert graph.value(target, OA.hasSource) == URIRef(image_iri("0" * 64))


def test_the_result_is_an_emotion_set_weighed_from_votes(document: dict[str, Any]) -> None:
    graph = _graph(document)
    result = graph.value(URIRef(explanation_iri(document)), ONYX.hasEmotionSet)
    intensities = {
        str(graph.value(node, ONYX.hasEmotionCategory)): float(
            str(graph.value(node, ONYX.hasEmotionIntensity))
        )
        for node in graph.objects(result, ONYX.hasEmotion)
    }
    assert intensities == {
        terms.emotion("mikels", label): p for label, p in document["emotions"].items()
    }
    weights = {
        float(str(graph.value(vote, EMO.gateWeight)))
        for vote in graph.objects(result, PROV.wasDerivedFrom)
    }
    assert weights == {0.25, 0.75}


def test_another_format_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(KnowledgeError, match="explanation/2"):
        explanation_graph({**document, "schema": "emograph.explanation/2"})


@pytest.mark.parametrize("field", ["image", "cues", "votes", "timings_ms"])
def test_a_missing_field_is_named(document: dict[str, Any], field: str) -> None:
    del document[field]
    with pytest.raises(KnowledgeError, match=field):
        explanation_graph(document)


def _graph(document: dict[str, Any]) -> Graph:
    return explanation_graph(document).graph(URIRef(explanation_iri(document)))


def _emotion(label: str) -> URIRef:
    return URIRef(terms.emotion("mikels", label))
