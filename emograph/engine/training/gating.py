"""Fits gates on votes that were cast out of fold, and what gates are compared with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from typing import Self, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]
from scipy.special import softmax  # type: ignore[import-untyped]
from torch import Tensor

from emograph.engine.evaluation.temperature import fit_temperature
from emograph.engine.gate import VOTES, Gate, cast_by
from emograph.engine.training.estimator import Estimator

Floats = NDArray[np.float64]
Chosen: TypeAlias = NDArray[np.bool_] | NDArray[np.intp]

_STEPS = 200
_HELD = 100


@dataclass(frozen=True, eq=False)
class Ballots:
    """The votes on n images, and what else a gate goes by.

    `votes` (n, v, k) are log-probabilities in the order of `VOTES`, NaN where a vote was not cast;
    `circumstances` (n, c) are in the order of `CIRCUMSTANCES`; `truth` (n, k) are distributions.
    """

    votes: Floats
    circumstances: Floats
    truth: Floats

    def __len__(self) -> int:
        return len(self.votes)

    def where(self, chosen: Chosen) -> Ballots:
        """Those of the images that are chosen."""
        return Ballots(self.votes[chosen], self.circumstances[chosen], self.truth[chosen])

    def without(self, *names: str) -> Ballots:
        """The same, as if these had not voted."""
        votes = self.votes.copy()
        votes[:, [VOTES.index(name) for name in names]] = np.nan
        return Ballots(votes, self.circumstances, self.truth)

    @property
    def cast(self) -> NDArray[np.bool_]:
        """Which votes were cast, (n, v)."""
        cast: NDArray[np.bool_] = np.isfinite(self.votes.sum(axis=2))
        return cast

    def inputs(self, usual: Floats | None = None) -> Floats:
        """Entropies and circumstances (n, v + c); the entropy of a vote not cast is as `usual`."""
        shares = np.exp(self.votes)
        entropies = -(shares * self.votes).sum(axis=2)
        inputs = np.concatenate([entropies, self.circumstances], axis=1)
        if usual is None:
            # No picture has a vote that nobody ever casts.
            known = np.where(np.isnan(inputs).all(axis=0), 0.0, inputs)
            usual = np.nanmean(known, axis=0)
        return np.where(np.isnan(inputs), usual, inputs)


class GateClassifier(Estimator):
    """Fits a gate by scikit-learn's conventions: least cross-entropy, slopes kept small.

    It is fitted on what it will meet: all votes, and all votes but one, so that it serves without
    any of them. `penalty` is on the squares of the slopes; infinite, weights are the same for all
    pictures.
    """

    def __init__(self, penalty: float = 0.03) -> None:
        self.penalty = penalty

    def fit(self, ballots: Ballots) -> Self:
        """Fit weights on the votes, then a temperature for each set of them."""
        usual, spread = scale(ballots)
        shown = _shown(ballots)
        standard = [torch.from_numpy((b.inputs(usual) - usual) / spread) for b in shown]
        v, f = len(VOTES), len(usual)
        varies = np.isfinite(self.penalty)

        def loss(flat: Tensor) -> Tensor:
            strengths, slopes, log_temperature = flat[:v], flat[v : v + v * f], flat[v + v * f]
            cost = torch.zeros((), dtype=torch.float64)
            for part, x in zip(shown, standard, strict=True):
                logits = strengths + (x @ slopes.view(v, f).T if varies else 0.0)
                mixed = _mixed(torch.from_numpy(part.votes), logits) / log_temperature.exp()
                logs = mixed.log_softmax(dim=1)
                cost = cost - (torch.from_numpy(part.truth) * logs).sum() / len(part)
            cost = cost / len(shown) + 1e-3 * (strengths**2).sum()
            return cost + (self.penalty * (slopes**2).sum() if varies else 0.0)

        best = descend(loss, v + v * f + 1)
        strengths, slopes = best[:v] - best[:v].mean(), best[v : v + v * f].reshape(v, f)
        gate = Gate(
            {name: round(float(b), 4) for name, b in zip(VOTES, strengths, strict=True)},
            {
                name: [round(float(s), 4) for s in row]
                for name, row in zip(VOTES, slopes, strict=True)
            }
            if varies
            else {},
            [round(float(x), 4) for x in usual] if varies else (),
            [round(float(x), 4) for x in spread] if varies else (),
        )
        self.gate_ = Gate(
            gate.strengths, gate.slopes, gate.usual, gate.spread, _temperatures(gate, ballots)
        )
        return self

    def predict_proba(self, ballots: Ballots) -> Floats:
        """What the votes say together, (n, k)."""
        return weighed(self.gate_, ballots)


def weights(gate: Gate, ballots: Ballots) -> Floats:
    """The weight of each vote (n, v); 0 where it was not cast."""
    logits = np.array([gate.strengths.get(name, 0.0) for name in VOTES])
    logits = np.repeat(logits[None], len(ballots), axis=0)
    if gate.slopes:
        usual = np.array(gate.usual)
        inputs = (ballots.inputs(usual) - usual) / np.array(gate.spread)
        logits = logits + inputs @ np.array([gate.slopes[name] for name in VOTES]).T
    shares: Floats = softmax(np.where(ballots.cast, logits, -np.inf), axis=1)
    return shares


def weighed(gate: Gate, ballots: Ballots) -> Floats:
    """What the votes say together, (n, k): `Gate.weigh` for many pictures."""
    mixed = _pooled(gate, ballots)
    temperatures = np.array([gate.temperatures.get(_by(cast), 1.0) for cast in ballots.cast])
    shares: Floats = softmax(mixed / temperatures[:, None], axis=1)
    return shares


def _pooled(gate: Gate, ballots: Ballots) -> Floats:
    logs = np.where(ballots.cast[:, :, None], ballots.votes, 0.0)
    pooled: Floats = np.einsum("nv,nvk->nk", weights(gate, ballots), logs)
    return pooled


def _temperatures(gate: Gate, ballots: Ballots) -> dict[str, float]:
    fitted = {}
    there = [name for i, name in enumerate(VOTES) if ballots.cast[:, i].any()]
    for size in range(2, len(there) + 1):
        for names in combinations(there, size):
            part = ballots.without(*(name for name in VOTES if name not in names))
            part = part.where(part.cast.sum(axis=1) == size)
            key = cast_by(dict.fromkeys(names))
            # Of few pictures a temperature is told by chance: they are held to 1 by some more.
            held = len(part) / (len(part) + _HELD)
            fitted[key] = round(fit_temperature(_pooled(gate, part), part.truth) ** held, 3)
    return fitted


def _shown(ballots: Ballots) -> list[Ballots]:
    """All votes, and all votes but one, where at least one is left."""
    shown = [ballots]
    for name in VOTES:
        left = ballots.without(name)
        left = left.where(ballots.cast[:, VOTES.index(name)] & left.cast.any(axis=1))
        if len(left):
            shown.append(left)
    return shown


def _mixed(votes: Tensor, logits: Tensor) -> Tensor:
    cast = ~votes.isnan().any(dim=2)
    shares = logits.masked_fill(~cast, float("-inf")).softmax(dim=1)
    return torch.einsum("nv,nvk->nk", shares, torch.nan_to_num(votes, 0.0))


def _by(cast: NDArray[np.bool_]) -> str:
    return "+".join(name for name, there in zip(VOTES, cast, strict=True) if there)


def scale(ballots: Ballots) -> tuple[Floats, Floats]:
    """Means and spreads of a gate's inputs; what is always the same has the spread 1."""
    inputs = ballots.inputs()
    spread = inputs.std(axis=0)
    return inputs.mean(axis=0), np.where(spread > 1e-6, spread, 1.0)


def descend(loss: Callable[[Tensor], Tensor], size: int, start: Floats | None = None) -> Floats:
    """The parameters (size,) with the least loss, found from `start`, else from zeros."""

    def cost(flat: Floats) -> tuple[float, Floats]:
        given = torch.from_numpy(flat.copy()).requires_grad_(True)
        value = loss(given)
        (slope,) = torch.autograd.grad(value, given)
        return float(value.detach()), slope.numpy()

    best: Floats = minimize(
        cost,
        np.zeros(size) if start is None else start,
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": _STEPS},
    ).x
    return best
