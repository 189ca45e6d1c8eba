"""The cache of a layer that not every token has reached."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from transformers.cache_utils import Cache, DynamicLayer

from emograph.errors import EmographError


class PrunedLayer(DynamicLayer):
    """Keys and values of the tokens that reached a layer, and which ones those are.

    The first entries stand for the tokens at the positions `columns` (rows or 1, m) of what was
    read; what follows them was read without a gap. `weights` (rows or 1, m), if there are any, are
    added to the attention that those get; minus infinity hides them. Towards transformers the layer
    is as long as what was read, so that masks and positions stay those of the whole prompt.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.columns: Tensor | None = None
        self.weights: Tensor | None = None
        self.dropped = 0

    @classmethod
    def of(cls, layer: DynamicLayer) -> PrunedLayer:
        """A layer that goes on from one from which nothing was dropped."""
        made = cls()
        if layer.keys is not None and layer.values is not None:
            made.lazy_initialization(layer.keys, layer.values)
            made.keys, made.values = layer.keys, layer.values
        return made

    @property
    def kept(self) -> int:
        """The number of tokens whose keys and values are here."""
        return self.keys.shape[-2] if self.keys is not None and self.keys.numel() else 0

    def get_seq_length(self) -> int:
        """The number of tokens that were read, whether or not they reached this layer."""
        return self.kept + self.dropped

    def positions(self, following: int, device: torch.device) -> Tensor:
        """Where the tokens that are here, and `following` more, stand in what was read."""
        whole = torch.arange(self.get_seq_length() + following, device=device)
        if self.columns is None:
            return whole[None]
        rest = whole[self.columns.shape[1] + self.dropped :]
        return torch.cat([self.columns, rest.expand(len(self.columns), -1)], dim=1)

    def note(self, columns: Tensor, weights: Tensor | None, read: int) -> None:
        """Note which of `read` tokens come next: those at `columns`, in all that was read."""
        if self.get_seq_length() == 0:
            # Layers that the same tokens reach share what they are told, and so its masks.
            self.columns, self.weights = columns, weights
            self.dropped = read - columns.shape[1]
            return
        before = self.positions(0, columns.device)
        if weights is not None or self.weights is not None:
            rows = max(len(told) for told in (weights, self.weights) if told is not None)
            joined = torch.zeros(rows, before.shape[1] + columns.shape[1], device=columns.device)
            if self.weights is not None:
                joined[:, : self.weights.shape[1]] = self.weights
            if weights is not None:
                joined[:, before.shape[1] :] = weights
            self.weights = joined
        rows = max(len(before), len(columns))
        self.columns = torch.cat([before.expand(rows, -1), columns.expand(rows, -1)], dim=1)
        self.dropped += read - columns.shape[1]

    def reorder_cache(self, beam_idx: torch.LongTensor) -> None:
        """Reorder the rows, as beam search does."""
        super().reorder_cache(beam_idx)
        self._take(beam_idx)

    def batch_select_indices(self, indices: Tensor) -> None:
        """Keep these rows only."""
        super().batch_select_indices(indices)
        self._take(indices)

    def batch_repeat_interleave(self, repeats: int) -> None:
        """Repeat each row."""
        super().batch_repeat_interleave(repeats)
        rows = 0 if self.keys is None else len(self.keys)
        self._take(torch.arange(rows) // repeats)

    def reset(self) -> None:
        """Forget everything."""
        super().reset()
        self.columns = self.weights = None
        self.dropped = 0

    def crop(self, tokens_to_remove: int) -> None:
        """Take back the last tokens; raises EmographError where others were dropped among them."""
        left = self.kept - abs(tokens_to_remove)
        if self.columns is not None and left < self.columns.shape[1]:
            read = self.get_seq_length()
            gone = self.columns[:, max(left, 0) :]
            last = torch.arange(read - abs(tokens_to_remove), read, device=gone.device)
            if left < 0 or not bool((gone == last[: gone.shape[1]]).all()):
                raise EmographError(
                    "A cache cannot be cropped to before its image tokens were pruned.",
                    "Read the prompt again.",
                )
            self.columns = self.columns[:, :left]
            self.weights = None if self.weights is None else self.weights[:, :left]
        super().crop(tokens_to_remove)

    def _take(self, rows: Tensor) -> None:
        """Rows that share one line of columns go on sharing it."""
        if self.columns is not None and len(self.columns) > 1:
            self.columns = self.columns[rows.to(self.columns.device)]
        if self.weights is not None and len(self.weights) > 1:
            self.weights = self.weights[rows.to(self.weights.device)]


def pruned_layer(cache: Cache, index: int) -> PrunedLayer:
    """The layer of a cache as one that may be pruned, put there where it is not one yet."""
    while len(cache.layers) <= index:
        cache.layers.append(PrunedLayer())
    found: Any = cache.layers[index]
    layer: PrunedLayer = found if isinstance(found, PrunedLayer) else PrunedLayer.of(found)
    cache.layers[index] = layer
    return layer


def rows_of(layers: Sequence[Any], rows: Tensor) -> list[Any]:
    """New layers with these rows of the old ones; what layers share they go on sharing."""
    shared: dict[int, Tensor] = {}
    taken = []
    for layer in layers:
        other = copy.copy(layer)
        other.keys, other.values = layer.keys[rows], layer.values[rows]
        for told in ("columns", "weights"):
            of_all = getattr(layer, told, None)
            if of_all is not None and len(of_all) > 1:
                setattr(other, told, shared.setdefault(id(of_all), of_all[rows]))
        taken.append(other)
    return taken


def side_by_side(caches: Sequence[Sequence[Any]]) -> list[Any]:
    """The layers of several caches of one row each as layers of so many rows.

    Layers at the same depth must hold as many tokens each; what layers share they go on sharing.
    """
    shared: dict[tuple[int, ...], Tensor] = {}
    joined = []
    for layers in zip(*caches, strict=True):
        other = copy.copy(layers[0])
        other.keys = torch.cat([layer.keys for layer in layers])
        other.values = torch.cat([layer.values for layer in layers])
        for told in ("columns", "weights"):
            each = [
                of_one for layer in layers if (of_one := getattr(layer, told, None)) is not None
            ]
            if each:
                key = tuple(map(id, each))
                if key not in shared:
                    shared[key] = torch.cat(each)
                setattr(other, told, shared[key])
        joined.append(other)
    return joined


def shape_of(layers: Sequence[Any]) -> tuple[tuple[int, bool, bool], ...]:
    """How many tokens each layer holds, and what it is told: alike where caches can be joined."""
    return tuple(
        (
            layer.keys.shape[-2],
            getattr(layer, "columns", None) is not None,
            getattr(layer, "weights", None) is not None,
        )
        for layer in layers
    )


def expect_prunable(cache: Any) -> None:
    """Raise EmographError for caches whose layers cannot differ in length."""
    layers = getattr(cache, "layers", None)
    # A cache without layers yet makes plain ones as it grows, or those of its kind.
    kind = getattr(cache, "layer_class_to_replicate", None)
    right = layers is not None and all(type(layer) in _PRUNABLE for layer in layers)
    if right and (layers or kind in (None, DynamicLayer)) and not getattr(cache, "offloading", 0):
        return
    raise EmographError(
        f"Image tokens cannot be pruned with the cache {type(cache).__name__}.",
        "Leave cache_implementation out, so that the cache is dynamic: static, quantised, "
        "offloaded and sliding ones hold all layers alike.",
    )


_PRUNABLE = (DynamicLayer, PrunedLayer)
