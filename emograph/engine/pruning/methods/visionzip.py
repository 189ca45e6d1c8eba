"""VisionZip and FasterVLM: what the vision tower itself attends to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch.nn import functional

from emograph.engine.pruning.plan import Stage
from emograph.engine.pruning.pruner import VisionTokenPruner
from emograph.engine.pruning.seen import Seen, Selection, take
from emograph.errors import EmographError

# Of 64 tokens 54 are dominant and 10 contextual, as published.
_CONTEXTUAL = 10 / 64


@dataclass(frozen=True)
class FasterVLM(VisionTokenPruner):
    """Keep the tokens that receive most attention in the vision tower, before the first layer."""

    name: ClassVar[str] = "fastervlm"
    paper: ClassVar[str] = "FasterVLM, arXiv 2412.01818"
    reads_tower: ClassVar[bool] = True

    def stages(self, layers: int) -> tuple[Stage, ...]:  # noqa: ARG002
        """One stage, before the first layer."""
        return (Stage(0, self.budget),)

    def select(self, seen: Seen, keep: int, stage: Stage) -> Selection:  # noqa: ARG002
        """By attention received."""
        return Selection(_received(seen).topk(keep, dim=1).indices)


@dataclass(frozen=True)
class VisionZip(FasterVLM):
    """Keep dominant tokens as they are, and merge the others into a few contextual ones.

    Dominant are those that receive most attention in the vision tower; of the rest, evenly spaced
    targets become the mean of what is likest to each (algorithm 1 of the paper). Tokens are
    compared as the language model gets them; the paper compares the tower's keys.
    """

    name: ClassVar[str] = "visionzip"
    paper: ClassVar[str] = "VisionZip, arXiv 2412.04467"

    def select(self, seen: Seen, keep: int, stage: Stage) -> Selection:  # noqa: ARG002
        """Dominant tokens, and contextual ones with the mean of what they stand for."""
        contextual = round(_CONTEXTUAL * keep)
        ranked = _received(seen).argsort(dim=1, descending=True, stable=True)
        dominant = ranked[:, : keep - contextual]
        rest = ranked[:, keep - contextual :].sort(dim=1).values
        if not contextual or rest.shape[1] <= contextual:
            return Selection(ranked[:, :keep])
        spaced = torch.arange(contextual, device=rest.device) * (rest.shape[1] // contextual)
        targets = rest[:, spaced]
        states = take(seen.features, rest)
        unit = functional.normalize(states.float(), dim=-1)
        likest = (unit @ unit[:, spaced].transpose(1, 2)).argmax(dim=2)
        likest = likest.scatter(
            1,
            spaced.expand(len(rest), -1),
            torch.arange(contextual, device=rest.device).expand_as(targets),
        )
        width = states.shape[-1]
        sums = states.new_zeros(len(rest), contextual, width).scatter_add_(
            1, likest[..., None].expand(-1, -1, width), states
        )
        counts = states.new_zeros(len(rest), contextual).scatter_add_(
            1, likest, torch.ones_like(states[..., 0])
        )
        merged = sums / counts[..., None]
        features = torch.cat([take(seen.features, dominant), merged], dim=1)
        return Selection(torch.cat([dominant, targets], dim=1), features=features)


def _received(seen: Seen) -> torch.Tensor:
    if seen.received is None:
        raise EmographError(
            "Nobody read the attention of the vision tower.",
            "Enter the pruner as a context of the whole model.",
        )
    return seen.received
