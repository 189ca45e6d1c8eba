"""Balanced token pruning, as published."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import torch
from torch import Tensor

from emograph.engine.pruning.diversity import (
    centred,
    cosine_distances,
    farthest,
    spatial_distances,
)
from emograph.engine.pruning.plan import PruningPlan, Stage
from emograph.engine.pruning.pruner import VisionTokenPruner
from emograph.engine.pruning.schedules import first_stage, geometric, spread
from emograph.engine.pruning.seen import Seen, Selection, take
from emograph.errors import EmographError

STAGES = 5
BALANCES = (0.6, 0.7, 0.8, 0.9, 1.0)
"""λ of the stages, rising with depth from what is published for LLaVA-1.5."""
_FIRST = 3
_LEAST = 0.125
# How many more tokens than needed are looked at by attention, before early ones are preferred.
_OVER = 1.5


@dataclass(frozen=True)
class BTP(VisionTokenPruner):
    """Balanced token pruning: early stages keep what later layers need, late ones what is asked.

    At each stage the share λ of the tokens is kept by the attention of the prompt's last token,
    re-balanced against its bias to late positions, and the rest by max-min diversity of features
    (equations 5 to 9 of the paper). At the first stage diversity starts from tokens spread over the
    picture, by Euclidean distance on the token grid.

    With `centered` features are centred before they are compared. `closed` drops all image tokens
    at the last stage, which serves questions with a closed set of answers. A `plan` brings stages
    that were calibrated for a model; else there are five at equal distances.
    """

    name: ClassVar[str] = "btp"
    paper: ClassVar[str] = "Balanced Token Pruning, arXiv 2505.22038"

    centered: bool = False
    closed: bool = False
    plan: PruningPlan | None = None

    @classmethod
    def load(cls, path: str | Path) -> BTP:
        """The pruner of a plan's file, which may be for `WeightedBTP`.

        Raises EmographError where the file holds no plan for this method.
        """
        return cls.of(PruningPlan.load(path))

    @classmethod
    def of(cls, plan: PruningPlan) -> BTP:
        """The pruner of a plan; raises EmographError where the plan is for another method."""
        for kind in (cls, *cls.__subclasses__()):
            if kind.name == plan.method:
                try:
                    return kind(plan.budget, plan=plan, **plan.options)  # type: ignore[arg-type]
                except TypeError as error:
                    raise EmographError(
                        f"This pruning plan has options that {kind.name} does not have.",
                        "Make it again with `emograph prune calibrate`.",
                    ) from error
        raise EmographError(
            f"This pruning plan is for the method {plan.method}, not for {cls.name}.",
            "Make a plan for this method with `emograph prune calibrate`.",
        )

    def stages(self, layers: int) -> tuple[Stage, ...]:
        """Those of the plan, or five at equal distances that meet the budget."""
        if self.plan is not None:
            return self.plan.stages
        first = first_stage(layers, self.budget, _FIRST)
        return published(layers, spread(first, layers, STAGES), self.budget, self.closed)

    def expect(self, model: object) -> None:
        """Raise EmographError where the plan is for another model."""
        if self.plan is not None:
            self.plan.expect(model)

    def reads_attention(self, stage: Stage) -> bool:
        """Whether λ is above 0."""
        return stage.balance > 0

    def select(self, seen: Seen, keep: int, stage: Stage) -> Selection:
        """By attention and by diversity, in the proportion of the stage."""
        chosen = torch.zeros(seen.order.shape, dtype=torch.bool, device=seen.order.device)
        by_attention = round(stage.balance * keep)
        if by_attention:
            best = balanced(seen.attention().mean(dim=1), by_attention)
            chosen = chosen.scatter(1, best, True)
        left = keep - by_attention
        if left and seen.order.shape[1] == seen.total:
            chosen = chosen.scatter(1, farthest(spatial_distances(seen.places), left // 2), True)
        return Selection(_filled(self._distances(seen), chosen, keep))

    def _distances(self, seen: Seen) -> Tensor:
        return cosine_distances(centred(seen.features) if self.centered else seen.features)


def published(layers: int, starts: Sequence[int], budget: float, closed: bool) -> tuple[Stage, ...]:
    """Stages before the layers `starts`, with λ rising.

    The last one keeps an eighth of the tokens, or half the budget where that is less; for `closed`
    questions it keeps none.
    """
    starts = sorted(set(starts))
    balances = BALANCES[: len(starts)]
    if not closed or len(starts) < 2:
        return geometric(layers, starts, budget, balances, min(_LEAST, budget / 2))
    # The layers after the last stage are free, so those before it have the whole budget.
    before = geometric(starts[-1], starts[:-1], budget * layers / starts[-1], balances[:-1])
    return (*before, Stage(starts[-1], 0.0, balances[-1]))


def balanced(attention: Tensor, count: int) -> Tensor:
    """The `count` tokens of most attention (rows, n), those of the first half going first.

    More are looked at than are needed; whichever of them stand in the first half are kept before
    those of the second, since attention falls off with distance whatever there is to see.
    """
    n = attention.shape[1]
    looked = attention.topk(min(n, math.ceil(_OVER * count)), dim=1).indices
    is_late = looked >= n / 2
    return take(looked, is_late.to(torch.int8).argsort(dim=1, stable=True)[:, :count])


def _filled(distances: Tensor, chosen: Tensor, count: int) -> Tensor:
    """What was chosen (rows, n) and, up to `count`, the farthest from it, indices (rows, count)."""
    full = chosen.clone()
    missing = count - chosen.sum(dim=1)
    for left in missing.unique().tolist():
        if left:
            rows = (missing == left).nonzero()[:, 0]
            more = farthest(distances[rows], left, chosen[rows])
            full[rows] = full[rows].scatter(1, more, True)
    return full.to(torch.int8).argsort(dim=1, descending=True, stable=True)[:, :count]
