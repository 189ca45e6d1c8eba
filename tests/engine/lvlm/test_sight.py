"""What a model says is checked against the graph's words, and becomes cues."""

import pytest
from pydantic import ValidationError

from emograph.engine.alignment import group_of
from emograph.engine.lvlm.fitted import Confidence
from emograph.engine.lvlm.model import Named
from emograph.engine.lvlm.sight import CueReader, Sight
from emograph.engine.lvlm.vocabulary import words_of
from emograph.kg.concepts import Concept
from tests.engine.lvlm.acting import ActingModel

ROOT = "https://w3id.org/emograph/concept/"


def concept(path: str, label: str, kind: str, vocabulary: str, *alt: str) -> Concept:
    return Concept(ROOT + path, label, alt, kind, vocabulary, "", (), "")


CONCEPTS = (
    concept("object/dog", "dog", "object", "emoset"),
    concept("wn/1-n", "dog", "object", "wordnet"),
    concept("situation/dog_asleep", "Dog asleep", "object", "situation"),
    concept("scene/beach", "beach", "scene", "emoset"),
    concept("sun/beach", "beach", "scene", "sun"),
    concept("facial_expression/happy", "happy", "facial_expression", "emoset"),
    concept("brightness/0.2", "brightness 0.2", "brightness", "emoset", "dark"),
    concept("brightness/0.3", "brightness 0.3", "brightness", "emoset", "dark"),
    concept("brightness/0.8", "brightness 0.8", "brightness", "emoset", "bright"),
    concept("warmth/0.2", "warmth 0.2", "composition", "photometry", "cold colors"),
    concept("flood/high_water", "high water", "scene", "flood"),
)
WORDS = words_of(CONCEPTS)
KINDS = ("scene", "object", "facial_expression", "light", "text", "other")


def said(**answers: tuple[Named, ...]) -> ActingModel:
    return ActingModel(said=answers)


def test_words_are_labels_of_what_can_be_seen() -> None:
    assert WORDS.labels("object") == ("dog", "dog asleep")
    assert WORDS.labels("scene") == ("beach", "high water")  # of packs, too
    assert WORDS.labels("light") == ("bright", "cold colors", "dark")
    assert WORDS.labels("action") == ()


def test_of_several_concepts_with_a_label_the_counted_one_is_meant() -> None:
    assert WORDS.by_kind["scene"]["beach"].iri == ROOT + "scene/beach"
    assert WORDS.by_kind["object"]["dog"].iri == ROOT + "object/dog"


def test_an_answer_becomes_cues_that_name_their_concepts() -> None:
    model = said(scene=(Named("beach", 0.5),), object=(Named("dog asleep", 0.25),))
    reader = CueReader(WORDS, KINDS)
    cues = reader.cues(reader.read(model.look(None)))
    assert [(cue.kind, cue.label, cue.confidence, cue.concept) for cue in cues] == [
        ("scene", "beach", 0.5, ROOT + "scene/beach"),
        ("object", "dog asleep", 0.25, ROOT + "situation/dog_asleep"),
    ]
    assert {cue.detector for cue in cues} == {"lvlm"}


def test_of_each_scale_the_surest_step_is_a_cue() -> None:
    model = said(light=(Named("dark", 0.25), Named("cold colors", 0.75), Named("bright", 0.5)))
    reader = CueReader(WORDS, KINDS)
    cues = reader.cues(reader.read(model.look(None)))
    assert [cue.label for cue in cues] == ["bright", "cold colors"]


def test_free_words_name_no_concept_and_are_left_to_alignment() -> None:
    model = said(text=(Named("no entry", 0.75),), other=(Named("tricycle,  old tyre", 0.5),))
    reader = CueReader(WORDS, KINDS)
    cues = reader.cues(reader.read(model.look(None)))
    assert [(cue.kind, cue.label) for cue in cues] == [
        ("text", "no entry"),
        ("object", "tricycle"),
        ("object", "old tyre"),
    ]
    assert all(cue.concept is None for cue in cues)


def test_what_is_no_label_of_a_concept_is_refused() -> None:
    reader = CueReader(WORDS, KINDS)
    with pytest.raises(ValidationError, match="'unicorn' is no label"):
        reader.read(said(object=(Named("unicorn", 0.9),)).look(None))
    with pytest.raises(ValidationError):
        Sight.model_validate({"weather": []}, context={"words": WORDS})


def test_confidence_is_calibrated_and_bounded() -> None:
    reader = CueReader(WORDS, KINDS, {"object": Confidence(slope=1.0, offset=2.0)})
    sight = reader.read(said(object=(Named("dog", 0.5),)).look(None))
    assert sight.object[0].confidence == pytest.approx(1 / (1 + 1 / (0.5 * 2.718281828**2)))


def test_cues_join_the_groups_of_detectors_that_read_the_same_things() -> None:
    model = said(
        scene=(Named("high water", 0.5),),
        object=(Named("dog", 0.5),),
        facial_expression=(Named("happy", 0.5),),
        light=(Named("dark", 0.5), Named("cold colors", 0.5)),
    )
    reader = CueReader(WORDS, KINDS)
    groups = [group_of(cue) for cue in reader.cues(reader.read(model.look(None)))]
    assert groups == [
        "concepts:flood",
        "concepts:emoset",
        "faces:facial_expression",
        "brightness",
        "composition:warmth",
    ]
