"""One forward pass of a decoder: which of its tokens go on, layer by layer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from emograph.engine.pruning.attention import attention_from
from emograph.engine.pruning.masks import Going
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
    """The tokens of a pass that shows pictures, as far as they go; `past` were read before.

    `going` are those that still do, None as long as it is all of them; `kept` is what each stage
    kept.
    """

    def __init__(self, pictures: Pictures, past: int) -> None:
        self.pictures = pictures
        self.kept: list[Kept] = []
        self.going: Going | None = None
        self.length = pictures.is_image.shape[1]
        self._past = past
        self._rotation: tuple[Tensor, Tensor] | None = None
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
        counts = self._alive.sum(dim=1)
        goes_on = ~self._alive
        weights = hidden.new_zeros(hidden.shape[:2], dtype=torch.float32)
        if self.going is not None and self.going.weights is not None:
            weights = self.going.weights
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
            seen = self._seen(layer, hidden, rotation, at, where)
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
        index = first if self.going is None else take(self.going.index, first)
        told = weights if bool((weights != 0).any()) else None
        self.going = Going(index, index + self._past, told)
        self._alive = take(self._alive & goes_on, first)
        self._sizes, self._order = take(sizes, first), take(self._order, first)
        self._rotation = None
        image = torch.zeros_like(pictures.is_image).scatter(1, index, self._alive)
        spread = weights.new_zeros(pictures.is_image.shape).scatter(1, index, weights)
        self.kept.append(Kept(number, image, spread))
        return take(hidden, first)

    def rotation(self, given: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        """The cosines and sines of the tokens that go on, of those of all (rows or 1, n, width)."""
        if self.going is None:
            return given
        if self._rotation is None:
            index = self.going.index
            cos, sin = (take(part.expand(len(index), -1, -1), index) for part in given)
            self._rotation = cos, sin
        return self._rotation

    def whole(self, hidden: Tensor) -> Tensor:
        """States of all tokens of the pass; of those that were dropped they are 0."""
        if self.going is None:
            return hidden
        full = hidden.new_zeros(len(hidden), self.length, hidden.shape[-1])
        return full.scatter(1, self.going.index[..., None].expand_as(hidden), hidden)

    def _seen(
        self,
        layer: Any,
        hidden: Tensor,
        rotation: tuple[Tensor, Tensor],
        rows: Tensor,
        where: Tensor,
    ) -> Seen:
        pictures, going = self.pictures, self.going
        original = where if going is None else take(going.index[rows], where)
        words, is_word = _words(pictures, rows)
        total = int(self._totals[rows[0]])

        def attention() -> Tensor:
            visible = None
            if pictures.is_token is not None:
                visible = pictures.is_token[rows]
                if going is not None:
                    visible = take(visible, going.index[rows])
            if going is not None and going.weights is not None:
                shown = ~going.weights[rows].isneginf()
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
