"""What is generated is Turtle, the same for the same input, and loads into the graph."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import Graph, Literal

from emograph.adapters.stores.oxigraph import open_store
from emograph.errors import KnowledgeError
from emograph.kg import terms
from emograph.kg.authoring.associations import associations_turtle, emoset_turtle
from emograph.kg.authoring.concepts import concepts_turtle
from emograph.kg.authoring.turtle import Document, decimal, text
from emograph.kg.authoring.wordnet import WordNet
from emograph.kg.graph import KnowledgeGraph

DOG = terms.concept("object", "dog")
AWE, FEAR = (terms.emotion("mikels", label) for label in ("awe", "fear"))


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_survives(value: str) -> None:
    document = Document("Test", terms.PREFIXES)
    document.add(DOG, terms.EMO + "Concept", [("skos:prefLabel", [text(value)])])
    graph = Graph().parse(data=str(document), format="turtle")
    assert Literal(value, lang="en") in set(graph.objects())


@given(st.floats(0, 1))
def test_numbers_are_decimals(value: float) -> None:
    assert float(decimal(value)) == pytest.approx(value, abs=1e-6)
    assert "e" not in decimal(value)


def test_counts_become_associations(tmp_path: Path) -> None:
    turtle = associations_turtle(
        {DOG: {AWE: 1, FEAR: 3, terms.emotion("mikels", "anger"): 0}},
        name="test",
        title="Test",
        description="A test.",
        source=terms.source("test"),
    )
    path = tmp_path / "test.ttl"
    path.write_text(turtle)
    rows = KnowledgeGraph.load(open_store(), [path]).associations()
    assert rows.subjects == (DOG, DOG)
    assert rows.objects == (AWE, FEAR)
    assert rows.probability.tolist() == [0.25, 0.75]
    assert rows.strength.tolist() == [4, 4]
    assert rows.sources == (terms.source("test"),) * 2


def test_the_order_of_counts_does_not_matter() -> None:
    counts = {DOG: {AWE: 1, FEAR: 3}, terms.concept("scene", "beach"): {AWE: 2}}
    same = {concept: dict(reversed(row.items())) for concept, row in reversed(counts.items())}
    names = {"name": "test", "title": "T", "description": "D", "source": terms.source("test")}
    assert associations_turtle(counts, **names) == associations_turtle(same, **names)


def test_the_attribute_table_of_emoset_is_counted(tmp_path: Path) -> None:
    table = tmp_path / "attributes.csv"
    table.write_text(
        "image,emotion,kind,label\n1,awe,object,Dog\n2,awe,object,Dog\n3,fear,object,Dog\n"
        "4,fear,human_action,walking the dog\n"
    )
    turtle = emoset_turtle(table)
    assert "4 rows (image, label), 2 labels" in turtle
    assert "emo:probability 0.666667" in turtle
    assert "action:walking_the_dog" in turtle


def test_another_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(KnowledgeError, match="attribute table"):
        emoset_turtle(tmp_path / "other.csv")
    with pytest.raises(KnowledgeError, match="attribute table"):
        emoset_turtle(tmp_path / "none.csv")


@pytest.fixture
def inputs(tmp_path: Path, wordnet: WordNet) -> dict[str, Path]:
    sources = tmp_path / "sources"
    sources.mkdir()
    (sources / "senses.tsv").write_text("kind\tlabel\tsenses\nobject\tToy\tartifact.n.1\n")
    (sources / "elicitors.tsv").write_text("sense\tappraisal\tprobability\n")
    (sources / "concepts.tsv").write_text(
        "path\tkind\tlabel\talt\tnotation\tsenses\tdefinition\n"
        "people/person\tobject\tperson\thuman; somebody\tpeople:person\tentity.n.1\tA person.\n"
    )
    info = {
        "scene": {"label2idx": {"forest_path": 0}},
        "object": {"label2idx": {"Mouse": 0, "Toy": 1}},
        "human_action": {"label2idx": {"playing guitar": 0}},
    }
    (tmp_path / "info.json").write_text(json.dumps(info))
    mouse = wordnet.named("mouse.n.1").removesuffix("-n")
    (tmp_path / "imagenet.txt").write_text(f"n{mouse}\n")
    return {
        "emoset": tmp_path / "info.json",
        "wordnet": wordnet._folder,
        "imagenet": tmp_path / "imagenet.txt",
        "sources": sources,
    }


@pytest.fixture
def _small_scales(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scales name senses of the whole WordNet, which the small one has not."""
    monkeypatch.setattr("emograph.kg.authoring.labels._SCALES", {})


@pytest.mark.usefixtures("_small_scales")
def test_labels_become_concepts_below_wordnet(inputs: dict[str, Path], wordnet: WordNet) -> None:
    turtle = concepts_turtle(**inputs)
    assert turtle == concepts_turtle(**inputs)
    path = inputs["sources"] / "concepts.ttl"
    path.write_text(turtle)
    concepts = {c.notation: c for c in KnowledgeGraph.load(open_store(), [path]).concepts()}
    mouse = concepts["emoset:object:Mouse"]
    assert mouse.iri == terms.concept("object", "mouse")
    assert mouse.definition == "a small rodent"
    assert mouse.broader == (concepts["imagenet:0"].iri,)
    guitar = concepts["emoset:action:playing guitar"]
    assert guitar.definition.startswith("Playing guitar, as seen in an image; in WordNet below")
    assert len(guitar.broader) == 2
    assert concepts["emoset:object:Toy"].broader == (terms.synset(wordnet.named("artifact.n.1")),)
    assert concepts["people:person"].alt_labels == ("human", "somebody")


@pytest.mark.usefixtures("_small_scales")
def test_two_labels_of_one_iri_are_refused(inputs: dict[str, Path]) -> None:
    info = json.loads(inputs["emoset"].read_text())
    info["object"]["label2idx"]["mouse "] = 2
    inputs["emoset"].write_text(json.dumps(info))
    with pytest.raises(KnowledgeError, match="one concept, object/mouse"):
        concepts_turtle(**inputs)


@pytest.mark.parametrize(("name", "content"), [("emoset", "{}"), ("imagenet", "dog")])
def test_wrong_files_are_refused(inputs: dict[str, Path], name: str, content: str) -> None:
    inputs[name].write_text(content)
    with pytest.raises(KnowledgeError, match="is not"):
        concepts_turtle(**inputs)
