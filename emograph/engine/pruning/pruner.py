"""Pruning as a context: while it is entered, a model drops image tokens as it reads."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

from emograph.engine.pruning.hooks import Pruning
from emograph.engine.pruning.plan import Stage, check_budget
from emograph.engine.pruning.seen import Seen, Selection
from emograph.errors import EmographError

_entered: set[int] = set()
_lock = threading.Lock()


@dataclass(frozen=True)
class VisionTokenPruner(ABC):
    """A method that drops image tokens inside a vision-language model of transformers.

        with BTP(budget=0.22)(model):
            model.generate(**inputs)

    `budget` (0..1] is the share of image tokens that is read, on average over the layers; with 1
    nothing is changed at all. Positions stay those of the whole prompt, and the cache of later
    layers is shorter. Raises EmographError for a budget outside its range.
    """

    name: ClassVar[str]
    paper: ClassVar[str]
    """Where the method was published."""
    reads_tower: ClassVar[bool] = False
    """Whether it asks for the attention that tokens receive in the vision tower."""

    budget: float

    def __post_init__(self) -> None:
        check_budget(self.budget)

    @abstractmethod
    def stages(self, layers: int) -> tuple[Stage, ...]:
        """The stages in a model of so many layers; none where nothing is dropped."""

    @abstractmethod
    def select(self, seen: Seen, keep: int, stage: Stage) -> Selection:
        """Choose `keep` of the tokens that are seen at a stage."""

    def reads_attention(self, stage: Stage) -> bool:  # noqa: ARG002
        """Whether a stage goes by what the last token of the prompt attends to."""
        return False

    def expect(self, model: Any) -> None:  # noqa: B027, most methods fit all models
        """Raise EmographError where the method does not fit a model."""

    @contextmanager
    def __call__(self, model: Any) -> Iterator[Pruning]:
        """Prune in a model until the context is left; gives what was kept.

        Raises EmographError for a model that shows no images, and for one that is being pruned
        already, in this thread or another.
        """
        self.expect(model)
        with _alone(model), Pruning(model, self).attached() as pruning:
            yield pruning


@contextmanager
def _alone(model: Any) -> Iterator[None]:
    with _lock:
        if id(model) in _entered:
            raise EmographError(
                "This model's image tokens are being pruned already.",
                "Leave the other context first, or load the model a second time.",
            )
        _entered.add(id(model))
    try:
        yield
    finally:
        with _lock:
            _entered.discard(id(model))
