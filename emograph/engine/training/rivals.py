"""What a gate is compared with: other ways to make one answer of several votes.

Each is fitted on ballots, and then answers others (n, k).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import softmax  # type: ignore[import-untyped]
from torch import Tensor

from emograph.engine.evaluation.temperature import fit_temperature
from emograph.engine.gate import VOTES
from emograph.engine.training.gating import Ballots, GateClassifier, descend, scale

Floats = NDArray[np.float64]
Answer = Callable[[Ballots], Floats]
Fit = Callable[[Ballots], Answer]

_EXPERTS = 3
_HELD = 0.01


def mean(ballots: Ballots) -> Answer:
    """The plain mean of the votes; nothing is fitted."""
    del ballots
    return lambda given: np.nanmean(np.exp(given.votes), axis=1)


def static_mixture(ballots: Ballots) -> Answer:
    """The mean of the votes with one weight each, for all pictures."""
    votes, truth = _tensors(ballots)

    def loss(flat: Tensor) -> Tensor:
        mixed = (flat.log_softmax(0)[:, None] + votes).logsumexp(dim=1)
        return -(truth * mixed).sum() / len(truth)

    logits = descend(loss, votes.shape[1])
    shares = np.exp(logits - logits.max())
    shares /= shares.sum()
    return lambda given: np.einsum("v,nvk->nk", shares, np.exp(_full(given)))


def product_of_experts(ballots: Ballots) -> Answer:
    """The product of the votes, each to a power of its own; no power is negative."""
    votes, truth = _tensors(ballots)

    def loss(flat: Tensor) -> Tensor:
        logs = torch.einsum("v,nvk->nk", flat.exp(), votes).log_softmax(dim=1)
        return -(truth * logs).sum() / len(truth)

    powers = np.exp(descend(loss, votes.shape[1]))
    return lambda given: softmax(np.einsum("v,nvk->nk", powers, _full(given)), axis=1)


def linear_on_logits(ballots: Ballots) -> Answer:
    """Multinomial logistic regression on all log-probabilities, held near the mean of the votes."""
    votes, truth = _tensors(ballots)
    n, v, k = votes.shape
    start = torch.eye(k, dtype=torch.float64).repeat(v, 1) / v

    def told(flat: Tensor, given: Tensor) -> Tensor:
        return given.reshape(len(given), v * k) @ (start + flat.view(v * k, k))

    def loss(flat: Tensor) -> Tensor:
        logs = told(flat, votes).log_softmax(dim=1)
        return -(truth * logs).sum() / n + _HELD * (flat**2).sum()

    best = torch.from_numpy(descend(loss, v * k * k))
    return lambda given: softmax(told(best, torch.from_numpy(_full(given))).numpy(), axis=1)


def mixture_of_experts(ballots: Ballots) -> Answer:
    """A few gates, each with powers of its own, and a gate among them that sees the votes."""
    votes, truth = _tensors(ballots)
    n, v, _ = votes.shape
    usual, spread = scale(ballots)

    def told(flat: Tensor, given: Tensor, seen: Tensor) -> Tensor:
        powers, rest = flat[: _EXPERTS * v].view(_EXPERTS, v), flat[_EXPERTS * v :]
        among = (seen @ rest.view(seen.shape[1], _EXPERTS)).log_softmax(dim=1)
        experts = torch.einsum("xv,nvk->nxk", powers.exp() / v, given).log_softmax(dim=2)
        return (among[:, :, None] + experts).logsumexp(dim=1)

    seen = torch.from_numpy(_seen(ballots, usual, spread))

    def loss(flat: Tensor) -> Tensor:
        logs = told(flat, votes, seen)
        return -(truth * logs).sum() / n + _HELD * (flat**2).sum()

    size = _EXPERTS * (v + seen.shape[1])
    # Experts that begin alike would stay alike.
    start = np.random.default_rng(0).normal(scale=0.3, size=size)
    best = torch.from_numpy(descend(loss, size, start))

    def answer(given: Ballots) -> Floats:
        logs = told(
            best, torch.from_numpy(_full(given)), torch.from_numpy(_seen(given, usual, spread))
        )
        shares: Floats = np.exp(logs.numpy())
        return shares

    return answer


def static_gate(ballots: Ballots) -> Answer:
    """Our gate with the same weights for all pictures."""
    return GateClassifier(penalty=float("inf")).fit(ballots).predict_proba


RIVALS: Mapping[str, Fit] = {
    "mean": mean,
    "static mixture": static_mixture,
    "product of experts": product_of_experts,
    "linear on logits": linear_on_logits,
    "mixture of experts": mixture_of_experts,
    "gate, static": static_gate,
}
"""The ways to make one answer of several votes, by name."""


def tempered(fit: Fit) -> Fit:
    """The same with one temperature, fitted on the same ballots."""

    def fitted(ballots: Ballots) -> Answer:
        answer = fit(ballots)
        temperature = fit_temperature(_logs(answer(ballots)), ballots.truth)
        return lambda given: softmax(_logs(answer(given)) / temperature, axis=1)

    return fitted


def _tensors(ballots: Ballots) -> tuple[Tensor, Tensor]:
    return torch.from_numpy(_full(ballots)), torch.from_numpy(ballots.truth)


def _full(ballots: Ballots) -> Floats:
    """The votes; one that is missing is like the mean of the others."""
    others = np.nanmean(ballots.votes, axis=1, keepdims=True)
    return np.where(np.isnan(ballots.votes), others, ballots.votes)


def _seen(ballots: Ballots, usual: Floats, spread: Floats) -> Floats:
    inputs = (ballots.inputs(usual) - usual) / spread
    votes = _full(ballots).reshape(len(ballots), -1)
    return np.concatenate([np.ones((len(ballots), 1)), inputs, votes / len(VOTES)], axis=1)


def _logs(shares: Floats) -> Floats:
    logs: Floats = np.log(np.maximum(shares, 1e-9))
    return logs
