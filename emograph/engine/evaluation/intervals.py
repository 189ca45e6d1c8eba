"""How sure a figure is: bootstrap intervals over the items it was measured on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Metric = Callable[..., float]


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure on `n` items, and the bounds of its 95 % interval."""

    value: float
    low: float
    high: float
    n: int


def bootstrap(
    metric: Metric, *arrays: NDArray[Any], n_resamples: int = 1000, seed: int = 0
) -> Interval:
    """A metric with its 95 % percentile bootstrap interval.

    The arrays are what the metric takes, each with one row per item (n, …); items are drawn with
    replacement, the same in all arrays.

    >>> from emograph.engine.evaluation.metrics import accuracy
    >>> right = np.array([0, 1] * 50)
    >>> bootstrap(accuracy, right, right)
    Interval(value=1.0, low=1.0, high=1.0, n=100)
    """
    n = len(arrays[0])
    rng = np.random.default_rng(seed)
    draws = (rng.integers(n, size=n) for _ in range(n_resamples))
    values = [metric(*(array[draw] for array in arrays)) for draw in draws]
    low, high = np.percentile(values, [2.5, 97.5])
    return Interval(value=metric(*arrays), low=float(low), high=float(high), n=n)


def if_calibrated(
    metric: Metric, predicted: NDArray[np.float64], *, n_resamples: int = 1000, seed: int = 0
) -> Interval:
    """What a metric of labels would show if distributions (n, k) were right, with its 95 % range.

    The labels are drawn from the distributions themselves. An error of calibration is never 0 on
    few items; this is what it would be by chance alone.

    >>> from emograph.engine.evaluation.metrics import ece
    >>> even = np.full((1000, 2), 0.5)
    >>> if_calibrated(ece, even).value < 0.02 < if_calibrated(ece, even[:50]).value
    True
    """
    rng = np.random.default_rng(seed)
    bounds = predicted.cumsum(axis=1)[:, :-1]
    values = []
    for _ in range(n_resamples):
        labels = (rng.random((len(predicted), 1)) > bounds).sum(axis=1)
        values.append(metric(labels, predicted))
    low, high = np.percentile(values, [2.5, 97.5])
    return Interval(float(np.mean(values)), float(low), float(high), n=len(predicted))


def paired_difference(
    metric: Metric,
    true: NDArray[Any],
    predicted: NDArray[Any],
    baseline: NDArray[Any],
    *,
    n_resamples: int = 1000,
    seed: int = 0,
) -> Interval:
    """How much the metric of `predicted` lies above that of `baseline`, with its 95 % interval.

    Both are measured on the same draws of items, so what is hard for both cancels out; the two
    differ where the interval leaves out 0. All arrays have one row per item (n, …).

    >>> from emograph.engine.evaluation.metrics import accuracy
    >>> right = np.array([0, 1] * 50)
    >>> paired_difference(accuracy, right, right, 1 - right)
    Interval(value=1.0, low=1.0, high=1.0, n=100)
    """

    def gain(true: NDArray[Any], predicted: NDArray[Any], baseline: NDArray[Any]) -> float:
        return metric(true, predicted) - metric(true, baseline)

    return bootstrap(gain, true, predicted, baseline, n_resamples=n_resamples, seed=seed)
