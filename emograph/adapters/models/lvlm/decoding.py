"""Decoding: answers are written side by side, each by its own rules."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import torch

from emograph.adapters.models.lvlm.answers import Answer
from emograph.adapters.models.lvlm.branch import Branch, LanguageHalf
from emograph.engine.lvlm.model import Naming, Sampling


def write(
    half: LanguageHalf,
    branch: Branch,
    last: torch.Tensor,
    answers: Sequence[Answer],
    choices: Sequence[Choice],
) -> None:
    """Write all answers to their ends, one row of the branch for each.

    `last` (rows, width) are the last hidden states of the prompts.
    """
    rows = list(range(len(answers)))
    while True:
        scores = half.logits(last)
        totals = scores.logsumexp(-1).cpu().numpy()
        table = scores.cpu().numpy()
        going: list[int] = []
        tokens: list[int] = []
        for at, row in enumerate(rows):
            answer = answers[row]
            if answer.is_ended:
                continue
            allowed = answer.allowed()
            of_allowed = table[at, allowed]
            chosen = choices[row](of_allowed)
            answer.add(int(allowed[chosen]), float(of_allowed[chosen] - totals[at]))
            if not answer.is_ended:
                going.append(at)
                tokens.append(int(allowed[chosen]))
        if not going:
            return
        if len(going) < len(rows):
            branch, rows = branch.keep(going), [rows[at] for at in going]
        last = branch.read([[token] for token in tokens])[:, -1]


class Choice:
    """Chooses among scores: the best, or at a temperature one by chance.

    Chance depends on the seed and the question alone, not on what is asked beside it.
    """

    def __init__(self, sampling: Sampling, naming: Naming) -> None:
        self._temperature = sampling.temperature
        words = (str(sampling.seed), naming.kind, naming.question.text, naming.question.opening)
        digest = hashlib.sha256("\0".join(words).encode()).digest()
        self._generator = torch.Generator().manual_seed(int.from_bytes(digest[:7]))

    def __call__(self, scores: np.ndarray[tuple[int], np.dtype[np.float32]]) -> int:
        """The index of the score chosen."""
        if self._temperature <= 0:
            return int(scores.argmax())
        weights = (scores.astype(np.float64) - scores.max()) / self._temperature
        chances = np.exp(weights).cumsum()
        drawn = torch.rand((), generator=self._generator, dtype=torch.float64).item()
        return int(np.searchsorted(chances, drawn * chances[-1], side="right"))
