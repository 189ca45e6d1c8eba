"""How likely answers are: scored, not sampled."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from emograph.adapters.models.lvlm.branch import Branch, LanguageHalf
from emograph.engine.lvlm.model import LogLikelihoods

# Answers that are read at once; more would only take more memory.
_BATCH = 64


def score(
    half: LanguageHalf, branch: Branch, last: torch.Tensor, answers: Sequence[Sequence[int]]
) -> LogLikelihoods:
    """Log-probability of each answer's tokens after a branch of one row, shape (n,).

    `last` (width,) is the branch's last hidden state. An answer without tokens gets -inf.
    """
    first = half.logits(last).log_softmax(-1)
    scores = np.full(len(answers), -np.inf)
    for i, tokens in enumerate(answers):
        if tokens:
            scores[i] = first[tokens[0]].item()
    # The first token is read off the prompt's last state; only what follows it has to be read.
    longer = [i for i, tokens in enumerate(answers) if len(tokens) > 1]
    # Answers of like length share a batch, so that little of it is padding.
    longer.sort(key=lambda i: len(answers[i]))
    for start in range(0, len(longer), _BATCH):
        batch = longer[start : start + _BATCH]
        scores[batch] += _rest(half, branch, [answers[i] for i in batch])
    return scores


def _rest(half: LanguageHalf, branch: Branch, answers: list[Sequence[int]]) -> LogLikelihoods:
    """The log-probability of each answer's tokens after its first."""
    hidden = branch.fork(len(answers)).read([tokens[:-1] for tokens in answers])
    rows = [row for row, tokens in enumerate(answers) for _ in tokens[1:]]
    steps = [step for tokens in answers for step in range(len(tokens) - 1)]
    targets = torch.tensor([t for tokens in answers for t in tokens[1:]], device=half.device)
    chances = half.logits(hidden[rows, steps]).log_softmax(-1)
    of_tokens = chances.gather(1, targets[:, None])[:, 0].cpu().numpy()
    sums = np.zeros(len(answers))
    np.add.at(sums, rows, of_tokens)
    return sums
