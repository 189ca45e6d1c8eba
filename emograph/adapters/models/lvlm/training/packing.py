"""Rows of tokens for training: several questions about one picture share its tokens.

Every question is a branch: it sees the picture and itself, as if it were asked alone, and its
positions go on from the picture's. So a row costs one picture, however much is asked of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from emograph.adapters.models.lvlm.prompts import PROBE, Prompts
from emograph.adapters.models.lvlm.training.writing import written
from emograph.engine.lvlm.model import Question
from emograph.engine.training.lessons import Answer

# What follows the first token of an answer is nearly given by it.
_REST = 0.3


@dataclass(frozen=True, eq=False)
class Branch:
    """A question with its answer: token ids, where the answer begins, how right each first is."""

    ids: tuple[int, ...]
    start: int
    first: dict[int, float] | None


@dataclass(frozen=True, eq=False)
class Rows:
    """A batch: tokens (b, l), positions (b, l), who sees whom (b, l, l), and what is to be learned.

    The logits at (`row`, `column`) are to predict `token` by `weight`; of those at the indices
    `soft`, `shares` say how right the tokens `of` are: (index into soft, token, share) triples.
    `pictured` (b,) are the rows that show their picture.
    """

    tokens: Tensor
    positions: Tensor
    seen: Tensor
    pictured: Tensor
    row: Tensor
    column: Tensor
    token: Tensor
    weight: Tensor
    soft: Tensor
    shares: tuple[Tensor, Tensor, Tensor]


class Packer:
    """Turns answers into rows by a model's prompts; `image_token` stands for a picture's tokens.

    The prompts differ in nothing but the picture's tokens where there is none.
    """

    def __init__(self, prompts: Prompts, image_token: int) -> None:
        self._prompts = prompts
        self._image_token = image_token
        self._before = prompts.before
        pictured, asked = (self._asked(PROBE, shown) for shown in (True, False))
        self._after = pictured[: len(pictured) - len(asked)]

    @property
    def start(self) -> int:
        """The column at which a picture's tokens begin."""
        return len(self._before)

    def branch(self, answer: Answer) -> Branch:
        """The tokens of a question and its answer."""
        asked = self._asked(answer.question, has_image=False)
        said = written(self._prompts, answer)
        return Branch((*asked, *said.tokens), len(asked), said.first)

    def _asked(self, question: Question, has_image: bool) -> list[int]:
        """What follows the picture or, where there is none, what it would have followed."""
        after = self._prompts.split(question, has_image)[1]
        return after if has_image else after[len(self._before) :]

    def pack(
        self, branches: Sequence[Sequence[Branch]], pictured: Sequence[bool], n_tokens: int
    ) -> Rows:
        """A row for each picture of `n_tokens` tokens; one that is not `pictured` goes without."""
        prefixes = [
            [*self._before, *([self._image_token] * n_tokens), *self._after]
            if shown
            else self._before
            for shown in pictured
        ]
        lengths = [
            len(prefix) + sum(len(branch.ids) for branch in row)
            for prefix, row in zip(prefixes, branches, strict=True)
        ]
        size, longest = len(branches), max(lengths)
        tokens = np.full((size, longest), self._after[0])
        positions = np.zeros((size, longest), dtype=np.int64)
        # Padding sees itself, since a row of the softmax must not be empty.
        seen = np.repeat(np.eye(longest, dtype=bool)[None], size, axis=0)
        learned: list[tuple[int, int, int, float]] = []
        soft: list[int] = []
        shares: list[tuple[int, int, float]] = []
        for b, (prefix, row) in enumerate(zip(prefixes, branches, strict=True)):
            n = len(prefix)
            tokens[b, :n], positions[b, :n] = prefix, np.arange(n)
            seen[b, :n, :n] = np.tri(n, dtype=bool)
            at = n
            for branch in row:
                m = len(branch.ids)
                tokens[b, at : at + m] = branch.ids
                positions[b, at : at + m] = n + np.arange(m)
                seen[b, at : at + m, :n] = True
                seen[b, at : at + m, at : at + m] = np.tri(m, dtype=bool)
                if branch.first is not None:
                    shares += [(len(soft), token, p) for token, p in branch.first.items()]
                    soft.append(len(learned))
                rest = m - branch.start
                for step in range(rest):
                    whole = branch.first is None
                    weight = 1.0 if step == 0 and not whole else (1.0 if whole else _REST) / rest
                    column = at + branch.start + step - 1
                    learned.append((b, column, branch.ids[branch.start + step], weight))
                at += m
        rows, columns, targets, weights = zip(*learned, strict=True)
        which, of, share = zip(*shares, strict=True) if shares else ((), (), ())
        return Rows(
            torch.from_numpy(tokens),
            torch.from_numpy(positions),
            torch.from_numpy(seen),
            torch.tensor(list(pictured)),
            torch.tensor(rows),
            torch.tensor(columns),
            torch.tensor(targets),
            torch.tensor(weights),
            torch.tensor(soft, dtype=torch.long),
            (
                torch.tensor(which, dtype=torch.long),
                torch.tensor(of, dtype=torch.long),
                torch.tensor(share),
            ),
        )


def cross_entropy(logits: Tensor, rows: Rows) -> Tensor:
    """The loss of logits (m, v) at the positions to be learned, per row of the batch."""
    told = logits.float().log_softmax(dim=-1)
    costs = -told.gather(1, rows.token[:, None])[:, 0]
    which, of, share = rows.shares
    right = torch.zeros(len(rows.soft), dtype=told.dtype, device=told.device)
    right = right.index_add(0, which, share * told[rows.soft[which], of])
    costs = costs.index_put((rows.soft,), -right)
    return (costs * rows.weight).sum() / len(rows.tokens)
