"""CDPruner: diverse tokens, given what is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn import functional

from emograph.engine.pruning.plan import Stage
from emograph.engine.pruning.pruner import VisionTokenPruner
from emograph.engine.pruning.seen import Seen, Selection

_LEAST = 1e-6


@dataclass(frozen=True)
class CDPruner(VisionTokenPruner):
    """Keep a set of tokens by a determinantal point process, conditioned on the question.

    The kernel is r_i S_ij r_j, S being cosine similarities and r how relevant each token is to the
    question, scaled to 0..1; its greedy MAP set is kept (equations 6 to 8 of the paper). Relevance
    is told by embeddings of the language model, as the paper does where there is no text encoder
    beside the vision tower.
    """

    name: ClassVar[str] = "cdpruner"
    paper: ClassVar[str] = "CDPruner, arXiv 2506.10967"

    def stages(self, layers: int) -> tuple[Stage, ...]:  # noqa: ARG002
        """One stage, before the first layer."""
        return (Stage(0, self.budget),)

    def reads_attention(self, stage: Stage) -> bool:  # noqa: ARG002
        """It goes by the words of the question, which must be there likewise."""
        return True

    def select(self, seen: Seen, keep: int, stage: Stage) -> Selection:  # noqa: ARG002
        """By the greedy MAP set of the conditional kernel."""
        tokens = functional.normalize(seen.embeddings.float(), dim=-1)
        relevance = _relevance(tokens, seen)
        kernel = relevance[:, :, None] * (tokens @ tokens.transpose(1, 2)) * relevance[:, None]
        return Selection(_greedy_map(kernel, keep))


def _relevance(tokens: Tensor, seen: Seen) -> Tensor:
    if not seen.is_word.shape[1]:
        return torch.ones(tokens.shape[:2], device=tokens.device)
    words = seen.words.float() * seen.is_word[..., None]
    asked = functional.normalize(words.sum(dim=1), dim=-1)
    near = (tokens @ asked[..., None])[..., 0]
    low, high = near.amin(dim=1, keepdim=True), near.amax(dim=1, keepdim=True)
    # The paper takes the negative: what a projector makes likest to text says least.
    return (high - near + _LEAST) / (high - low + _LEAST)


def _greedy_map(kernel: Tensor, count: int) -> Tensor:
    """The greedy MAP set of a kernel (rows, n, n), by updates of its Cholesky factor.

    Chen, Zhang and Zhou 2018 (arXiv 1709.05135), algorithm 1.
    """
    rows = torch.arange(len(kernel), device=kernel.device)
    gain = kernel.diagonal(dim1=1, dim2=2).clone()
    factor = kernel.new_zeros(len(kernel), count, kernel.shape[1])
    taken = torch.zeros(len(kernel), count, dtype=torch.long, device=kernel.device)
    for i in range(count):
        best = gain.argmax(dim=1)
        taken[:, i] = best
        past = factor[:, :i]
        shared = (past[rows, :, best][..., None] * past).sum(dim=1)
        new = (kernel[rows, best] - shared) / gain[rows, best].clamp_min(_LEAST).sqrt()[:, None]
        factor[:, i] = new
        gain = gain - new.square()
        gain[rows, best] = -torch.inf
        gain = gain.scatter(1, taken[:, : i + 1], -torch.inf)
    return taken
