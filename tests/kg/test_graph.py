"""What the knowledge of the package holds, and what the graph promises about it."""

from __future__ import annotations

from collections import defaultdict
from itertools import permutations
from pathlib import Path

import networkx as nx  # type: ignore[import-untyped]
import numpy as np
import pytest

from emograph.adapters.stores.oxigraph import open_store
from emograph.errors import KnowledgeError
from emograph.kg import terms
from emograph.kg.appraisals import DIMENSIONS
from emograph.kg.graph import KnowledgeGraph, package_files

MIKELS = (
    "amusement", "awe", "contentment", "excitement", "anger", "disgust", "fear", "sadness",
)  # fmt: skip


def test_version_changes_with_the_knowledge(tmp_path: Path, graph: KnowledgeGraph) -> None:
    pack = tmp_path / "pack.ttl"
    pack.write_text("<urn:a> <urn:b> <urn:c> .")
    assert KnowledgeGraph.load(open_store()).version == graph.version
    assert KnowledgeGraph.load(open_store(), [*package_files(), pack]).version != graph.version


@pytest.mark.parametrize("text", ["<urn:a> <urn:b> .", "not Turtle", "<urn:a> <urn:b> \x00"])
def test_refuses_what_is_not_turtle(tmp_path: Path, text: str) -> None:
    broken = tmp_path / "broken.ttl"
    broken.write_text(text)
    with pytest.raises(KnowledgeError, match="not Turtle"):
        KnowledgeGraph.load(open_store(), [broken])


def test_refuses_a_missing_file_and_two_of_one_name(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="cannot be read"):
        KnowledgeGraph.load(open_store(), [tmp_path / "none.ttl"])
    (tmp_path / "core.ttl").write_text("")
    with pytest.raises(KnowledgeError, match="one named graph"):
        KnowledgeGraph.load(open_store(), [*package_files(), tmp_path / "core.ttl"])


@pytest.mark.parametrize(
    ("path", "kind", "notation"),
    [
        ("scene/amusement_park", "scene", "emoset:scene:amusement_park"),
        ("scene/bakery_shop", "scene", "emoset:scene:bakery/shop"),
        ("object/dog", "object", "emoset:object:Dog"),
        (
            "object/kitchen_dining_room_table",
            "object",
            "emoset:object:Kitchen & dining room table",
        ),
        ("action/playing_cards", "action", "emoset:action:playing cards"),
        ("action/boxing", "action", "emoset:action:boxing "),
        ("facial_expression/happy", "facial_expression", "emoset:facial_expression:happy"),
        ("brightness/0.3", "brightness", "emoset:brightness:0.3"),
        ("colorfulness/1.0", "colorfulness", "emoset:colorfulness:1.0"),
        ("warmth/0.0", "composition", "photometry:warmth:0.0"),
        ("attribute/scary", "scene", "sun:scary"),
        ("people/crowd", "scene", "people:crowd"),
        ("wn/02084071-n", "object", "wordnet:02084071-n"),
        ("wn/02099601-n", "object", "imagenet:207"),
    ],
)
def test_labels_of_the_vocabularies_are_concepts(
    graph: KnowledgeGraph, path: str, kind: str, notation: str
) -> None:
    concept = {concept.iri: concept for concept in graph.concepts()}[terms.concept(path)]
    assert (concept.kind, concept.notation) == (kind, notation)
    assert concept.label
    assert concept.definition


def test_vocabularies_are_complete(graph: KnowledgeGraph) -> None:
    sizes: defaultdict[tuple[str, str | None], int] = defaultdict(int)
    for concept in graph.concepts():
        sizes[concept.vocabulary, concept.kind] += 1
    assert sizes["emoset", "scene"] == 254
    assert sizes["emoset", "object"] == 409
    assert sizes["emoset", "action"] == 264
    assert sizes["emoset", "facial_expression"] == 6
    assert sizes["emoset", "brightness"] == sizes["emoset", "colorfulness"] == 11
    assert sizes["sun", "scene"] + sizes["sun", "action"] == 102
    classes = {concept.notation for concept in graph.concepts() if concept.vocabulary == "imagenet"}
    assert classes == {f"imagenet:{number}" for number in range(1000)}


