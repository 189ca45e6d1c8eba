"""One look gives cues and a vote; a vote that cannot be cast is a note, and the cues remain."""

from collections.abc import Sequence

import numpy as np

from emograph.engine.images import open_photo
from emograph.engine.lvlm.fitted import PLAIN, Softening
from emograph.engine.lvlm.model import LogLikelihoods, Named, Question
from emograph.engine.lvlm.onlooker import Onlooker
from emograph.engine.lvlm.sight import CueReader
from emograph.engine.lvlm.voting import Voter
from emograph.errors import VoteError
from tests.engine.lvlm.acting import ActingModel, ActingView
from tests.engine.lvlm.test_sight import KINDS, WORDS

PHOTO = open_photo(np.zeros((4, 4, 3), np.uint8))
LABELS = ("awe", "fear")
SAID = {"object": (Named("dog", 0.9), Named("dog asleep", 0.01))}


class Mute(ActingView):
    def log_likelihoods(self, question: Question, answers: Sequence[str]) -> LogLikelihoods:
        del question, answers
        raise VoteError("It gives no log-probabilities.", "Take another.")


class MuteModel(ActingModel):
    def look(self, photo: object) -> ActingView:
        del photo
        return Mute(self, {})


def onlooker(model: ActingModel, fitted: dict[str, Softening] | None = None) -> Onlooker:
    return Onlooker(model, CueReader(WORDS, KINDS), Voter(model, fitted))


def test_a_look_gives_cues_and_a_vote() -> None:
    model = ActingModel({"awe": -1.0, "fear": -3.0}, {}, SAID)
    (look,) = onlooker(model).look_each([PHOTO], "mikels", LABELS)
    assert [cue.label for cue in look.cues] == ["dog"]  # the other was a mere guess
    assert look.vote is not None
    assert look.vote["awe"] > look.vote["fear"]
    assert look.notes == ()
    assert model.looks.count(True) == 1


def test_a_scheme_that_was_not_learned_is_noted() -> None:
    learned = onlooker(ActingModel(said=SAID), {"ekman": PLAIN})
    (look,) = learned.look_each([PHOTO], "mikels", LABELS)
    assert look.vote is None
    assert "learned the labels of mikels" in look.notes[0]
    assert look.cues


def test_a_model_that_cannot_vote_still_sees() -> None:
    (look,) = onlooker(MuteModel(said=SAID)).look_each([PHOTO], "mikels", LABELS)
    assert look.vote is None
    assert look.cues
    assert "gives no log-probabilities" in look.notes[0]
