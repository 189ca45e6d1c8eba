"""A network with one hidden layer and a head for each label space, learned from people and teacher.

Its loss is that of EmoVLM-KD (arXiv 2505.07164), after Hinton et al. 2015 (arXiv 1503.02531):

    alpha tau^2 KL(teacher_tau || student_tau) + (1 - alpha) CE(labels)

where the distributions of both are softened by tau. Numbers are learned by squares instead, with
the same alpha. What people did not say of a picture is learned from the teacher alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from emograph.engine.training.estimator import Estimator
from emograph.engine.training.targets import Targets

Views = NDArray[np.floating[Any]]
Answers = dict[str, NDArray[np.float64]]

_BATCH = 64
_WARM_UP = 50
_NUMBERS = 0.5  # what squares of standardised numbers count beside nats


class NetworkClassifier(Estimator):
    """Learns distributions and numbers from features, by scikit-learn's conventions.

    Pictures may be seen in several views (n, v, f), mirrored for example: one is drawn each time it
    is learned from, and answers are the mean over all. `alpha` and `tau` matter where there is a
    teacher.

    >>> x = np.repeat(np.linspace(-1, 1, 128, dtype=np.float32)[:, None, None], 2, axis=1)
    >>> y = Targets({"sign": np.eye(2, dtype=np.float32)[(x[:, 0, 0] > 0).astype(int)]}, {})
    >>> told = NetworkClassifier(hidden=4, dropout=0.0, rate=0.03).fit(x, y).predict_proba(x)
    >>> bool((told["sign"].argmax(axis=1) == (x[:, 0, 0] > 0)).mean() > 0.95)
    True
    """

    def __init__(
        self,
        hidden: int = 160,
        dropout: float = 0.5,
        epochs: int = 40,
        rate: float = 5e-4,
        decay: float = 0.3,
        alpha: float = 0.5,
        tau: float = 2.0,
        seed: int = 0,
    ) -> None:
        self.hidden = hidden
        self.dropout = dropout
        self.epochs = epochs
        self.rate = rate
        self.decay = decay
        self.alpha = alpha
        self.tau = tau
        self.seed = seed

    # X and y are scikit-learn's names.
    def fit(self, X: Views, y: Targets, teacher: Targets | None = None) -> Self:  # noqa: N803
        """Learn from pictures (n, v, f) and what is known of them; the same every time."""
        rng = np.random.default_rng(self.seed)
        self.shift_ = X.mean(axis=(0, 1)).astype(np.float32)
        self.scale_ = (X.std(axis=(0, 1)) + 1e-3).astype(np.float32)
        self.classes_ = {space: shares.shape[1] for space, shares in y.shares.items()}
        self.numbers_ = {name: (_mean(v), _spread(v)) for name, v in y.numbers.items()}
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.seed)
            self.network_ = _Network(X.shape[2], self.hidden, self.dropout, self.classes_,
                                     len(self.numbers_))  # fmt: skip
            seen = torch.from_numpy(self._standardised(X))
            taught = None if teacher is None else self._prepared(teacher)
            self._learn(seen, self._prepared(y), taught, rng)
        self.network_.eval()
        return self

    def predict_proba(self, X: Views) -> Answers:  # noqa: N803
        """Distributions (n, k) over the labels of each space."""
        return {
            space: np.mean([np.exp(view[space]) for view in self._told(X)], axis=0)
            for space in self.classes_
        }

    def predict_numbers(self, X: Views) -> Answers:  # noqa: N803
        """The numbers (n,) by name."""
        told = np.mean([view[""] for view in self._told(X)], axis=0)
        return {
            name: told[:, i] * spread + mean
            for i, (name, (mean, spread)) in enumerate(self.numbers_.items())
        }

    def layers(self) -> dict[str, tuple[NDArray[np.float32], NDArray[np.float32]]]:
        """Weights (inputs, outputs) and bias of ``hidden``, each space's head, and ``numbers``.

        Those of numbers give them in their own units.
        """
        heads = {space: _weights(head) for space, head in self.network_.heads.items()}
        layers = {"hidden": _weights(self.network_.hidden), **heads}
        if self.network_.numbers is not None:
            weights, bias = _weights(self.network_.numbers)
            mean, spread = np.array(list(self.numbers_.values()), np.float32).T
            layers["numbers"] = (weights * spread, bias * spread + mean)
        return layers

    def _told(self, X: Views) -> list[Answers]:  # noqa: N803
        with torch.inference_mode():
            return [
                {name: t.double().numpy() for name, t in self.network_(view).items()}
                for view in torch.from_numpy(self._standardised(X)).unbind(1)
            ]

    def _standardised(self, X: Views) -> NDArray[np.float32]:  # noqa: N803
        standardised: NDArray[np.float32] = (
            (X.astype(np.float32) - self.shift_) / self.scale_
        ).astype(np.float32)
        return standardised

    def _prepared(self, targets: Targets) -> dict[str, Tensor]:
        prepared = {space: torch.from_numpy(shares) for space, shares in targets.shares.items()}
        columns = [
            torch.from_numpy((targets.numbers[name] - mean) / spread)
            for name, (mean, spread) in self.numbers_.items()
        ]
        if columns:
            prepared[""] = torch.stack(columns, dim=1).float()
        return prepared

    def _learn(
        self,
        seen: Tensor,
        known: Mapping[str, Tensor],
        taught: Mapping[str, Tensor] | None,
        rng: np.random.Generator,
    ) -> None:
        optimizer = torch.optim.AdamW(
            self.network_.parameters(), lr=self.rate, weight_decay=self.decay
        )
        batches = max(len(seen) // _BATCH, 1)
        steps, step = self.epochs * batches, 0
        self.network_.train()
        for _ in range(self.epochs):
            order = rng.permutation(len(seen))
            for rows in np.array_split(order, batches):
                for group in optimizer.param_groups:
                    group["lr"] = self.rate * _schedule(step, steps)
                views = torch.from_numpy(rng.integers(seen.shape[1], size=len(rows)))
                chosen = torch.from_numpy(rows)
                told = self.network_(seen[chosen, views])
                loss = self._loss(told, {n: t[chosen] for n, t in known.items()},
                                  taught and {n: t[chosen] for n, t in taught.items()})  # fmt: skip
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                step += 1

    def _loss(
        self,
        told: Mapping[str, Tensor],
        known: Mapping[str, Tensor],
        taught: Mapping[str, Tensor] | None,
    ) -> Tensor:
        share = 1.0 if taught is None else 1.0 - self.alpha
        n = len(next(iter(told.values())))
        loss = torch.zeros(())
        for name, answers in told.items():
            cost = _squares if name == "" else _cross_entropy
            loss = loss + share * cost(answers, known[name]) / n
            if taught is not None and name == "":
                loss = loss + self.alpha * cost(answers, taught[name]) / n
            elif taught is not None:
                loss = loss + self.alpha * self._divergence(answers, taught[name]) / n
        return loss

    def _divergence(self, logs: Tensor, teacher: Tensor) -> Tensor:
        """tau^2 KL(teacher_tau || student_tau), summed over what the teacher knows."""
        rows = ~teacher.isnan().any(dim=1)
        softened = (logs[rows] / self.tau).log_softmax(dim=1)
        teaching = (teacher[rows].clamp_min(1e-6).log() / self.tau).log_softmax(dim=1)
        apart = teaching.exp() * (teaching - softened)
        return self.tau**2 * apart.sum()


class _Network(nn.Module):
    def __init__(
        self, inputs: int, hidden: int, dropout: float, classes: Mapping[str, int], numbers: int
    ) -> None:
        super().__init__()
        self.hidden = nn.Linear(inputs, hidden)
        self.heads = nn.ModuleDict({space: nn.Linear(hidden, k) for space, k in classes.items()})
        self.numbers = nn.Linear(hidden, numbers) if numbers else None
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        shared = self.dropout(nn.functional.gelu(self.hidden(self.dropout(x))))
        told = {space: head(shared).log_softmax(dim=1) for space, head in self.heads.items()}
        return told if self.numbers is None else {**told, "": self.numbers(shared)}


def _weights(layer: nn.Module) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    weights, bias = layer.weight.detach().numpy().T, layer.bias.detach().numpy()  # type: ignore[operator]
    return weights, bias


def _cross_entropy(logs: Tensor, shares: Tensor) -> Tensor:
    rows = ~shares.isnan().any(dim=1)
    return -(shares[rows] * logs[rows]).sum()


def _squares(told: Tensor, numbers: Tensor) -> Tensor:
    known = ~numbers.isnan()
    return _NUMBERS * ((told - numbers)[known] ** 2).sum()


def _schedule(step: int, steps: int) -> float:
    rising = min(1.0, (step + 1) / _WARM_UP)
    return float(rising * 0.5 * (1 + np.cos(np.pi * step / steps)))


def _mean(values: NDArray[np.float32]) -> float:
    return float(np.nanmean(values))


def _spread(values: NDArray[np.float32]) -> float:
    return float(np.nanstd(values)) or 1.0
