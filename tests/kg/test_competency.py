"""The graph answers the competency questions, and another way to count gives the same."""

from __future__ import annotations

import csv
from collections import defaultdict

import pytest

from emograph.adapters.stores.oxigraph import open_store
from emograph.kg import terms
from emograph.kg.graph import KnowledgeGraph
from emograph.kg.provenance import explanation_iri, explanation_triples
from tests.kg.competency import FOLDER, Question, questions, same
from tests.kg.observed import documents

RQ = {question.name: question for question in questions("rq")}


@pytest.fixture(scope="module")
def observed() -> KnowledgeGraph:
    store = open_store()
    graph = KnowledgeGraph.load(store)
    for document in documents():
        store.replace({explanation_iri(document): explanation_triples(document)})
    return graph


@pytest.mark.parametrize("question", RQ.values(), ids=RQ)
def test_the_graph_answers(
    question: Question, graph: KnowledgeGraph, observed: KnowledgeGraph
) -> None:
    answer = (observed if question.observed else graph).query(question.text)
    assert answer.columns == question.columns
    assert same(answer.rows, question.rows), answer.rows


@pytest.mark.parametrize("name", [name for name, question in RQ.items() if not question.observed])
def test_kept_explanations_do_not_change_what_the_knowledge_says(
    name: str, observed: KnowledgeGraph
) -> None:
    assert same(observed.query(RQ[name].text).rows, RQ[name].rows)


def test_there_are_enough_questions_and_each_says_what_it_asks() -> None:
    cypher = {question.name: question for question in questions("cypher")}
    assert len(RQ) >= 36
    assert len(cypher) >= 15
    assert cypher.keys() <= RQ.keys()
    for question in RQ.values():
        asked, why = question.text.splitlines()[:2]
        assert asked.startswith("# "), question.name
        assert asked.endswith("?"), question.name
        assert why.startswith("# "), question.name
        if question.name in cypher:
            head = [line.removeprefix("// ") for line in cypher[question.name].text.splitlines()]
            assert head[:2] == [asked.removeprefix("# "), why.removeprefix("# ")]


def test_every_answer_belongs_to_a_question() -> None:
    assert {path.stem for path in FOLDER.rglob("*.tsv")} == RQ.keys()


def test_counts_are_those_of_the_typed_view(graph: KnowledgeGraph) -> None:
    rows = graph.associations()
    counted: defaultdict[str, dict[str, tuple[float, float]]] = defaultdict(dict)
    for subject, emotion, probability, strength, source in zip(
        rows.subjects, rows.objects, rows.probability, rows.strength, rows.sources, strict=True
    ):
        if source == terms.source("emoset"):
            counted[subject][emotion.rsplit("/", 1)[1]] = probability, strength
    beach = counted[terms.concept("scene", "beach")]
    for felt, times, pictures in RQ["what-a-beach-evokes"].rows:
        probability, strength = beach.pop(str(felt))
        assert strength == pictures
        assert probability * strength == pytest.approx(times, abs=0.01)
    assert not beach

    labels = {concept.iri: concept.label for concept in graph.concepts()}
    frightening = sorted(
        (-row["fear"][0], labels[subject], row["fear"][1])
        for subject, row in counted.items()
        if "fear" in row and row["fear"][1] >= 100
    )
    most = [(label, -share, pictures) for share, label, pictures in frightening[:8]]
    assert same(most, RQ["what-evokes-fear-most"].rows)


def test_steps_up_the_hierarchy_are_those_of_the_typed_view(graph: KnowledgeGraph) -> None:
    concepts = {concept.iri: concept for concept in graph.concepts()}
    [dog] = [concept for concept in concepts.values() if concept.notation == "imagenet:207"]
    way = []
    while dog.notation != "wordnet:02084071-n":
        [parent] = dog.broader
        dog = concepts[parent]
        way.append(dog.label)
    assert way == [label for label, _ in RQ["what-a-golden-retriever-is"].rows]


def test_a_mapping_is_that_of_the_matrix(graph: KnowledgeGraph) -> None:
    mikels, ekman = graph.scheme("mikels"), graph.scheme("ekman")
    weights = graph.mapping("mikels", "ekman")[mikels.labels.index("awe")]
    found = {label: weight for label, weight in zip(ekman.labels, weights, strict=True) if weight}
    assert found == pytest.approx(dict(RQ["mapping-of-awe"].rows))  # type: ignore[arg-type]


def test_elicitors_are_those_of_the_table(graph: KnowledgeGraph) -> None:
    path = FOLDER.parent / "sources" / "elicitors.tsv"
    with path.open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file, delimiter="\t"))
    flood = {
        row["appraisal"]: float(row["probability"])
        for row in table
        if row["concept"] == "flood.n.1"
    }
    labels = {appraisal.iri: appraisal.label for appraisal in graph.appraisals()}
    expected = {labels[terms.BASE + "appraisal/" + name] for name in flood}
    assert {str(row[1]) for row in RQ["how-a-flood-leads-to-fear"].rows} == expected
    surest = sum(
        row["appraisal"] == "threat" and float(row["probability"]) >= 0.75 for row in table
    )
    assert len(RQ["what-threatens-most"].rows) == surest