def test_concepts_are_told_apart_by_iri_and_by_notation(graph: KnowledgeGraph) -> None:
    concepts = graph.concepts()
    assert len({concept.iri for concept in concepts}) == len(concepts)
    assert len({concept.notation for concept in concepts}) == len(concepts)
    assert list(concepts) == sorted(concepts, key=lambda concept: concept.iri)


def test_every_label_stands_below_wordnet(graph: KnowledgeGraph) -> None:
    orphans = [
        concept.notation
        for concept in graph.concepts()
        if concept.vocabulary not in ("wordnet", "imagenet", "situation") and not concept.broader
    ]
    assert orphans == ["sun:no horizon"]


def test_every_situation_is_appraised_in_some_way(graph: KnowledgeGraph) -> None:
    appraised = set(graph.appraisal_associations().subjects)
    situations = {c.iri for c in graph.concepts() if c.vocabulary == "situation"}
    assert situations
    assert situations <= appraised


def test_what_is_appraised_is_not_appraised_more_than_wholly(graph: KnowledgeGraph) -> None:
    rows = graph.appraisal_associations()
    total: defaultdict[str, float] = defaultdict(float)
    for subject, probability in zip(rows.subjects, rows.probability, strict=True):
        total[subject] += float(probability)
    assert {subject: p for subject, p in total.items() if p > 1 + 1e-9} == {}


def test_the_hierarchy_has_no_circles_and_no_loose_ends(graph: KnowledgeGraph) -> None:
    known = {concept.iri for concept in graph.concepts()}
    hierarchy = nx.DiGraph(
        (concept.iri, wider) for concept in graph.concepts() for wider in concept.broader
    )
    assert set(hierarchy) <= known
    assert nx.is_directed_acyclic_graph(hierarchy)


def test_different_things_of_one_name_meet_in_the_synset(graph: KnowledgeGraph) -> None:
    concepts = {concept.iri: concept for concept in graph.concepts()}
    scene, thing = (concepts[terms.concept(kind, "tower")] for kind in ("scene", "object"))
    assert scene.broader == thing.broader == (terms.synset("04460130-n"),)


def test_schemes_are_in_their_order(graph: KnowledgeGraph) -> None:
    assert graph.schemes() == ("ekman", "goemotions", "mikels", "occ", "plutchik")
    assert graph.scheme("mikels").labels == MIKELS
    assert graph.scheme("ekman").labels[-1] == "neutral"
    assert len(graph.scheme("plutchik").labels) == 24
    for name in graph.schemes():
        scheme = graph.scheme(name)
        assert scheme.iris == tuple(terms.emotion(name, label) for label in scheme.labels)
        for axis in (scheme.valence, scheme.arousal, scheme.dominance):
            assert axis.shape == (len(scheme.labels),)
            assert np.all(np.abs(axis) <= 1)


def test_pleasant_emotions_are_pleasant(graph: KnowledgeGraph) -> None:
    valence = dict(zip(MIKELS, graph.scheme("mikels").valence, strict=True))
    assert min(valence[label] for label in MIKELS[:4]) > 0
    assert max(valence[label] for label in MIKELS[4:]) < 0


def test_an_unknown_scheme_is_named(graph: KnowledgeGraph) -> None:
    with pytest.raises(KnowledgeError, match="ekman, goemotions, mikels, occ, plutchik"):
        graph.scheme("wundt")


@pytest.mark.parametrize(
    ("source", "target"), list(permutations(("mikels", "ekman", "plutchik"), 2))
)
def test_mappings_keep_all_probability(graph: KnowledgeGraph, source: str, target: str) -> None:
    mapping = graph.mapping(source, target)
    assert mapping.shape == (len(graph.scheme(source).labels), len(graph.scheme(target).labels))
    np.testing.assert_allclose(mapping.sum(axis=1), 1)
    assert mapping.min() >= 0


def test_a_scheme_maps_onto_itself(graph: KnowledgeGraph) -> None:
    np.testing.assert_array_equal(graph.mapping("mikels", "mikels"), np.eye(8))


