"""What a pruning method is shown at a stage, and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from torch import Tensor

ReadAttention = Callable[[Tensor, Tensor], Tensor]
"""Rows (r,) and queries (r, q) to the attention (r, heads, q, n) paid to all tokens."""


@dataclass(frozen=True, eq=False)
class Seen:
    """The image tokens of some prompts at a stage; each of the `rows` has n of them left.

    `features` (rows, n, width) are their states at this layer, `embeddings` (rows, n, width) what
    the vision half gave, `places` (rows, n, 3) the picture each belongs to with its height and
    width in it, 0..1. `order` (rows, n) counts them from 0 among all `total` image tokens of the
    prompt, and `sizes` (rows, n) is how many of those each one stands for. `words` (rows, q, width)
    are the embeddings of what follows the last picture, `is_word` (rows, q) leaves out padding.
    `received` (rows, n) is the attention each token received in the vision tower, if asked for.
    """

    features: Tensor
    embeddings: Tensor
    places: Tensor
    order: Tensor
    sizes: Tensor
    total: int
    words: Tensor
    is_word: Tensor
    received: Tensor | None
    _attention: Callable[[], Tensor] = field(repr=False)

    def attention(self) -> Tensor:
        """The attention (rows, heads, n) that the last token of the prompt pays to each token.

        It is that of the layer before which the stage is. Raises EmographError where it cannot be
        read.
        """
        return self._attention()


@dataclass(frozen=True, eq=False)
class Selection:
    """Which tokens are kept: `indices` (rows, k) into those that were seen, in any order.

    `weights` (rows, k) are added to the attention that each of them gets from here on; `sizes`
    (rows, k) say how many tokens each stands for; `features` (rows, k, width) take the place of
    their states. What is None stays as it is.
    """

    indices: Tensor
    weights: Tensor | None = None
    sizes: Tensor | None = None
    features: Tensor | None = None


def take(values: Tensor, indices: Tensor) -> Tensor:
    """Rows of tokens (rows, n, …) at indices (rows, k).

    >>> import torch
    >>> take(torch.tensor([[5, 6, 7]]), torch.tensor([[2, 0]])).tolist()
    [[7, 5]]
    """
    shape = (*indices.shape, *values.shape[2:])
    index = indices.reshape(*indices.shape, *[1] * (values.ndim - 2)).expand(shape)
    return values.gather(1, index)
