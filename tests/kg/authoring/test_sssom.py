"""Mappings written as SSSOM tables become Turtle, and their faults are named with the line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import OWL, RDF, RDFS, Graph, URIRef

from emograph.adapters.stores.oxigraph import open_store
from emograph.errors import KnowledgeError
from emograph.kg import terms
from emograph.kg.authoring.sssom import alignments_turtle, mappings_turtle, read_mapping_set
from emograph.kg.graph import ONTOLOGIES, KnowledgeGraph

SOURCES = ONTOLOGIES / "sources"
MFOEM = "http://purl.obolibrary.org/obo/MFOEM_"
PWN = "http://wordnet-rdf.princeton.edu/pwn30/"
EMOTIONML = "http://www.w3.org/TR/emotion-voc/xml#"
ITEMS = {
    "big6": "anger disgust fear happiness sadness surprise",
    "everyday-categories": "affectionate afraid amused angry bored confident content disappointed "
    "excited happy interested loving pleased relaxed sad satisfied worried",
    "occ-categories": "admiration anger disappointment distress fear fears-confirmed gloating "
    "gratification gratitude happy-for hate hope joy love pity pride relief remorse reproach "
    "resentment satisfaction shame",
    "fsre-categories": "anger anxiety being-hurt compassion contempt contentment despair "
    "disappointment disgust fear guilt happiness hate interest irritation jealousy joy love "
    "pleasure pride sadness shame stress surprise",
    "frijda-categories": "anger arrogance desire disgust enjoyment fear humility indifference "
    "interest resignation shock surprise",
}
GOOD = """\
#mapping_set_id: https://example.org/set
#mapping_set_version: "1"
#mapping_set_title: A set
#license: https://creativecommons.org/licenses/by/4.0/
#curie_map:
#  mikels: https://w3id.org/emograph/emotion/mikels/
#  ekman: https://w3id.org/emograph/emotion/ekman/
#  semapv: https://w3id.org/semapv/vocab/
#  skos: http://www.w3.org/2004/02/skos/core#
#extension_definitions:
#  - slot_name: weight
#    property: https://w3id.org/emograph/ontology#weight
subject_id\tpredicate_id\tobject_id\tmapping_justification\tweight
mikels:awe\tskos:relatedMatch\tekman:surprise\tsemapv:ManualMappingCuration\t0.7
mikels:awe\tskos:relatedMatch\tekman:joy\tsemapv:ManualMappingCuration\t0.3
"""


def _table(folder: Path, text: str) -> Path:
    path = folder / "table.sssom.tsv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "table", "turtle"),
    [
        ("mappings", "schemes", mappings_turtle),
        ("alignments", "alignments", alignments_turtle),
    ],
)
def test_the_turtle_of_the_package_is_made_of_its_table(
    name: str, table: str, turtle: type[str]
) -> None:
    made = turtle(read_mapping_set(SOURCES / f"{table}.sssom.tsv"))
    assert made == (ONTOLOGIES / f"{name}.ttl").read_text("utf-8")


def test_a_table_becomes_weighted_mappings(tmp_path: Path) -> None:
    table = read_mapping_set(_table(tmp_path, GOOD))
    assert [(row.line, row.weight) for row in table.rows] == [(14, 0.7), (15, 0.3)]
    graph = Graph().parse(data=mappings_turtle(table), format="turtle")
    node = URIRef(terms.BASE + "mapping/mikels/ekman/awe/surprise")
    assert str(graph.value(node, URIRef(terms.EMO + "weight"))) == "0.7"
    assert graph.value(node, URIRef(terms.EMO + "to")) == URIRef(terms.emotion("ekman", "surprise"))


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("#license: https://creativecommons.org/licenses/by/4.0/\n", "", "no license"),
        ("#mapping_set_title: A set", "#mapping_set_title: [", "no YAML"),
        (GOOD.split("subject_id")[0], "", "no mapping_set_id"),
        (
            "#  - slot_name: weight\n#    property: https://w3id.org/emograph/ontology#weight",
            "#  - weight",
            "of another form",
        ),
        ("\tobject_id", "\tobject", "line 13, has no column object_id"),
        ("#  - slot_name: weight", "#  - slot_name: strength", "undeclared column weight"),
        ("ekman:joy", "wundt:joy", "line 15, has the object_id 'wundt:joy'"),
        ("ekman:joy", "joy", "whose prefix is unknown"),
        ("\t0.3", "\t1.3", "line 15, has the weight '1.3'"),
        ("\t0.3", "\t0", "the weight '0'"),
        ("\t0.3", "\tnan", "the weight 'nan'"),
        ("\t0.3", "\ta lot", "the weight 'a lot'"),
        ("\t0.3", "\t0.2", "add up to 0.9"),
        ("ekman:joy", "ekman:surprise", "line 15, says again"),
        ("ekman:joy", "mikels:fear", "stays in the scheme mikels"),
        ("mikels:awe", "skos:awe", "which is no emotion"),
    ],
)
def test_a_faulty_table_is_refused(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    assert right in GOOD
    last = GOOD.rindex(right)  # of two rows, the second
    path = _table(tmp_path, GOOD[:last] + wrong + GOOD[last + len(right) :])
    with pytest.raises(KnowledgeError, match=said):
        mappings_turtle(read_mapping_set(path))


def test_a_missing_table_is_said(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="cannot be read"):
        read_mapping_set(tmp_path / "none.tsv")


def test_alignments_are_skos_matches_only(tmp_path: Path) -> None:
    path = _table(tmp_path, GOOD.replace("skos:relatedMatch\tekman:joy", "skos:broader\tekman:joy"))
    with pytest.raises(KnowledgeError, match=r"line 15, has the predicate .*broader"):
        alignments_turtle(read_mapping_set(path))


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_any_text_is_a_table_or_a_fault_that_can_be_mended(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = _table(tmp_path_factory.mktemp("sssom"), text)
    with pytest.raises(KnowledgeError):
        read_mapping_set(path)


@pytest.fixture(scope="module")
def alignments() -> Graph:
    return Graph().parse(ONTOLOGIES / "alignments.ttl")


def test_what_is_aligned_is_there(alignments: Graph) -> None:
    known = Graph()
    for name in ("core", "schemes", "appraisals"):
        known.parse(ONTOLOGIES / f"{name}.ttl")
    own = URIRef(terms.BASE + "alignments")
    assert set(alignments.subjects()) - {own} <= set(known.subjects())


def test_every_emotion_is_aligned_with_something(graph: KnowledgeGraph, alignments: Graph) -> None:
    aligned = {str(subject) for subject in alignments.subjects()}
    emotions = {iri for name in graph.schemes() for iri in graph.scheme(name).iris}
    rest = {iri.removeprefix(terms.scheme("")) for iri in emotions - aligned}
    assert rest == {"ekman/neutral"}


def test_aligned_items_are_in_the_vocabularies_of_emotionml(
    graph: KnowledgeGraph, alignments: Graph
) -> None:
    known = {f"{EMOTIONML}{name}_{item}" for name, items in ITEMS.items() for item in items.split()}
    used = {str(o) for o in alignments.objects() if str(o).startswith(EMOTIONML)}
    assert used <= known | {EMOTIONML + name for name in ITEMS}
    occ = graph.scheme("occ")
    assert set(occ.labels) == set(ITEMS["occ-categories"].split())
    for label, iri in zip(occ.labels, occ.iris, strict=True):
        item = URIRef(f"{EMOTIONML}occ-categories_{label}")
        assert (URIRef(iri), URIRef(terms.SKOS + "exactMatch"), item) in alignments


def test_no_match_is_said_twice_in_two_ways(alignments: Graph) -> None:
    pairs = [(s, o) for s, p, o in alignments if str(p).endswith("Match")]
    assert len(pairs) == len(set(pairs))


def test_aligned_terms_are_in_the_emotion_ontology(alignments: Graph) -> None:
    path = Path(os.environ.get("EMOGRAPH_TEST_MFOEM", "../shared/knowledge/MFOEM.owl"))
    if not path.is_file():
        pytest.skip("The Emotion Ontology is not here: set EMOGRAPH_TEST_MFOEM to its OWL file.")
    owl = Graph().parse(path)
    used = {o for o in alignments.objects() if str(o).startswith(MFOEM)}
    assert used
    for term in used:
        assert (term, RDF.type, OWL.Class) in owl, term
        assert (term, OWL.deprecated, None) not in owl, term
    table = (SOURCES / "alignments.sssom.tsv").read_text("utf-8").splitlines()
    said = {tuple(line.split("\t")[3:5]) for line in table if "\tmfoem:" in line}
    for name, label in said:
        labels = {str(o) for o in owl.objects(URIRef(MFOEM + name[6:]), RDFS.label)}
        assert label in labels, (name, labels)


def test_aligned_synsets_are_in_wordnet(alignments: Graph) -> None:
    folder = Path(os.environ.get("EMOGRAPH_TEST_WORDNET", "/usr/share/wordnet"))
    if not (folder / "data.noun").is_file():
        pytest.skip("WordNet 3.0 is not here: set EMOGRAPH_TEST_WORDNET to its folder.")
    offsets = {line[:8] for line in (folder / "data.noun").read_text("latin-1").splitlines()}
    used = {str(o).removeprefix(PWN) for o in alignments.objects() if str(o).startswith(PWN)}
    assert used
    assert {name.removesuffix("-n") for name in used} <= offsets


def test_the_knowledge_is_read_with_its_alignments() -> None:
    files = [ONTOLOGIES / f"{name}.ttl" for name in ("core", "schemes", "alignments")]
    found = KnowledgeGraph.load(open_store(), files).query(
        "SELECT ?o { mikels:awe skos:exactMatch ?o }"
    )
    assert found.rows == ((PWN + "07510184-n",),)
