"""A store is brought up to date with files; what has not changed is not written again."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from emograph.adapters.stores.oxigraph import open_store
from emograph.errors import KnowledgeError
from emograph.kg import terms
from emograph.kg.digests import DIGESTS, forget_digests, knowledge_graphs
from emograph.kg.graph import KnowledgeGraph
from emograph.kg.stores import GraphStore, StaleStoreError

OBSERVATION = terms.BASE + "explanation/0123"
TRIPLE = ox.Triple(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), ox.Literal("o"))


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{name}.ttl" for name in ("one", "two")]
    for path in paths:
        path.write_text(f"<urn:{path.stem}> <urn:is> 'old', [] .")
    return paths


def said(store: GraphStore) -> set[tuple[str, object]]:
    return {(str(s), o) for s, o in store.pairs("urn:is") if not str(o).startswith("_:")}


@pytest.mark.parametrize("place", ["memory", "disk"])
def test_changed_files_are_replaced_and_missing_ones_removed(
    tmp_path: Path, files: list[Path], place: str
) -> None:
    store = open_store("memory" if place == "memory" else f"disk:{tmp_path / 'store'}")
    store.replace({OBSERVATION: [TRIPLE], terms.pack_graph("mine"): [TRIPLE]})
    first = KnowledgeGraph.load(store, files).version
    assert said(store) == {("urn:one", "old"), ("urn:two", "old")}
    files[0].write_text("<urn:one> <urn:is> 'new', [] .")
    second = KnowledgeGraph.load(store, files).version
    assert said(store) == {("urn:one", "new"), ("urn:two", "old")}
    third = KnowledgeGraph.load(store, files[:1]).version
    assert said(store) == {("urn:one", "new")}
    assert len({first, second, third}) == 3
    assert {OBSERVATION, terms.pack_graph("mine")} < set(store.graphs())
    store.close()


def test_what_has_not_changed_is_passed_over(files: list[Path]) -> None:
    store = open_store()
    KnowledgeGraph.load(store, files)
    before = set(store.quads())
    KnowledgeGraph.load(store, files)
    assert set(store.quads()) == before  # the blank nodes too


def test_a_reader_of_current_knowledge_needs_not_write(tmp_path: Path, files: list[Path]) -> None:
    place = f"disk:{tmp_path / 'store'}"
    writer = KnowledgeGraph.load(open_store(place), files)
    reader = KnowledgeGraph.load(open_store(place, read_only=True), files)
    assert reader.version == writer.version
    files[0].write_text("<urn:one> <urn:is> 'new' .")
    with pytest.raises(StaleStoreError, match="another version") as caught:
        KnowledgeGraph.load(reader.store, files)
    assert "emograph store upgrade" in caught.value.todo
    reader.close()
    writer.close()


def test_a_bad_file_changes_nothing(files: list[Path]) -> None:
    store = open_store()
    KnowledgeGraph.load(store, files)
    before = set(store.quads())
    files[0].write_text("<urn:one> <urn:is> 'new' .")
    files[1].write_text("no Turtle")
    with pytest.raises(KnowledgeError, match="not Turtle"):
        KnowledgeGraph.load(store, files)
    assert set(store.quads()) == before


def test_a_load_that_was_killed_is_made_good(files: list[Path]) -> None:
    store = open_store()
    store.load(b"<urn:one> <urn:is> 'half' .", terms.graph("one"))  # and no digest
    KnowledgeGraph.load(store, files)
    assert said(store) == {("urn:one", "old"), ("urn:two", "old")}


def test_the_version_covers_packs_and_not_observations(files: list[Path]) -> None:
    def version(**graphs: list[ox.Triple]) -> str:
        store = open_store()
        store.replace({terms.graph(name.replace("_", "/")): t for name, t in graphs.items()})
        return KnowledgeGraph.load(store, files).version

    blank = [ox.Triple(ox.BlankNode(), ox.NamedNode("urn:p"), ox.BlankNode())]
    again = [ox.Triple(ox.BlankNode(), ox.NamedNode("urn:p"), ox.BlankNode())]
    plain = version()
    assert version(pack_mine=[TRIPLE]) != plain
    assert version(pack_mine=[TRIPLE]) != version(pack_other=[TRIPLE])
    assert version(pack_mine=blank) == version(pack_mine=again)
    store = open_store()
    store.replace({OBSERVATION: [TRIPLE]})
    assert KnowledgeGraph.load(store, files).version == plain


def test_packs_can_be_given(files: list[Path]) -> None:
    graph = KnowledgeGraph.load(open_store(), files, packs={"mine": [TRIPLE]})
    assert list(graph.store.pairs("urn:p", terms.pack_graph("mine"))) == [("urn:s", "o")]
    assert knowledge_graphs(graph.store) == tuple(
        terms.graph(name) for name in ("one", "pack/mine", "two")
    )


def test_observations_are_in_no_table(graph: KnowledgeGraph) -> None:
    turtle = f"<urn:thing> a <{terms.EMO}Concept> ; <{terms.SKOS}prefLabel> 'a thing' ."
    other = KnowledgeGraph.load(open_store())
    other.store.load(turtle.encode(), OBSERVATION)
    assert KnowledgeGraph.load(other.store).concepts() == graph.concepts()


def test_an_update_changes_the_version_and_the_tables(files: list[Path]) -> None:
    graph = KnowledgeGraph.load(open_store(), files)
    versions = [graph.version]
    assert graph.concepts() == ()
    for label in ("one", "two"):
        graph.update(
            f"INSERT DATA {{ GRAPH <{terms.pack_graph('mine')}> {{"
            f" object:{label} a emo:Concept ; skos:prefLabel '{label}' }} }}"
        )
        versions.append(graph.version)
        assert label in {concept.label for concept in graph.concepts()}
    assert len(set(versions)) == 3
    assert KnowledgeGraph.load(graph.store, files).version == graph.version


@pytest.mark.parametrize(
    ("update", "what"),
    [
        ("INSERT nonsense", "cannot be read"),
        ("SELECT * { ?s ?p ?o }", "cannot be read"),
        ("CREATE GRAPH <urn:a> ; CREATE GRAPH <urn:a>", "cannot be carried out"),
        ("LOAD <https://example.org/data.ttl>", "LOAD"),
        ("load silent <file:///etc/passwd> into graph <urn:a>", "LOAD"),
        ("INSERT DATA { <urn:a> <urn:b> 1 } ;LOAD <https://example.org/a>", "LOAD"),
        ("INSERT { ?s ?p ?o } WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "SERVICE"),
        ("INSERT DATA { <urn:a> <urn:b> '" + "x" * 5000 + "' }", "characters"),
        ("DELETE WHERE " + "{" * 101 + "}" * 101, "brackets"),
    ],
)
def test_an_update_that_is_refused_changes_nothing(
    files: list[Path], update: str, what: str
) -> None:
    graph = KnowledgeGraph.load(open_store(), files)
    version, before = graph.version, set(graph.store.quads())
    with pytest.raises(KnowledgeError, match=what):
        graph.update(update)
    assert set(graph.store.quads()) == before
    assert KnowledgeGraph.load(graph.store, files).version == graph.version == version


def test_the_word_load_may_stand_where_it_means_nothing(files: list[Path]) -> None:
    graph = KnowledgeGraph.load(open_store(), files)
    graph.update("INSERT DATA { GRAPH <urn:load> { <urn:load> emo:load 'LOAD <urn:a>' } } # LOAD")
    assert graph.about("urn:load") == ((terms.EMO + "load", "LOAD <urn:a>"),)


def test_forgetting_puts_back_what_an_update_changed(files: list[Path]) -> None:
    graph = KnowledgeGraph.load(open_store(), files)
    version = graph.version
    graph.update(f"DELETE WHERE {{ GRAPH <{terms.graph('one')}> {{ ?s ?p ?o }} }}")
    assert said(KnowledgeGraph.load(graph.store, files).store) == {("urn:two", "old")}
    forget_digests(graph.store)
    assert KnowledgeGraph.load(graph.store, files).version == version
    assert said(graph.store) == {("urn:one", "old"), ("urn:two", "old")}
    assert DIGESTS in graph.store.graphs()


def test_what_is_asked_about_is_an_iri(graph: KnowledgeGraph) -> None:
    dog = terms.concept("object", "dog")
    assert (terms.SKOS + "prefLabel", "dog") in {(p, str(o).lower()) for p, o in graph.about(dog)}
    assert graph.about("urn:nothing") == ()
    with pytest.raises(KnowledgeError, match="no IRI"):
        graph.about("a dog")
