"""One forward pass of a decoder: which of its tokens go on, layer by layer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from emograph.engine.pruning.attention import attention_from
from emograph.engine.pruning.cache import PrunedLayer
from emograph.engine.pruning.masks import layer_mask
from emograph.engine.pruning.seen import Seen, Selection, take

Select = Callable[[Seen, int], Selection]
"""A method at one stage: what is seen and how many to keep."""


@dataclass(frozen=True, eq=False)
class Pictures:
    """The image tokens of one pass: `is_image` (rows, n), `places` (rows, n, 3), and `embeddings`.

    `is_token` (rows, n) leaves out padding, where there is any. `received` (rows, n) is attention
    received in the vision tower, if a method asks for it.
    """

    is_image: Tensor
    places: Tensor
    embeddings: Tensor
    is_token: Tensor | None
    received: Tensor | None


@dataclass(frozen=True, eq=False)
class Kept:
    """What was kept before `layer`: image tokens (rows, n), and weights (rows, n) of all tokens."""

    layer: int
    is_image: Tensor
    weights: Tensor


class Reading:
    """The tokens of one pass that are still on their way; `past` were read before.

    `index` (rows or 1, m) says which ones they are, None as long as it is all of them. `is_flat`
    says that masks are (rows, keys), as FlashAttention takes them.
    """

    def __init__(
        self, rows: int, length: int, past: int, pictures: Pictures | None, is_flat: bool
    ) -> None:
        self.length = length
        self.index: Tensor | None = None
        self.pictures = pictures
        self.kept: list[Kept] = []
        """What each stage kept."""
        self._rows = rows
        self._past = past
        self._is_flat = is_flat
        self._weights: Tensor | None = None
        self._rotation: Any = None
        self._positions: Tensor | None = None
        self._columns: Tensor | None = None
        self._memo: dict[tuple[int, int], tuple[Any, Any, Tensor | None]] = {}
        if pictures is not None:
            self._alive = pictures.is_image
            self._sizes = pictures.is_image.float()
            self._order = pictures.is_image.cumsum(dim=1) - 1
            self._totals = pictures.is_image.sum(dim=1)

    def prune(
        self,
        number: int,
        layer: Any,
        keep: float,
        hidden: Tensor,
        rotation: tuple[Tensor, Tensor],
        select: Select,
    ) -> Tensor:
        """Drop tokens before a layer and give the states of those that go on.

        Rows that would be shorter than others carry some of what they drop along, hidden.
        """
        pictures = self.pictures
        assert pictures is not None
        counts = self._alive.sum(dim=1)
        goes_on = ~self._alive
        weights = hidden.new_zeros(hidden.shape[:2], dtype=torch.float32)
        if self._weights is not None:
            weights = self._weights
            goes_on &= ~weights.isneginf()
        quotas = [
            min(_share(keep, total), count)
            for total, count in zip(self._totals.tolist(), counts.tolist(), strict=True)
        ]
        sizes = self._sizes
        for rows, (count, quota, _) in _groups(counts.tolist(), quotas, self._totals.tolist()):
            where = self._alive[rows].nonzero()[:, 1].reshape(len(rows), count)
            if quota == 0:
                continue
            at = torch.tensor(rows, device=hidden.device)
            seen = self._seen(number, layer, hidden, rotation, at, where)
            chosen = select(seen, quota)
            kept = take(where, chosen.indices)
            spot = (at[:, None], kept)
            goes_on = goes_on.index_put(spot, torch.tensor(True, device=hidden.device))
            if chosen.weights is not None:
                weights = weights.index_put(spot, chosen.weights.float())
            if chosen.sizes is not None:
                sizes = sizes.index_put(spot, chosen.sizes.float())
            if chosen.features is not None:
                hidden = hidden.index_put(spot, chosen.features.to(hidden))
        longest = int(goes_on.sum(dim=1).max())
        # Those that go on first, then, where a row has fewer, what it drops, in the prompt's order.
        first = (~goes_on).to(torch.int8).argsort(dim=1, stable=True)[:, :longest]
        first = first.sort(dim=1).values
        weights = take(weights.masked_fill(~goes_on, -torch.inf), first)
        self._weights = weights if bool((weights != 0).any()) else None
        self._alive = take(self._alive & goes_on, first)
        self._sizes, self._order = take(sizes, first), take(self._order, first)
        self.index = first if self.index is None else take(self.index, first)
        self._columns = self.index + self._past
        self._rotation = self._positions = None
        image = torch.zeros_like(pictures.is_image).scatter(1, self.index, self._alive)
        told = weights.new_zeros(pictures.is_image.shape).scatter(1, self.index, weights)
        self.kept.append(Kept(number, image, told))
        return take(hidden, first)

    def rotation(self, given: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        """The cosines and sines of the tokens that go on, of those of all (rows or 1, n, width)."""
        if self.index is None:
            return given
        if self._rotation is None:
            index = self.index
            self._rotation = tuple(take(part.expand(len(index), -1, -1), index) for part in given)
        rotation: tuple[Tensor, Tensor] = self._rotation
        return rotation

    def mask(self, given: Tensor | None, layer: PrunedLayer | None, hidden: Tensor) -> Tensor | None:
        """The mask of a layer whose cache was told of the tokens that go on, or that has none."""
        columns, weights = (
            (self._columns, self._weights) if layer is None else (layer.columns, layer.weights)
        )
        if given is None and weights is None:
            return None
        key = (id(columns), id(weights))
        if key not in self._memo:
            positions = columns
            if layer is not None:
                following = 0 if self.index is not None else hidden.shape[1]
                positions = layer.positions(following, hidden.device)
            assert positions is not None
            if given is None and self._is_flat:
                given = positions.new_ones(self._rows, self._past + self.length)
            made = layer_mask(given, self.index, positions, weights, hidden.dtype)
            # What the key was made of is held, so that nothing else can have its identity.
            self._memo[key] = (columns, weights, made)
        return self._memo[key][2]

    def note(self, layer: PrunedLayer) -> None:
        """Tell the cache of a layer which tokens reach it."""
        before = layer.columns, layer.weights, layer.kept
        if before[:2] == (None, None) and before[2] == 0:
            # Layers of one stage share what they are told.
            layer.columns, layer.weights = self._columns, self._weights
            assert self._columns is not None
            layer.dropped = self.length - self._columns.shape[1]
        else:
            assert self._columns is not None
            layer.note(self._columns, self._weights, self.length)

    def whole(self, hidden: Tensor) -> Tensor:
        """States of all tokens of the pass; of those that were dropped they are 0."""
        if self.index is None:
            return hidden
        full = hidden.new_zeros(len(hidden), self.length, hidden.shape[-1])
        return full.scatter(1, self.index[..., None].expand_as(hidden), hidden)

    def _seen(
        self,
        number: int,
        layer: Any,
        hidden: Tensor,
        rotation: tuple[Tensor, Tensor],
        rows: Tensor,
        where: Tensor,
    ) -> Seen:
        pictures = self.pictures
        assert pictures is not None
        original = where if self.index is None else take(self.index[rows], where)
        words, is_word = _words(pictures, rows)
        total = int(self._totals[rows[0]])

        def attention() -> Tensor:
            visible = None
            if pictures.is_token is not None:
                visible = pictures.is_token[rows]
                if self.index is not None:
                    visible = take(visible, self.index[rows])
            if self._weights is not None:
                shown = ~self._weights[rows].isneginf()
                visible = shown if visible is None else visible & shown
            # Whatever follows the last picture is not pruned, so the last token is still there.
            at = torch.arange(hidden.shape[1], device=hidden.device).expand(len(rows), -1)
            last = (at if visible is None else at.masked_fill(~visible, -1)).amax(dim=1)
            turned = tuple(part.expand(len(hidden), -1, -1)[rows] for part in rotation)
            paid = attention_from(
                layer, hidden[rows], (turned[0], turned[1]), last[:, None], visible
            )[:, :, 0]
            return paid.gather(2, where[:, None].expand(-1, paid.shape[1], -1))

        received = None
        if pictures.received is not None:
            received = take(pictures.received[rows], original)
        return Seen(
            layer=number,
            features=take(hidden[rows], where),
            embeddings=take(pictures.embeddings[rows], original),
            places=take(pictures.places[rows], original),
            order=take(self._order[rows], where),
            sizes=take(self._sizes[rows], where),
            total=total,
            words=words,
            is_word=is_word,
            received=received,
            _attention=attention,
        )


def _share(keep: float, total: int) -> int:
    """How many of `total` tokens a share is: at least one, unless the share is nothing."""
    return max(1, round(keep * total)) if keep > 0 and total else 0


def _groups(*numbers: Sequence[int]) -> list[tuple[list[int], tuple[int, ...]]]:
    """Rows whose numbers are the same, so that they can be looked at together."""
    groups: dict[tuple[int, ...], list[int]] = {}
    for row, key in enumerate(zip(*numbers, strict=True)):
        groups.setdefault(key, []).append(row)
    return [(rows, key) for key, rows in groups.items()]


def _words(pictures: Pictures, rows: Tensor) -> tuple[Tensor, Tensor]:
    """The embeddings of what follows the last image token, and which of them are words."""
    is_image = pictures.is_image[rows]
    n = is_image.shape[1]
    at = torch.arange(n, device=is_image.device)
    last = at.expand_as(is_image).masked_fill(~is_image, -1).amax(dim=1)
    start = int(last.min()) + 1
    is_word = at[start:] > last[:, None]
    if pictures.is_token is not None:
        is_word &= pictures.is_token[rows, start:]
    return pictures.embeddings[rows, start:], is_word
