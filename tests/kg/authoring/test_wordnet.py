"""WordNet's files are read as its manual describes them, and labels get the right sense."""

from __future__ import annotations

from pathlib import Path

import pytest

from emograph.errors import KnowledgeError
from emograph.kg.authoring.concepts import acyclic_hierarchy
from emograph.kg.authoring.senses import Senses
from emograph.kg.authoring.wordnet import WordNet


def test_a_synset_has_words_gloss_and_what_is_above(wordnet: WordNet) -> None:
    synset = wordnet.synset(wordnet.named("animal.n.1"))
    assert synset.lemmas == ("animal", "beast")
    assert synset.supersense == 5
    assert synset.gloss == "a living organism"
    assert synset.above == (wordnet.named("entity.n.1"),)


def test_senses_are_in_order_of_frequency(wordnet: WordNet) -> None:
    glosses = [wordnet.synset(id).gloss for id in wordnet.senses("mouse", "n")]
    assert glosses == ['a small rodent; "a mouse ran"', "a pointing device"]


def test_inflected_words_are_found(wordnet: WordNet) -> None:
    assert wordnet.lemmas("Mice", "n") == ("mouse",)
    assert wordnet.lemmas("playing", "v") == ("play",)
    assert wordnet.lemmas("unheard", "n") == ()


def test_an_adjective_stands_below_its_attribute(wordnet: WordNet) -> None:
    warm = wordnet.synset(wordnet.named("warm.a.1"))
    assert warm.lemmas == ("warm",)
    assert warm.above == (wordnet.named("temperature.n.1"),)


@pytest.mark.parametrize("name", ["mouse.n.3", "mouse.n.0", "mouse.n.x", "unheard.n.1"])
def test_a_sense_that_is_not_there_is_said(wordnet: WordNet, name: str) -> None:
    with pytest.raises(KnowledgeError, match="no sense"):
        wordnet.named(name)


def test_a_synset_that_is_not_there_is_said(wordnet: WordNet) -> None:
    with pytest.raises(KnowledgeError, match="no synset 99999999-n"):
        wordnet.synset("99999999-n")


def test_a_folder_without_wordnet_is_said(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="no WordNet"):
        WordNet(tmp_path)


@pytest.mark.parametrize(
    ("kind", "label", "expected"),
    [
        ("object", "Mouse", ["mouse.n.1"]),
        ("object", "Computer mouse", ["computer_mouse.n.1"]),
        ("object", "Animals", ["animal.n.1"]),
        ("scene", "forest_path", ["path.n.1"]),
        ("action", "ice hockey", ["ice_hockey.n.1"]),
        ("action", "playing guitar", ["play.v.1", "guitar.n.1"]),
        ("action", "playing the guitar (at home)", ["play.v.1", "guitar.n.1"]),
        ("object", "gizmo", []),
    ],
)
def test_the_rule_finds_senses(
    wordnet: WordNet, kind: str, label: str, expected: list[str]
) -> None:
    assert Senses(wordnet).of(kind, label) == tuple(map(wordnet.named, expected))


def test_the_table_goes_before_the_rule(wordnet: WordNet) -> None:
    table = {("object", "Mouse"): ("mouse.n.2",), ("noun", "guitar"): ("artifact.n.1",)}
    senses = Senses(wordnet, table)
    assert senses.of("object", "Mouse") == (wordnet.named("mouse.n.2"),)
    assert senses.of("action", "playing guitar")[1] == wordnet.named("artifact.n.1")


def test_circles_of_wordnet_are_opened(wordnet: WordNet) -> None:
    first, second = wordnet.named("restrain.v.1"), wordnet.named("inhibit.v.1")
    assert acyclic_hierarchy(wordnet, [first]) == {first: (second,), second: ()}


def test_the_hierarchy_goes_up_to_the_root(wordnet: WordNet) -> None:
    hierarchy = acyclic_hierarchy(wordnet, [wordnet.named("mouse.n.1")])
    assert list(hierarchy) == [
        wordnet.named(f"{name}.n.1") for name in ("entity", "animal", "mouse")
    ]
