"""Sequences that grow from a common beginning: what was read once is read by all of them."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import torch
from transformers import DynamicCache

from emograph.engine.pruning.cache import rows_of, shape_of, side_by_side


class LanguageHalf:
    """The half of a network that reads and writes words: embeddings, decoder and head."""

    def __init__(self, network: Any) -> None:
        self._decoder = network.get_decoder()
        self._embed = network.get_input_embeddings()
        self._head = network.get_output_embeddings()
        self.device: torch.device = self._embed.weight.device
        self.dtype: torch.dtype = self._embed.weight.dtype
        self.vocabulary_size = int(self._head.out_features)

    def embed(self, tokens: torch.Tensor) -> torch.Tensor:
        """The embeddings of tokens of any shape."""
        embeddings: torch.Tensor = self._embed(tokens)
        return embeddings

    def decode(self, embeddings: torch.Tensor, cache: Any, **more: Any) -> torch.Tensor:
        """The last hidden states; keys and values are added to the cache, where there is one."""
        hidden: torch.Tensor = self._decoder(
            inputs_embeds=embeddings, past_key_values=cache, use_cache=cache is not None, **more
        ).last_hidden_state
        return hidden

    def logits(self, hidden: torch.Tensor) -> torch.Tensor:
        """The scores of the next token after hidden states, in float32."""
        scores: torch.Tensor = self._head(hidden)
        return scores.float()


class Branch:
    """What was read so far, as keys and values, by one row or by several.

    Branches fork; what a fork reads, its origin does not. Rows may be of different length: they are
    padded on the right, so that no token sees nothing at all, and the padding is masked ever after.
    """

    def __init__(self, half: LanguageHalf) -> None:
        self._half = half
        self._cache: Any = DynamicCache()
        self._next = torch.zeros(1, dtype=torch.long, device=half.device)
        self._mask: torch.Tensor | None = None
        self._length = 0

    @property
    def shape(self) -> tuple[object, ...]:
        """What it has read, by length: branches of one row and the same shape can be joined."""
        return self._length, shape_of(self._cache.layers)

    @classmethod
    def join(cls, branches: Sequence[Branch]) -> Branch:
        """Branches of one row and the same shape as the rows of one."""
        joined = cls(branches[0]._half)
        joined._cache.layers.extend(side_by_side([b._cache.layers for b in branches]))
        joined._next = torch.cat([branch._next for branch in branches])
        joined._length = branches[0]._length
        return joined

    def fork(self, times: int) -> Branch:
        """The same sequences so many times, each beside its own."""
        rows = len(self._next)
        if rows > 1:
            return self.keep([row for row in range(rows) for _ in range(times)])
        # Reading makes new tensors and leaves the old ones alone, so one row can be shared.
        layers = []
        for layer in self._cache.layers:
            other = copy.copy(layer)
            other.keys = layer.keys.expand(times, -1, -1, -1)
            other.values = layer.values.expand(times, -1, -1, -1)
            layers.append(other)
        mask = None if self._mask is None else self._mask.expand(times, -1)
        return self._with(layers, self._next.expand(times), mask)

    def keep(self, rows: Sequence[int]) -> Branch:
        """The branch with these rows only."""
        at = torch.tensor(rows, device=self._half.device)
        mask = None if self._mask is None else self._mask[at]
        return self._with(rows_of(self._cache.layers, at), self._next[at], mask)

    def read(self, rows: Sequence[Sequence[int]]) -> torch.Tensor:
        """Go on with tokens, a list for each row, and give the hidden states.

        Shape (rows, longest, width); what stands behind a shorter row means nothing.
        """
        device = self._half.device
        lengths = torch.tensor([len(row) for row in rows], device=device)
        longest = max(map(len, rows))
        tokens = torch.tensor([[*row, *[0] * (longest - len(row))] for row in rows], device=device)
        steps = torch.arange(longest, device=device)
        is_padded = min(map(len, rows)) < longest
        self._extend_mask(steps < lengths[:, None] if is_padded else None, len(rows), longest)
        hidden = self._half.decode(
            self._half.embed(tokens),
            self._cache,
            position_ids=self._next[:, None] + steps,
            attention_mask=self._mask,
        )
        self._next = self._next + lengths
        self._length += longest
        return hidden

    def read_embeddings(
        self, embeddings: torch.Tensor, positions: torch.Tensor, **more: Any
    ) -> torch.Tensor:
        """Go on with embeddings (1, n, width) at positions (n,), or (3, n) in a grid.

        Gives the hidden states (1, n, width).
        """
        hidden = self._half.decode(
            embeddings,
            self._cache,
            position_ids=positions[None] if positions.ndim == 1 else positions[:, None],
            **more,
        )
        self._next = positions.max().reshape(1) + 1
        self._length += embeddings.shape[1]
        return hidden

    def forget(self, tokens: int) -> None:
        """Take back the last tokens that were read, whose positions went up by one each."""
        if tokens:
            self._cache.crop(-tokens)
            self._next = self._next - tokens
            self._length -= tokens

    def _extend_mask(self, kept: torch.Tensor | None, rows: int, longest: int) -> None:
        """Note which of the tokens to come are none; without any there is no mask."""
        if self._mask is None and kept is None:
            return
        ones = torch.ones(rows, self._length + longest, dtype=torch.bool, device=self._half.device)
        if self._mask is not None:
            ones[:, : self._length] = self._mask
        if kept is not None:
            ones[:, self._length :] = kept
        self._mask = ones

    def _with(
        self, layers: Sequence[Any], following: torch.Tensor, mask: torch.Tensor | None
    ) -> Branch:
        branch = Branch(self._half)
        branch._cache.layers.extend(layers)
        branch._next, branch._mask, branch._length = following, mask, self._length
        return branch
