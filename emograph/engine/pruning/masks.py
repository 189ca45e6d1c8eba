"""Attention masks of layers that not every token has reached."""

from __future__ import annotations

import torch
from torch import Tensor


def layer_mask(
    mask: Tensor | None,
    read: Tensor | None,
    positions: Tensor,
    weights: Tensor | None,
    dtype: torch.dtype,
) -> Tensor | None:
    """The mask of one layer, from that of the whole prompt.

    `mask` is what transformers made: None (causal), (rows, keys) with 1 for tokens, or (rows or 1,
    1, queries, keys), boolean or added to the scores. `read` (rows or 1, q) are the places of this
    layer's queries among those of the mask, None for all of them. `positions` (rows or 1, k) are
    the places of its keys; `weights` (rows or 1, up to k) are added to the scores of the first ones.
    """
    if mask is None:
        if weights is None:
            return None
        queries = positions[:, -1:] if read is None else read
        return _weighted(positions[:, None, None] <= queries[:, None, :, None], weights, dtype)
    if mask.ndim == 2:
        kept = mask.gather(1, positions.expand(len(mask), -1))
        if weights is not None:
            hidden = torch.zeros_like(kept, dtype=torch.bool)
            hidden[:, : weights.shape[1]] = weights.isneginf()
            kept = kept.masked_fill(hidden, 0)
        return kept
    rows = max(len(mask), len(positions), 1 if read is None else len(read))
    mask = mask.expand(rows, -1, -1, -1)
    if read is not None:
        at = read.expand(rows, -1)[:, None, :, None]
        mask = mask.gather(2, at.expand(-1, mask.shape[1], -1, mask.shape[3]))
    at = positions.expand(rows, -1)[:, None, None]
    mask = mask.gather(3, at.expand(-1, mask.shape[1], mask.shape[2], -1))
    return mask if weights is None else _weighted(mask, weights, dtype)


def _weighted(mask: Tensor, weights: Tensor, dtype: torch.dtype) -> Tensor:
    """A mask (rows, 1, q, k) with weights added; what is hidden gets the least number there is."""
    # Minus infinity would make a row in which nothing is seen not a number.
    least = torch.finfo(dtype).min
    if mask.dtype == torch.bool:
        mask = torch.zeros_like(mask, dtype=dtype).masked_fill_(~mask, least)
    rows = max(len(mask), len(weights))
    mask = mask.expand(rows, -1, -1, -1).clone()
    part = mask[..., : weights.shape[1]]
    told = weights[:, None, None].to(dtype)
    part.copy_(torch.where(told.isneginf(), least, (part + told).clamp_min(least)))
    return mask
