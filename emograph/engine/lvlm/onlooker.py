"""A vision-language model as the engine uses it: one look at a photo gives cues and a vote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from emograph.engine.cues import Cue
from emograph.engine.images import Photo
from emograph.engine.lvlm.model import Told, VisionLanguageModel
from emograph.engine.lvlm.sight import CueReader
from emograph.engine.lvlm.voting import Voter
from emograph.engine.perception.detector import Array
from emograph.errors import VoteError

_NO_VOTE = "No vote of the vision-language model was cast"


@dataclass(frozen=True, slots=True)
class Look:
    """What a model sees in a photo, and how it votes; None where it does not vote in the scheme."""

    cues: tuple[Cue, ...]
    vote: Mapping[str, float] | None
    notes: tuple[str, ...] = ()
    pooled: Array | None = None
    """What the model's eyes saw, for a student that was fitted on them."""


class Onlooker:
    """Looks at photos with a model: the photo is encoded once for all that is asked."""

    def __init__(self, model: VisionLanguageModel, reader: CueReader, voter: Voter) -> None:
        self.model = model
        self.reader = reader
        self.voter = voter

    def look_each(
        self, photos: Sequence[Photo], scheme: str, labels: tuple[str, ...]
    ) -> list[Look]:
        """The cues of each photo and the vote over a scheme's labels.

        Raises ImageError for a photo whose shape the model cannot take.
        """
        seen = self.model.look_each(photos, self.reader.namings)
        return [self._look(told, scheme, labels) for told in seen]

    def _look(self, told: Told, scheme: str, labels: tuple[str, ...]) -> Look:
        view = told.view
        cues = self.reader.cues(self.reader.sight(told.answers))
        if not self.voter.votes_in(scheme):
            why = f"{_NO_VOTE}: it has not learned the labels of {scheme}."
            return Look(cues, None, (why,), view.pooled)
        try:
            return Look(cues, self.voter.vote(view, scheme, labels), (), view.pooled)
        except VoteError as error:
            return Look(cues, None, (f"{_NO_VOTE}. {error}",), view.pooled)
