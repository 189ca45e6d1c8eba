"""Balanced token pruning with weights: the tokens that are kept speak for those that are not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from emograph.engine.pruning.diversity import belonging, centred, farthest, medoids, totals
from emograph.engine.pruning.methods.btp import BTP, balanced
from emograph.engine.pruning.plan import Stage
from emograph.engine.pruning.seen import Seen, Selection
from emograph.errors import EmographError

# A place counts as much as features do: both then have about unit spread over a picture.
_PLACE = 3.2
# Pictures of one prompt are far apart.
_APART = 8.0
_STEPS = 2
# Halfway between how many tokens each one stands for and their mean.
_EVEN = 0.5
# A little less than all of it: captions become likelier, and answers hardly change.
_STRENGTH = 0.85


@dataclass(frozen=True)
class WeightedBTP(BTP):
    """BTP whose kept tokens stand for those nearest to them, and get their attention.

    Four things differ from what is published. Features are centred before they are compared, since
    what all tokens share dominates cosines. Diverse tokens are moved to the middle of those that
    are nearest to them, in features and place: max-min selection alone picks outliers. Each kept
    token then gets 0.85 log s added to its scores, s being how many tokens it stands for: else the
    picture would lose most of the attention that it has when it is whole (ToMe, arXiv 2210.09461,
    equation 1, adds log s). And attention is read only where calibration finds it worth it.

    Without a plan all is done before the first layer, without reading attention. FlashAttention
    takes no weights; it needs `BTP`.
    """

    name: ClassVar[str] = "btp-w"
    paper: ClassVar[str] = "ours, on Balanced Token Pruning and Token Merging"

    def stages(self, layers: int) -> tuple[Stage, ...]:  # noqa: ARG002
        """Those of the plan, or one before the first layer."""
        if self.plan is not None:
            return self.plan.stages
        return (Stage(0, self.budget),)

    def expect(self, model: object) -> None:
        """Raise EmographError for models that compute attention in a way that takes no weights."""
        super().expect(model)
        found = model.get_decoder().config._attn_implementation  # type: ignore[attr-defined]
        if "flash" in (found or ""):
            raise EmographError(
                f"The attention {found} takes no weights of tokens.",
                "Load the model with sdpa, or take the method btp.",
            )

    def select(self, seen: Seen, keep: int, stage: Stage) -> Selection:
        """Attended tokens and middles of the rest, each with the number it stands for."""
        points = _points(seen)
        distances = torch.cdist(points, points)
        fixed = round(stage.balance * keep)
        chosen = torch.zeros(seen.order.shape, dtype=torch.bool, device=seen.order.device)
        indices = seen.order[:, :0]
        if fixed:
            indices = balanced(seen.attention().mean(dim=1), fixed)
            chosen = chosen.scatter(1, indices, True)
        indices = torch.cat([indices, farthest(distances, keep - fixed, chosen)], dim=1)
        indices = medoids(points, distances, seen.sizes, indices, _STEPS, fixed)
        sizes = totals(belonging(distances, indices), seen.sizes, keep)
        told = (1 - _EVEN) * sizes + _EVEN * seen.total / keep
        return Selection(indices, weights=_STRENGTH * told.log(), sizes=sizes)


def _points(seen: Seen) -> Tensor:
    scale = torch.tensor([_APART, _PLACE, _PLACE], device=seen.places.device)
    return torch.cat([centred(seen.features), seen.places * scale], dim=-1)
