"""Sets of tokens that differ from one another, and tokens that stand for others."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from emograph.engine.pruning.seen import take

_STAYS = 0.999
# As many as may be taken in one round: more of them would seldom be.
_LOOKED = 48
_FAR = 4.0
"""Further apart than any two tokens of one picture."""


def centred(features: Tensor) -> Tensor:
    """Features (rows, n, width) less their mean over a prompt, as directions of unit length.

    What all tokens share says nothing of how they differ, but dominates cosines (Cen-Prune).
    """
    features = features.float()
    return functional.normalize(features - features.mean(dim=1, keepdim=True), dim=-1)


def cosine_distances(features: Tensor) -> Tensor:
    """1 - cosine of all pairs, shape (rows, n, n), 0..2."""
    unit = functional.normalize(features.float(), dim=-1)
    return 1 - unit @ unit.transpose(1, 2)


def spatial_distances(places: Tensor) -> Tensor:
    """Euclidean distances on the token grid, shape (rows, n, n); between pictures they are far."""
    apart = torch.cdist(places[..., 1:], places[..., 1:])
    other = places[..., None, 0] != places[..., None, :, 0]
    return apart.masked_fill(other, _FAR)


def farthest(distances: Tensor, count: int, chosen: Tensor | None = None) -> Tensor:
    """Indices (rows, count) of tokens far from one another, and from those `chosen` (rows, n).

    Greedy max-min selection by `distances` (rows, n, n), many tokens at a time. The reach of a
    token is its distance to the nearest one that was taken, and the one of greatest reach is next.
    A token is free where none of greater reach lies within its reach: nothing taken before it can
    change when its turn comes. So all free ones are taken at once, in their order, up to the first
    that a token which is not free would then beat. Each row must have `count` tokens to choose.

    >>> line = torch.tensor([[0.0, 1.0, 2.0, 9.0]])
    >>> farthest((line[:, :, None] - line[:, None]).abs(), 3).tolist()
    [[0, 3, 2]]
    """
    distances = distances.nan_to_num(0.0)
    rows, n = distances.shape[:2]
    if chosen is None or not bool(chosen.any()):
        # One of the two that are farthest apart.
        first = distances.flatten(1).argmax(dim=1, keepdim=True) // n
        indices = first[:, :count]
        reach = take(distances, first)[:, 0].scatter(1, first, -1)
    else:
        indices = distances.new_zeros(rows, 0, dtype=torch.long)
        reach = distances.masked_fill(~chosen[:, None], torch.inf).amin(dim=2)
        reach = reach.masked_fill(chosen, -1)
    size = min(n, _LOOKED)
    before = torch.ones(size, size, dtype=torch.bool, device=distances.device).tril(-1)
    while indices.shape[1] < count:
        # Those of greatest reach; of equal reach the first goes first.
        ranked = reach.argsort(dim=1, descending=True, stable=True)[:, :size]
        best, apart = take(reach, ranked), take(distances, ranked)
        within = take(apart.transpose(1, 2), ranked).transpose(1, 2) < best[..., None]
        free = ~(within & before).any(dim=2) & (best >= 0)
        taken = apart.masked_fill(~free[..., None], torch.inf).cummin(dim=1).values
        left = torch.minimum(reach[:, None], taken)
        out = (reach < 0).scatter(1, ranked, free | (best < 0))
        rival = left.masked_fill(out[:, None], -1).amax(dim=2)
        beaten = free[:, 1:] & (best[:, 1:] <= rival[:, :-1])
        goes = free.clone()
        goes[:, 1:] &= beaten.cumsum(dim=1) == 0
        # As many in each row, so that rows stay alike; what one leaves, its next round takes.
        going = min(int(goes.sum(dim=1).min()), count - indices.shape[1])
        new = take(ranked, (~goes).to(torch.int8).argsort(dim=1, stable=True)[:, :going])
        indices = torch.cat([indices, new], dim=1)
        reach = torch.minimum(reach, take(distances, new).amin(dim=1)).scatter(1, new, -1)
    return indices


def belonging(distances: Tensor, indices: Tensor) -> Tensor:
    """Which of `indices` (rows, k) each token is nearest to, shape (rows, n), in 0..k-1."""
    of = take(distances, indices).argmin(dim=1)
    # A token is nearest to itself, even where another is exactly as it is.
    own = torch.arange(indices.shape[1], device=of.device).expand_as(indices)
    return of.scatter(1, indices, own)


def medoids(
    points: Tensor, distances: Tensor, sizes: Tensor, indices: Tensor, steps: int, fixed: int = 0
) -> Tensor:
    """Move chosen tokens to the middle of those that are nearest to them, `steps` times.

    `points` (rows, n, d) with their `distances` (rows, n, n) count by `sizes` (rows, n). A middle
    is the token nearest to the mean; no two of `indices` (rows, k) become one, and the first
    `fixed` of them stay where they are.
    """
    rows, n, width = points.shape
    k = indices.shape[1]
    weighed = (points * sizes[..., None]).flatten(0, 1)
    at = torch.arange(n, device=points.device).expand(rows, -1)
    row = torch.arange(rows, device=points.device)[:, None] * k
    for _ in range(steps):
        of = belonging(distances, indices)
        own = (of + row).flatten()
        mean = points.new_zeros(rows * k, width).index_add_(0, own, weighed)
        mean /= totals(of, sizes, k).reshape(-1, 1)
        off = (points - mean[own].reshape(rows, n, width)).square().sum(dim=-1)
        # Of two tokens, both as near to their mean, the one that was chosen stays.
        off = off.scatter(1, indices, take(off, indices) * _STAYS)
        least = off.new_full((rows, k), torch.inf).scatter_reduce_(1, of, off, "amin")
        is_middle = off <= take(least, of)
        middles = at.new_full((rows, k), n).scatter_reduce_(
            1, of, torch.where(is_middle, at, n), "amin"
        )
        indices = torch.cat([indices[:, :fixed], middles[:, fixed:]], dim=1)
    return indices


def totals(of: Tensor, sizes: Tensor, count: int) -> Tensor:
    """The sizes (rows, n) added up by what each token belongs to, shape (rows, count)."""
    return sizes.new_zeros(len(of), count).scatter_add_(1, of, sizes)
