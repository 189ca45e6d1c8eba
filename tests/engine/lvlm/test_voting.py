"""A vote is a likelihood against that without the picture; nothing else moves it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emograph.engine.images import open_photo
from emograph.engine.lvlm.fitted import PLAIN, Softening
from emograph.engine.lvlm.questions import feeling
from emograph.engine.lvlm.voting import Voter
from tests.engine.lvlm.acting import ActingModel

PHOTO = open_photo(np.zeros((4, 4, 3), np.uint8))
LABELS = ("awe", "fear", "joy")
LIKES = st.fixed_dictionaries({label: st.floats(-30.0, 0.0) for label in LABELS})


@given(LIKES, LIKES)
def test_a_vote_is_a_distribution(seen: dict[str, float], blind: dict[str, float]) -> None:
    model = ActingModel(seen, blind)
    vote = Voter(model).vote(model.look(PHOTO), "mikels", LABELS)
    assert tuple(vote) == LABELS
    assert sum(vote.values()) == pytest.approx(1.0)
    assert all(share >= 0 for share in vote.values())


@given(LIKES)
def test_who_would_say_the_same_without_the_picture_says_nothing(likes: dict[str, float]) -> None:
    model = ActingModel(likes, likes)
    vote = Voter(model).vote(model.look(PHOTO), "mikels", LABELS)
    assert list(vote.values()) == pytest.approx([1 / 3] * 3)


@given(LIKES, st.floats(0.2, 5.0))
def test_a_temperature_flattens_and_changes_no_order(seen: dict[str, float], soft: float) -> None:
    model = ActingModel(seen, dict.fromkeys(LABELS, 0.0))
    plain = Voter(model, {"mikels": PLAIN}).vote(model.look(PHOTO), "mikels", LABELS)
    softened = Voter(model, {"mikels": Softening(soft)}).vote(model.look(PHOTO), "mikels", LABELS)
    odds = np.array([seen[label] for label in LABELS]) / soft
    assert list(softened.values()) == pytest.approx(list(np.exp(odds) / np.exp(odds).sum()))
    by_share = sorted(LABELS, key=lambda label: (softened[label], plain[label]))
    assert by_share == sorted(LABELS, key=lambda label: plain[label])


def test_the_answer_without_a_picture_is_asked_for_once() -> None:
    model = ActingModel({"awe": -1.0}, {})
    voter = Voter(model)
    for _ in range(3):
        voter.vote(model.look(PHOTO), "mikels", LABELS)
    assert model.looks.count(False) == 1


def test_it_votes_in_the_schemes_it_has_learned() -> None:
    assert Voter(ActingModel()).votes_in("plutchik")
    assert Voter(ActingModel(), {"mikels": PLAIN}).votes_in("mikels")
    assert not Voter(ActingModel(), {"mikels": PLAIN}).votes_in("plutchik")


def test_the_question_lists_the_labels_of_the_scheme() -> None:
    assert all(label in feeling(LABELS).question.text for label in LABELS)


def test_without_a_correction_what_is_usual_counts() -> None:
    model = ActingModel(dict.fromkeys(LABELS, -1.0), {"awe": -0.1, "fear": -3.0, "joy": -3.0})
    view = model.look(PHOTO)
    plain = Voter(model, {"mikels": PLAIN}).vote(view, "mikels", LABELS)
    usual = Voter(model, {"mikels": Softening(correction=0.0)}).vote(view, "mikels", LABELS)
    assert plain["awe"] < plain["fear"]
    assert list(usual.values()) == pytest.approx([1 / 3] * 3)
