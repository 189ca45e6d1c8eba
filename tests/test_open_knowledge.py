"""Which knowledge the settings' store gives, to be read and to be written."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from emograph.adapters.stores.oxigraph import open_store
from emograph.assembly import open_knowledge
from emograph.config import Settings, load_settings
from emograph.errors import KnowledgeError
from emograph.kg import terms
from emograph.kg.digests import forget_digests
from emograph.kg.graph import KnowledgeGraph

OBSERVATION = terms.BASE + "explanation/0123"
TRIPLE = ox.Triple(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), ox.Literal("o"))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(store=f"disk:{tmp_path / 'store'}")


@pytest.fixture(scope="module")
def version() -> str:
    return KnowledgeGraph.load(open_store()).version


def pack(folder: Path) -> Path:
    folder.mkdir()
    (folder / "pack.ttl").write_text(
        f"@prefix owl: <{terms.OWL}> .\n"
        f"<{terms.BASE}pack/{folder.name}> a owl:Ontology ; owl:versionInfo '1' ."
    )
    return folder


def test_to_be_read_nothing_is_made(settings: Settings, version: str, tmp_path: Path) -> None:
    graph = open_knowledge(settings)
    assert graph.version == version
    assert list(tmp_path.iterdir()) == []


def test_to_be_written_a_folder_is_made_and_then_read(settings: Settings, version: str) -> None:
    writer = open_knowledge(settings, writable=True)
    assert (writer.store.writable, writer.version) == (True, version)
    reader = open_knowledge(settings)
    assert (reader.store.writable, reader.version) == (False, version)
    with pytest.raises(KnowledgeError, match="in this process already"):
        open_knowledge(settings, writable=True)
    reader.close()
    writer.close()


def test_stale_knowledge_is_brought_up_to_date_to_be_read(settings: Settings, version: str) -> None:
    writer = open_knowledge(settings, writable=True)
    forget_digests(writer.store)
    writer.close()
    graph = open_knowledge(settings)
    assert (graph.store.writable, graph.version) == (False, version)
    graph.close()


def test_packs_of_the_settings_are_read_besides_those_of_the_store(
    settings: Settings, tmp_path: Path
) -> None:
    writer = open_knowledge(settings, writable=True)
    writer.store.replace({terms.pack_graph("kept"): [TRIPLE], OBSERVATION: [TRIPLE]})
    writer.close()
    with_pack = settings.model_copy(update={"packs": (str(pack(tmp_path / "mine")),)})
    graph = open_knowledge(with_pack)
    assert {terms.pack_graph("kept"), terms.pack_graph("mine")} < set(graph.store.graphs())
    assert OBSERVATION in graph.store.graphs()
    without = open_knowledge(with_pack, observations=False)
    assert OBSERVATION not in without.store.graphs()
    assert without.version == graph.version
    alone = open_knowledge(with_pack.model_copy(update={"store": "memory"}))
    assert terms.pack_graph("mine") in alone.store.graphs()
    assert terms.pack_graph("kept") not in alone.store.graphs()


def test_a_pack_that_is_none_is_told(settings: Settings) -> None:
    with pytest.raises(KnowledgeError, match="There is no pack 'nowhere'"):
        open_knowledge(settings.model_copy(update={"packs": ("nowhere",)}))


def test_a_refused_folder_stays_as_it_is(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "letter.txt").write_text("mine")
    for writable in (False, True):
        with pytest.raises(KnowledgeError, match="no store"):
            open_knowledge(settings, writable=writable)
    assert [path.name for path in (tmp_path / "store").iterdir()] == ["letter.txt"]
