"""What any method must beat: tokens by chance, and tokens in a grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch

from emograph.engine.pruning.diversity import farthest, spatial_distances
from emograph.engine.pruning.plan import Stage
from emograph.engine.pruning.pruner import VisionTokenPruner
from emograph.engine.pruning.seen import Seen, Selection


@dataclass(frozen=True)
class RandomTokens(VisionTokenPruner):
    """Keep tokens drawn by chance before the first layer, the same for pictures of one size."""

    name: ClassVar[str] = "random"
    paper: ClassVar[str] = "baseline"

    seed: int = 0

    def stages(self, layers: int) -> tuple[Stage, ...]:  # noqa: ARG002
        """One stage, before the first layer."""
        return (Stage(0, self.budget),)

    def select(self, seen: Seen, keep: int, stage: Stage) -> Selection:  # noqa: ARG002
        """By chance."""
        generator = torch.Generator().manual_seed(self.seed)
        drawn = torch.randperm(seen.order.shape[1], generator=generator)[:keep]
        return Selection(drawn.to(seen.order.device).expand(len(seen.order), -1))


@dataclass(frozen=True)
class UniformGrid(VisionTokenPruner):
    """Keep tokens spread evenly over the picture, before the first layer."""

    name: ClassVar[str] = "grid"
    paper: ClassVar[str] = "baseline"

    def stages(self, layers: int) -> tuple[Stage, ...]:  # noqa: ARG002
        """One stage, before the first layer."""
        return (Stage(0, self.budget),)

    def select(self, seen: Seen, keep: int, stage: Stage) -> Selection:  # noqa: ARG002
        """By distances on the token grid."""
        return Selection(farthest(spatial_distances(seen.places), keep))
