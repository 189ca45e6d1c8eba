"""Cues are found by the concept they name, by their label, then by what it means."""

from collections.abc import Sequence

import numpy as np
import pytest

from emograph.engine.alignment import Aligner, group_of
from emograph.engine.cues import Cue, Evidence
from emograph.engine.perception.detector import Array
from tests.engine.making import concept, cue, unit, vocabulary_of

DOG = concept("dog", also=["domestic dog"])
SWIMMING = concept("swimming", "action")
PLAY = concept("play", "action")
PLAY_SCENE = concept("play", "scene")
BOX = concept("Box (of wood)")
BEACH = concept("beach", "scene")
SEA = concept("海", "scene")
CONCEPTS = [DOG, SWIMMING, PLAY, PLAY_SCENE, BOX, BEACH, SEA]
SINGULARS = [
    concept(w) for w in ("horse", "glass", "box", "cherry", "movie", "match", "bus", "face")
]

# What texts mean: a puppy is nearly a dog (0.8), a car is not (0.3).
MEANINGS = {"puppy": [0.8, 0.6], "car": [0.3, 0.954], "hound": [1.0000001, 0.0]}


def encode(texts: Sequence[str]) -> Array:
    width = len(CONCEPTS) + 1
    vectors = np.zeros((len(texts), width), np.float32)
    for row, text in zip(vectors, texts, strict=True):
        row[[0, width - 1]] = MEANINGS.get(text, [0.0, 1.0])
    return vectors


def never(texts: Sequence[str]) -> Array:
    raise AssertionError(f"{texts} should have been found by name")


ALIGNER = Aligner(
    vocabulary_of(CONCEPTS, np.eye(len(CONCEPTS), len(CONCEPTS) + 1, dtype=np.float32)), encode
)


def found(seen: Cue, aligner: Aligner = ALIGNER) -> Evidence | None:
    evidence = aligner.align([seen])
    assert len(evidence) <= 1
    return evidence[0] if evidence else None


def test_a_cue_that_names_its_concept_is_taken_at_its_word() -> None:
    evidence = found(cue("a", 0.4, label="beach", iri=DOG.iri))
    assert evidence is not None
    assert (evidence.concept, evidence.score, evidence.strength) == (DOG.iri, 1.0, 0.4)


def test_a_cue_that_names_an_unknown_concept_is_no_evidence_whatever_its_label() -> None:
    assert found(cue("a", label="dog", iri="urn:unheard_of")) is None


@pytest.mark.parametrize("label", ["dog", "Dog", " DOG ", "dogs", "domestic-dog", "Domestic_Dogs"])
def test_a_label_is_found_in_any_case_and_number_and_by_other_names(label: str) -> None:
    evidence = found(cue("a", label=label))
    assert evidence is not None
    assert (evidence.concept, evidence.score) == (DOG.iri, 1.0)


@pytest.mark.parametrize(
    "plural",
    ["horses", "glasses", "boxes", "cherries", "movies", "matches", "buses", "faces"],
)
def test_plurals_are_found_under_their_singular(plural: str) -> None:
    evidence = found(cue("a", label=plural), Aligner(vocabulary_of(SINGULARS), never))
    assert evidence is not None
    names = {c.iri: c.label for c in SINGULARS}
    assert plural.startswith(names[evidence.concept][:-1])


def test_signs_in_a_name_do_not_matter() -> None:
    evidence = found(cue("a", label="box, of wood"))
    assert evidence is not None
    assert evidence.concept == BOX.iri


def test_names_in_other_scripts_are_told_apart() -> None:
    evidence = found(cue("a", label="海"))
    assert evidence is not None
    assert evidence.concept == SEA.iri
    assert found(cue("a", label="山")) is None


@pytest.mark.parametrize(("kind", "expected"), [("scene", PLAY_SCENE), ("action", PLAY)])
def test_of_concepts_with_one_name_that_of_the_cues_own_kind_is_preferred(
    kind: str, expected: object
) -> None:
    evidence = found(Cue("a", kind, "play", 0.5, "test"))  # type: ignore[arg-type]
    assert evidence is not None
    assert evidence.concept == getattr(expected, "iri", None)


def test_a_concept_of_another_kind_is_better_than_none() -> None:
    evidence = found(cue("a", label="beach", kind="text"))
    assert evidence is not None
    assert evidence.concept == BEACH.iri


def test_what_means_nearly_the_same_is_found_with_its_likeness_as_the_score() -> None:
    evidence = found(cue("a", 0.5, label="puppy"))
    assert evidence is not None
    assert evidence.concept == DOG.iri
    assert evidence.score == pytest.approx(0.8)
    assert evidence.strength == pytest.approx(0.4)


def test_a_likeness_is_never_more_than_one() -> None:
    evidence = found(cue("a", label="hound"))
    assert evidence is not None
    assert evidence.score == 1.0


def test_what_means_something_else_is_no_evidence() -> None:
    assert found(cue("a", label="car")) is None


def test_evidence_keeps_the_order_of_the_cues_and_skips_what_is_not_found() -> None:
    cues = [cue("a", label="beach"), cue("b", label="car"), cue("c", label="dog")]
    evidence = ALIGNER.align(cues)
    assert [e.cue for e in evidence] == [cues[0], cues[2]]
    assert ALIGNER.align([]) == ()


def test_names_are_looked_up_without_the_encoder() -> None:
    aligner = Aligner(vocabulary_of([DOG], unit([[1, 0]])), never)
    assert found(cue("a", label="dogs"), aligner) is not None


class TestGroups:
    def test_what_one_detector_says_of_an_image_is_one_group(self) -> None:
        one, two = cue("h:dog", detector="heads"), cue("h:cat", detector="heads")
        assert group_of(one) == group_of(two)
        assert group_of(one) != group_of(cue("h:dog", detector="others"))

    def test_vocabularies_that_are_read_side_by_side_are_groups_of_their_own(self) -> None:
        labels = cue("emoset:object:dog", detector="concepts")
        more = cue("emoset:scene:beach", detector="concepts")
        situation = cue("situation:scene:storm", detector="concepts")
        assert group_of(labels) == group_of(more) != group_of(situation)
        assert group_of(situation) == "concepts:situation"

    def test_each_measure_of_light_is_a_group(self) -> None:
        groups = {group_of(cue(id, detector="photometry")) for id in ("brightness", "warmth")}
        assert len(groups) == 2

    def test_smiles_are_one_group_and_faces_another(self) -> None:
        ids = ("facial_expression:happy", "facial_expression:happy-2", "object:face")
        smile, smile2, face = (group_of(cue(id, detector="faces")) for id in ids)
        assert smile == smile2 != face