def test_a_missing_mapping_is_said() -> None:
    graph = KnowledgeGraph.load(
        open_store(), [path for path in package_files() if path.stem != "mappings"]
    )
    with pytest.raises(KnowledgeError, match="no mapping from the scheme mikels to ekman"):
        graph.mapping("mikels", "ekman")


def test_associations_of_a_subject_add_up_to_one_in_a_scheme(graph: KnowledgeGraph) -> None:
    rows = graph.associations()
    sums: defaultdict[tuple[str, str, str], float] = defaultdict(float)
    for subject, emotion, source, probability in zip(
        rows.subjects, rows.objects, rows.sources, rows.probability, strict=True
    ):
        sums[subject, emotion.rsplit("/", 1)[0], source] += probability
    np.testing.assert_allclose(list(sums.values()), 1, atol=1e-5)
    assert rows.strength.min() > 0


def test_associations_join_what_is_there(graph: KnowledgeGraph) -> None:
    rows = graph.associations()
    concepts = {concept.iri for concept in graph.concepts()}
    appraisals = {appraisal.iri for appraisal in graph.appraisals()}
    emotions = {iri for name in graph.schemes() for iri in graph.scheme(name).iris}
    assert set(rows.subjects) <= concepts | appraisals
    assert set(rows.objects) <= emotions
    elicitors = graph.appraisal_associations()
    assert set(elicitors.subjects) <= concepts
    assert set(elicitors.objects) <= appraisals


def test_what_emoset_counts_is_in_the_graph(graph: KnowledgeGraph) -> None:
    rows = graph.associations()
    park = [
        (rows.probability[row], rows.strength[row], rows.objects[row])
        for row, subject in enumerate(rows.subjects)
        if subject == terms.concept("scene", "amusement_park") and rows.counted[row]
    ]
    assert max(park)[2] == terms.emotion("mikels", "amusement")
    assert sum(probability * strength for probability, strength, _ in park) == pytest.approx(
        park[0][1], rel=1e-4
    )


def test_appraisals_have_dimensions_and_a_profile_in_two_schemes(graph: KnowledgeGraph) -> None:
    rows = graph.associations()
    for appraisal in graph.appraisals():
        assert tuple(appraisal.dimensions) == DIMENSIONS
        assert all(-1 <= value <= 1 for value in appraisal.dimensions.values())
        profiles = {
            emotion.split("/")[-2]
            for subject, emotion in zip(rows.subjects, rows.objects, strict=True)
            if subject == appraisal.iri
        }
        assert profiles == {"mikels", "ekman"}


def test_every_appraisal_is_brought_about_by_something(
    graph: KnowledgeGraph,
) -> None:
    assert {appraisal.iri for appraisal in graph.appraisals()} == set(
        graph.appraisal_associations().objects
    )


def test_appraisals_of_a_concept_add_up_to_one_at_most(graph: KnowledgeGraph) -> None:
    rows = graph.appraisal_associations()
    sums: defaultdict[str, float] = defaultdict(float)
    for subject, probability in zip(rows.subjects, rows.probability, strict=True):
        sums[subject] += probability
    assert max(sums.values()) <= 1 + 1e-9


def test_networkx_has_the_same_nodes_and_edges(graph: KnowledgeGraph) -> None:
    network = graph.to_networkx()
    kinds = {kind for _, _, kind in network.edges(data="type")}
    assert kinds == {"broader", "association", "appraisal", "mapping"}
    assert all(kind for _, kind in network.nodes(data="type"))
    dog = network[terms.concept("object", "dog")][terms.emotion("mikels", "contentment")][0]
    assert 0 < dog["weight"] < 1
    assert dog["source"] == terms.source("emoset")


def test_rdflib_gets_a_copy(graph: KnowledgeGraph) -> None:
    from rdflib import URIRef

    before = graph.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").rows
    dataset = graph.to_rdflib()
    dataset.add((URIRef("urn:a"), URIRef("urn:b"), URIRef("urn:c")))
    assert (URIRef(terms.concept("object", "dog")), None, None) in dataset
    assert graph.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").rows == before
