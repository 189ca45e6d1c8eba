"""The teacher: as good a classifier as the pictures allow, whose answers a student learns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax  # type: ignore[import-untyped]

from emograph.engine.training.kernel import Values, gaussian, kernel_ridge
from emograph.engine.training.network import NetworkClassifier, Views
from emograph.engine.training.targets import Targets


@dataclass(frozen=True, eq=False)
class Teacher:
    """Several eyes see all pictures, each (n, v, f); on each a network is fitted.

    Distributions are the networks' geometric mean. Numbers are the mean of the networks' and of a
    kernel ridge regression on all features together, each standardised: it is the better one where
    ratings are noisy.
    """

    eyes: Mapping[str, Views]
    kernel: Values
    seed: int = 0

    @classmethod
    def of(cls, eyes: Mapping[str, Views]) -> Teacher:
        """A teacher with these eyes."""
        plain = np.concatenate([views.mean(axis=1, dtype=np.float32) for views in eyes.values()], 1)
        return cls(eyes, gaussian(plain))

    def answers(self, known: Targets, rows: NDArray[np.bool_]) -> Targets:
        """What it says of all pictures, having learned from those at `rows` (n,) what is known."""
        networks = [
            NetworkClassifier(seed=self.seed).fit(views[rows].astype(np.float32), known.where(rows))
            for views in self.eyes.values()
        ]
        seen = list(zip(networks, self.eyes.values(), strict=True))
        told = [network.predict_proba(views) for network, views in seen]
        numbers = [network.predict_numbers(views) for network, views in seen]
        return Targets(
            {space: _geometric([shares[space] for shares in told]) for space in known.shares},
            {
                name: self._number(known.numbers[name], rows, [n[name] for n in numbers])
                for name in known.numbers
            },
        )

    def _number(
        self, values: NDArray[np.float32], rows: NDArray[np.bool_], told: Sequence[Values]
    ) -> NDArray[np.float32]:
        learned = np.flatnonzero(rows & ~np.isnan(values))
        smooth = kernel_ridge(self.kernel, learned, values[learned].astype(np.float64))
        joined: NDArray[np.float32] = ((np.mean(told, axis=0) + smooth) / 2).astype(np.float32)
        return joined


def _geometric(told: Sequence[Values]) -> NDArray[np.float32]:
    logs = np.mean([np.log(np.maximum(shares, 1e-9)) for shares in told], axis=0)
    shares: NDArray[np.float32] = softmax(logs, axis=1).astype(np.float32)
    return shares
