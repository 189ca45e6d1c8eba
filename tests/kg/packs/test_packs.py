"""Packs are read without trusting them, checked, kept and compared."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest

from emograph.adapters.stores.oxigraph import open_store
from emograph.errors import KnowledgeError
from emograph.kg import terms
from emograph.kg.concepts import read_concepts
from emograph.kg.packs import pack as limits
from emograph.kg.packs.check import check
from emograph.kg.packs.differences import differences
from emograph.kg.packs.faults import Fault
from emograph.kg.packs.installing import install, stored_packs, summary, uninstall
from emograph.kg.packs.locate import locate_pack, shipped_packs
from emograph.kg.packs.pack import open_pack, read_pack
from emograph.kg.packs.scaffold import new_pack
from emograph.kg.packs.stats import stats
from emograph.kg.stores import GraphStore

KITES = terms.BASE + "pack/kites/"


def _pack(folder: Path, turtle: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "pack.ttl").write_text(turtle, "utf-8")
    (folder / "README.md").write_text("# kites\n", "utf-8")
    return folder


def _faults(folder: Path, knowledge: GraphStore) -> tuple[Fault, ...]:
    return check(folder, knowledge).faults


def test_a_good_pack_has_no_faults(good: Path, knowledge: GraphStore) -> None:
    assert _faults(good, knowledge) == ()


@pytest.mark.parametrize("name", shipped_packs())
def test_a_shipped_pack_has_no_faults(name: str, knowledge: GraphStore) -> None:
    report = check(locate_pack(name), knowledge)
    assert report.is_good, "\n".join(map(str, report.faults))


def test_a_pack_that_is_begun_has_no_faults(tmp_path: Path, knowledge: GraphStore) -> None:
    versions = (str(iri) for _, iri in knowledge.pairs(terms.OWL + "versionIRI"))
    new_pack("sailing", tmp_path / "here", versions)
    assert _faults(tmp_path / "here", knowledge) == ()


@pytest.mark.parametrize("name", ["", "Sailing", "a b", "../up", "1st"])
def test_a_pack_needs_a_plain_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(KnowledgeError, match="no name"):
        new_pack(name, tmp_path / "here", ())


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(KnowledgeError, match="there already"):
        new_pack("sailing", tmp_path, ())


def test_checking_changes_nothing(good: Path, knowledge: GraphStore) -> None:
    before = frozenset(knowledge.quads())
    check(good, knowledge)
    assert frozenset(knowledge.quads()) == before


def test_all_faults_are_told_at_once(tmp_path: Path, turtle: str, knowledge: GraphStore) -> None:
    wrong = turtle.replace("mikels:awe", "mikels:aw").replace("0.6", "6.0")
    wrong = wrong.replace('  dcterms:title "kites"@en ;\n', "")
    told = [fault.what for fault in _faults(_pack(tmp_path / "kites", wrong), knowledge)]
    assert len(told) == 3


def test_associations_without_a_name_get_the_same_one_each_time(good: Path) -> None:
    first, again = read_pack(good), read_pack(good)
    assert first.statements == again.statements
    assert KITES + "association/emograph/dragon/mikels/awe" in first.nodes
    assert not any(isinstance(end, ox.BlankNode) for t in first.triples for end in t)


def test_what_goes_without_saying_is_kept_too(good: Path) -> None:
    pack = read_pack(good)
    said = {(s.predicate, s.object.value) for s in pack.statements if s.subject == KITES + "toy"}
    assert (terms.EMO + "vocabulary", KITES + "vocabulary") in said
    assert (terms.RDFS + "isDefinedBy", KITES.rstrip("/")) in said


def test_alignments_are_kept_as_statements(good: Path) -> None:
    found = [s for s in read_pack(good).statements if s.predicate == terms.SKOS + "closeMatch"]
    assert [s.object.value for s in found] == ["http://www.wikidata.org/entity/Q7559"]


def test_concepts_of_a_pack_are_called_by_its_vocabulary(good: Path) -> None:
    store = open_store()
    install(store, read_pack(good))
    assert {concept.vocabulary for concept in read_concepts(store)} == {"kites"}


def test_a_link_is_not_followed(tmp_path: Path, turtle: str, good: Path) -> None:
    folder = _pack(tmp_path / "kites", turtle)
    (folder / "cq").symlink_to(good / "cq")
    (folder / "shapes.ttl").symlink_to("/etc/hostname")
    _, faults = open_pack(folder)
    assert {(fault.file, fault.what) for fault in faults} == {
        ("cq", "This is a link."),
        ("shapes.ttl", "This is a link."),
    }


def test_of_a_folder_that_is_no_pack_one_fault_is_told(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc/hostname")
    _, faults = open_pack(tmp_path)
    assert [(fault.file, fault.what) for fault in faults] == [("pack.ttl", "The file is missing.")]


def test_a_fault_of_the_whole_folder_is_told_without_a_file(tmp_path: Path) -> None:
    _, faults = open_pack(tmp_path / "nowhere")
    assert [str(fault).startswith(f"{tmp_path}") for fault in faults] == [True]


def test_a_linked_pack_is_not_read(tmp_path: Path, good: Path) -> None:
    (tmp_path / "pack.ttl").symlink_to(good / "pack.ttl")
    pack, faults = open_pack(tmp_path)
    assert pack is None
    assert [fault.what for fault in faults] == ["This is a link."]


@pytest.mark.parametrize(("limit", "words"), [("BYTES", "larger"), ("TRIPLES", "triples")])
def test_a_pack_that_is_too_large_is_not_read(
    good: Path, monkeypatch: pytest.MonkeyPatch, limit: str, words: str
) -> None:
    monkeypatch.setattr(limits, limit, 10)
    pack, faults = open_pack(good)
    assert pack is None
    assert any(words in fault.what for fault in faults)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("emo:kind kind:object ;", "", "No image shows my:dragon"),
        ("kind:object", "kind:brightness", "No detector names"),
        ('"dragon kite"', '"lantern"', "same name and kind"),
        ('"dragon kite"@en', '"dragon kite"@en, "Drachen"@de', "one is read"),
    ],
)
def test_a_warning_hinders_nothing(
    tmp_path: Path, turtle: str, knowledge: GraphStore, old: str, new: str, words: str
) -> None:
    report = check(_pack(tmp_path / "kites", turtle.replace(old, new)), knowledge)
    assert report.is_good
    assert any(words in fault.what for fault in report.faults)


def test_a_cycle_through_the_core_is_named(
    tmp_path: Path, turtle: str, knowledge: GraphStore
) -> None:
    wrong = turtle.replace(
        '"A toy that flies."@en ;', '"A toy that flies."@en ; skos:broader object:toy ;'
    )
    wrong += "object:toy skos:broader my:dragon .\n"
    told = " ".join(fault.what for fault in _faults(_pack(tmp_path / "kites", wrong), knowledge))
    assert "above itself" in told
    assert "object:toy" in told


def test_the_same_is_added_once_and_a_newer_version_takes_its_place(
    tmp_path: Path, turtle: str
) -> None:
    store = open_store()
    old = read_pack(_pack(tmp_path / "old" / "kites", turtle))
    new = read_pack(
        _pack(tmp_path / "new" / "kites", turtle.replace("0.1.0", "0.10.0").replace("0.7", "0.8"))
    )
    assert install(store, old)
    assert not install(store, old)
    assert install(store, new)
    assert summary(store, "kites").version == "0.10.0"
    assert summary(store, "kites").associations == 3
    with pytest.raises(KnowledgeError, match="newer"):
        install(store, old)


def test_packs_of_one_name_do_not_take_each_others_place(tmp_path: Path, turtle: str) -> None:
    store = open_store()
    install(store, read_pack(_pack(tmp_path / "a", turtle)))
    other = turtle.replace("https://w3id.org/emograph/pack/kites", "https://example.org/kites")
    with pytest.raises(KnowledgeError, match="another pack"):
        install(store, read_pack(_pack(tmp_path / "b", other)))


def test_a_pack_that_is_imported_stays(tmp_path: Path, turtle: str) -> None:
    store = open_store()
    install(store, read_pack(_pack(tmp_path / "a", turtle)))
    above = turtle.replace("pack/kites", "pack/gliders").replace(
        "<https://w3id.org/emograph/concepts/0.1.0>", f"<{KITES}0.1.0>"
    )
    install(store, read_pack(_pack(tmp_path / "b", above)))
    with pytest.raises(KnowledgeError, match="gliders imports kites"):
        uninstall(store, "kites")
    uninstall(store, "gliders")
    uninstall(store, "kites")
    assert stored_packs(store) == ()
    with pytest.raises(KnowledgeError, match="no pack"):
        uninstall(store, "kites")


def test_differences_are_told_in_words(tmp_path: Path, turtle: str) -> None:
    changed = turtle.replace('"dragon kite"', '"serpent kite"').replace("0.6", "0.5")
    changed = changed.replace("emo:emotion mikels:awe", "emo:emotion mikels:excitement")
    old, new = (
        read_pack(_pack(tmp_path / name, text)).triples
        for name, text in (("a", turtle), ("b", changed))
    )
    assert list(differences(old, new)) == [
        "changed association of kites/dragon with appraisal:play by source:emograph: "
        "emo:probability from 0.6 to 0.5",
        "removed association of kites/dragon with mikels:awe by source:emograph (probability 0.3)",
        "added association of kites/dragon with mikels:excitement by source:emograph "
        "(probability 0.3)",
        'changed kites/dragon: skos:prefLabel from "dragon kite" to "serpent kite"',
    ]


def test_stats_tell_what_is_covered(good: Path, knowledge: GraphStore) -> None:
    store = open_store()
    install(store, read_pack(good))
    figures = stats(store, KITES)
    assert (figures.concepts, figures.associations, figures.depth) == (2, 3, 1)
    assert figures.by_kind == {"no kind": 1, "object": 1}
    assert (figures.covered, figures.inherited) == (1.0, 1.0)
    assert stats(knowledge).concepts > 1_200


def test_a_folder_comes_before_a_shipped_name(
    tmp_path: Path, good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(good, tmp_path / "disaster")
    assert locate_pack("disaster") == Path("disaster")
    with pytest.raises(KnowledgeError, match="no pack 'nowhere'"):
        locate_pack("nowhere")
