"""The attention that image tokens receive in the vision tower, for methods that go by it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor


class TowerAttention:
    """Reads, while attached, what a tower's last layer but one attends to.

    With a class token, what that pays to each patch; without, the mean of what all patches pay
    (VisionZip, arXiv 2412.04467, section 3.1). Where a tower has no attention, or its patches are
    not the image tokens one to one, it is read off the image tokens themselves: what they would pay
    to one another if they were their own queries and keys.
    """

    def __init__(self, model: Any) -> None:
        tower = getattr(model.model, "vision_tower", None)
        found = None
        for part in (tower, getattr(tower, "vision_model", None)):
            found = found or getattr(getattr(part, "encoder", None), "layers", None)
        attention = getattr(found[-1], "self_attn", None) if found else None
        is_known = hasattr(attention, "q_proj") and found and hasattr(found[-1], "layer_norm1")
        self._layer = found[max(len(found) - 2, 0)] if is_known and found else None
        self._heads = int(tower.config.num_attention_heads) if self._layer else 0  # type: ignore[union-attr]
        self._skips = int(self._layer is not None and "clip" in str(tower.config.model_type))  # type: ignore[union-attr]
        self._state = threading.local()

    @contextmanager
    def attached(self) -> Iterator[None]:
        """Put the hook in, and take it out again."""
        if self._layer is None:
            yield
            return
        hook = self._layer.register_forward_pre_hook(self._read, with_kwargs=True)
        try:
            yield
        finally:
            hook.remove()

    def received(self, is_image: Tensor, embeddings: Tensor) -> Tensor:
        """The attention each image token received (rows, n); 0 at other tokens."""
        found = getattr(self._state, "found", None)
        self._state.found = None
        received = torch.zeros(is_image.shape, device=is_image.device)
        if found is not None and found.numel() == int(is_image.sum()):
            received[is_image] = found.flatten().to(received)
            return received
        scores = (embeddings @ embeddings.transpose(1, 2)).float() * embeddings.shape[-1] ** -0.5
        both = is_image[:, None] & is_image[:, :, None]
        paid = scores.masked_fill(~both, torch.finfo(scores.dtype).min).softmax(-1)
        mean: Tensor = (paid * both).sum(dim=1) / is_image.sum(dim=1, keepdim=True).clamp_min(1)
        return mean

    def _read(self, layer: Any, args: Any, kwargs: dict[str, Any]) -> None:
        hidden = layer.layer_norm1(args[0] if args else kwargs["hidden_states"])
        query, key = (
            projection(hidden).unflatten(-1, (self._heads, -1)).transpose(1, 2)
            for projection in (layer.self_attn.q_proj, layer.self_attn.k_proj)
        )
        if self._skips:
            query = query[:, :, :1]
        scores = (query @ key.transpose(-1, -2)).float() * query.shape[-1] ** -0.5
        paid = scores.softmax(-1)
        self._state.found = paid.mean(dim=(1, 2))[:, self._skips :]
