"""What attention a layer would pay, from its own weights, whichever way it computes it."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from emograph.errors import EmographError


def attention_from(
    layer: Any,
    hidden: Tensor,
    rotation: tuple[Tensor, Tensor],
    queries: Tensor,
    visible: Tensor | None,
) -> Tensor:
    """The attention (rows, heads, q, n) that tokens pay to all before them, in one decoder layer.

    `hidden` (rows, n, width) is what the layer reads, `rotation` the cosines and sines (rows or 1,
    n, width of a head) of its rotary positions, `queries` (rows, q) the indices of the tokens that
    look. `visible` (rows, n) leaves out padding. Only the keys of all tokens and the queries of a
    few are computed, so this works beside SDPA and FlashAttention, which do not tell.

    Raises EmographError for layers of another make.
    """
    attention: Any = getattr(layer, "self_attn", None)
    if not all(hasattr(attention, name) for name in ("q_proj", "k_proj", "head_dim")):
        raise EmographError(
            f"The attention of {type(layer).__name__} cannot be read.",
            "Take a method that reads no attention, such as DivPrune.",
        )
    seen = layer.input_layernorm(hidden)
    cos, sin = (part.expand(len(hidden), -1, -1) for part in rotation)
    query = _heads(attention, "q", _at(seen, queries), _at(cos, queries), _at(sin, queries))
    key = _heads(attention, "k", seen, cos, sin)
    key = key.repeat_interleave(query.shape[1] // key.shape[1], dim=1)
    scores = (query @ key.transpose(-1, -2)).float() * attention.scaling
    later = torch.arange(hidden.shape[1], device=hidden.device) > queries[..., None]
    if visible is not None:
        later = later | ~visible[:, None]
    paid: Tensor = scores.masked_fill(later[:, None], torch.finfo(scores.dtype).min).softmax(-1)
    return paid


def _at(values: Tensor, index: Tensor) -> Tensor:
    return values.gather(1, index[..., None].expand(-1, -1, values.shape[-1]))


def _heads(attention: Any, name: str, seen: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Queries or keys by head (rows, heads, n, width), turned to their positions."""
    heads = getattr(attention, f"{name}_proj")(seen).unflatten(-1, (-1, attention.head_dim))
    if norm := getattr(attention, f"{name}_norm", None):
        heads = norm(heads)
    heads = heads.transpose(1, 2)
    first, second = heads.chunk(2, dim=-1)
    turned: Tensor = heads * cos[:, None] + torch.cat([-second, first], dim=-1) * sin[:, None]
    return turned
