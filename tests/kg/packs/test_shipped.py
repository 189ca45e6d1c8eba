"""The packs that come with the package are without fault, and large enough to be of use."""

from pathlib import Path

import pytest

from emograph.adapters.stores.oxigraph import open_store
from emograph.assembly import open_knowledge
from emograph.config import load_settings
from emograph.kg import terms
from emograph.kg.graph import KnowledgeGraph
from emograph.kg.packs.check import check
from emograph.kg.packs.locate import locate_pack, shipped_packs
from emograph.kg.packs.pack import ASSOCIATIONS, QUESTIONS, read_pack

NAMES = ("art", "disaster")


@pytest.fixture(params=NAMES)
def folder(request: pytest.FixtureRequest) -> Path:
    return locate_pack(request.param)


def test_they_are_shipped() -> None:
    assert shipped_packs() == NAMES


def test_a_shipped_pack_has_no_fault_and_no_warning(folder: Path) -> None:
    store = open_store()
    KnowledgeGraph.load(store)
    report = check(folder, store)
    assert [str(fault) for fault in report.faults] == []


def test_a_shipped_pack_has_sixty_concepts_that_stand_below_those_of_emograph(folder: Path) -> None:
    pack = read_pack(folder)
    concepts = list(pack.of_type(terms.EMO + "Concept"))
    assert len(concepts) >= 60
    tops = [
        value.value
        for node in concepts
        for value in pack.values(node, terms.SKOS + "broader")
        if value.value.startswith(terms.synset(""))
    ]
    assert len(tops) >= 3
    assert all(pack.values(node, terms.SKOS + "broader") for node in concepts)


def test_what_a_shipped_pack_says_of_emotions_names_its_source(folder: Path) -> None:
    pack = read_pack(folder)
    said = list(pack.of_type(*ASSOCIATIONS))
    assert len(said) >= 100
    assert all(pack.values(node, terms.DCTERMS + "source") for node in said)
    assert len(list((folder / QUESTIONS).glob("*.rq"))) >= 5


def notations(*packs: str) -> set[str]:
    graph = open_knowledge(load_settings(store="memory", packs=packs))
    return {concept.notation for concept in graph.concepts()}


def test_disasters_are_unknown_without_the_pack() -> None:
    label = "disaster:damage_severity:severe"
    assert label not in notations()
    assert label in notations("disaster")


def test_more_damage_is_judged_worse() -> None:
    graph = open_knowledge(load_settings(store="memory", packs=("disaster",)))
    table = graph.appraisal_associations()
    judged = {
        name: sum(
            p
            for subject, p in zip(table.subjects, table.probability, strict=True)
            if subject.endswith(f"disaster/{name}")
        )
        for name in ("severe_damage", "mild_damage")
    }
    assert judged["severe_damage"] > judged["mild_damage"] > 0.5
