"""FastV: attention of one early layer decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from emograph.engine.pruning.plan import Stage
from emograph.engine.pruning.pruner import VisionTokenPruner
from emograph.engine.pruning.schedules import first_stage, geometric
from emograph.engine.pruning.seen import Seen, Selection

_LAYER = 2


@dataclass(frozen=True)
class FastV(VisionTokenPruner):
    """Keep the image tokens that the last token attends to most, once, from the third layer on.

    K = 2 as published, or earlier where the budget asks for it.
    """

    name: ClassVar[str] = "fastv"
    paper: ClassVar[str] = "An Image is Worth 1/2 Tokens After Layer 2, arXiv 2403.06764"

    def stages(self, layers: int) -> tuple[Stage, ...]:
        """One stage."""
        return geometric(layers, [first_stage(layers, self.budget, _LAYER)], self.budget)

    def reads_attention(self, stage: Stage) -> bool:  # noqa: ARG002
        """It does."""
        return True

    def select(self, seen: Seen, keep: int, stage: Stage) -> Selection:  # noqa: ARG002
        """By attention, averaged over heads."""
        return Selection(seen.attention().mean(dim=1).topk(keep, dim=1).indices)
