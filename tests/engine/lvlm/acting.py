"""A vision-language model that says what it was told to, for what a real one is not needed for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from emograph.engine.images import Photo
from emograph.engine.lvlm.model import (
    LIKELIEST,
    LogLikelihoods,
    Named,
    Naming,
    Question,
    Sampling,
    Told,
)


@dataclass
class ActingModel:
    """Likes answers as much as `seen` says of a photo, and `blind` without one; names `said`."""

    seen: Mapping[str, float] = field(default_factory=dict)
    blind: Mapping[str, float] = field(default_factory=dict)
    said: Mapping[str, tuple[Named, ...]] = field(default_factory=dict)
    name: str = "acting 1"
    looks: list[bool] = field(default_factory=list)

    def look(self, photo: Photo | None) -> "ActingView":
        self.looks.append(photo is not None)
        return ActingView(self, self.blind if photo is None else self.seen)

    def look_each(self, photos: Sequence[Photo], namings: Sequence[Naming]) -> list[Told]:
        views = [self.look(photo) for photo in photos]
        return [Told(view, view.name(namings)) for view in views]


@dataclass
class ActingView:
    pooled = None
    model: ActingModel
    likes: Mapping[str, float]

    def log_likelihoods(self, question: Question, answers: Sequence[str]) -> LogLikelihoods:
        del question
        return np.array([self.likes.get(answer, -9.0) for answer in answers])

    def name(
        self, namings: Sequence[Naming], sampling: Sampling = LIKELIEST
    ) -> list[tuple[Named, ...]]:
        del sampling
        return [self.model.said.get(naming.kind, ()) for naming in namings]
