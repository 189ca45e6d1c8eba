"""Attention masks of layers that not every token has reached."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from emograph.engine.pruning.cache import PrunedLayer


@dataclass(frozen=True, eq=False)
class Going:
    """The tokens of one pass that reach a layer: `index` (rows, m) into those of the pass.

    `columns` (rows, m) are their places in all that was read, `weights` (rows, m), if there are
    any, are added to the attention that each of them gets; minus infinity hides it.
    """

    index: Tensor
    columns: Tensor
    weights: Tensor | None


class LayerMasks:
    """The masks of one pass, made once for all layers that the same tokens reach.

    The pass reads `length` tokens after `past` in each of its `rows`. `is_flat` says that masks are
    (rows, keys), as FlashAttention takes them.
    """

    def __init__(self, rows: int, length: int, past: int, is_flat: bool) -> None:
        self._rows, self._length, self._past = rows, length, past
        self._is_flat = is_flat
        self._made: dict[tuple[int, ...], tuple[tuple[Tensor | None, ...], Tensor | None]] = {}

    def of(
        self, given: Tensor | None, going: Going | None, layer: PrunedLayer | None, hidden: Tensor
    ) -> Tensor | None:
        """The mask of a layer, from that of the whole prompt.

        `going` are the tokens that reach it in this pass, None for all; `layer` is its cache, which
        knows of them already.
        """
        told: PrunedLayer | Going | None = going if layer is None else layer
        columns, weights = (None, None) if told is None else (told.columns, told.weights)
        if given is None and weights is None:
            return None
        made_of = (given, columns, weights)
        key = tuple(map(id, made_of))
        if key not in self._made:
            if layer is not None:
                places = layer.positions(self._length if going is None else 0, hidden.device)
            elif going is not None:
                places = going.columns
            else:
                return given
            if given is None and self._is_flat:
                given = places.new_ones(self._rows, self._past + self._length)
            index = None if going is None else going.index
            mask = layer_mask(given, index, places, weights, hidden.dtype)
            # What the key was made of is held, so that nothing else can have its identity.
            self._made[key] = (made_of, mask)
        return self._made[key][1]


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
    the places of its keys; `weights` (rows or 1, up to k) are added to the scores of the first.
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
