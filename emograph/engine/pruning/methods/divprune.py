"""DivPrune: the most diverse tokens, before the language model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from emograph.engine.pruning.diversity import cosine_distances
from emograph.engine.pruning.plan import Stage
from emograph.engine.pruning.pruner import VisionTokenPruner
from emograph.engine.pruning.seen import Seen, Selection


@dataclass(frozen=True)
class DivPrune(VisionTokenPruner):
    """Keep tokens that are as far from one another as can be: greedy max-min diversity.

    It begins with the token whose nearest neighbour is farthest (algorithm 1 of the paper).
    """

    name: ClassVar[str] = "divprune"
    paper: ClassVar[str] = "DivPrune, arXiv 2503.02175"

    def stages(self, layers: int) -> tuple[Stage, ...]:  # noqa: ARG002
        """One stage, before the first layer."""
        return (Stage(0, self.budget),)

    def select(self, seen: Seen, keep: int, stage: Stage) -> Selection:  # noqa: ARG002
        """By cosine distances, one after the other."""
        return Selection(_greedy(cosine_distances(seen.embeddings), keep))


def _greedy(distances: Tensor, count: int) -> Tensor:
    rows = torch.arange(len(distances), device=distances.device)
    own = torch.eye(distances.shape[1], dtype=torch.bool, device=distances.device)
    reach = distances.masked_fill(own, torch.inf).amin(dim=2)
    taken = [reach.argmax(dim=1)]
    reach = distances[rows, taken[0]].clone()
    while len(taken) < count:
        reach[rows, taken[-1]] = -torch.inf
        taken.append(reach.argmax(dim=1))
        reach = torch.minimum(reach, distances[rows, taken[-1]])
    return torch.stack(taken, dim=1)
