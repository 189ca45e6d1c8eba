"""PyramidDrop: fewer and fewer tokens with depth, by attention."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from emograph.engine.pruning.plan import Stage
from emograph.engine.pruning.pruner import VisionTokenPruner
from emograph.engine.pruning.schedules import first_stage, geometric, spread
from emograph.engine.pruning.seen import Seen, Selection

_STAGES = 3


@dataclass(frozen=True)
class PyramidDrop(VisionTokenPruner):
    """Four parts of the layers; between them the same share is kept by the last token's attention.

    As published the first stage comes after a quarter of the layers, which alone costs a quarter of
    the tokens; for smaller budgets the first part is shorter.
    """

    name: ClassVar[str] = "pyramiddrop"
    paper: ClassVar[str] = "PyramidDrop, arXiv 2410.17247"

    def stages(self, layers: int) -> tuple[Stage, ...]:
        """Three stages at equal distances."""
        first = first_stage(layers, self.budget, layers // (_STAGES + 1))
        starts = sorted(set(spread(first, layers, _STAGES)))
        return geometric(layers, starts, self.budget)

    def reads_attention(self, stage: Stage) -> bool:  # noqa: ARG002
        """It does."""
        return True

    def select(self, seen: Seen, keep: int, stage: Stage) -> Selection:  # noqa: ARG002
        """By attention, averaged over heads."""
        return Selection(seen.attention().mean(dim=1).topk(keep, dim=1).indices)
