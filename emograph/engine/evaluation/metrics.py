"""The figures of an evaluation: how right, how close to what people voted, how well calibrated.

The truth always comes first. A class code is a column of the predicted distributions; a
distribution is a row that sums to 1; n is the number of items, k that of classes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Classes = NDArray[Any]
Codes = NDArray[np.integer[Any]]
Floats = NDArray[np.floating[Any]]

_BINS = 15
# The least probability a logarithm is taken of: a class held impossible costs 27.6 nats.
_FLOOR = 1e-12


def accuracy(true: Classes, predicted: Classes) -> float:
    """Share of items whose class is right. Both (n,), codes or names.

    >>> accuracy(np.array([0, 1, 2, 2]), np.array([0, 1, 1, 2]))
    0.75
    """
    return float(np.mean(true == predicted))


def macro_f1(true: Classes, predicted: Classes) -> float:
    """Mean F1 of the classes that occur in either. Both (n,), codes or names.

    >>> round(macro_f1(np.array(["joy", "joy", "fear"]), np.array(["joy", "fear", "fear"])), 4)
    0.6667
    """
    classes = np.unique(np.concatenate([true, predicted]))
    truly, named = true[:, None] == classes, predicted[:, None] == classes
    f1 = 2 * (truly & named).sum(axis=0) / (truly.sum(axis=0) + named.sum(axis=0))
    return float(f1.mean())


def recall(true: Classes, predicted: Classes, of: str | int) -> float:
    """Share of a class's items that are named as it; 0 where it has none. Both (n,).

    >>> recall(np.array(["joy", "joy", "fear"]), np.array(["joy", "fear", "fear"]), of="joy")
    0.5
    """
    items = true == of
    return float(np.mean(predicted[items] == of)) if items.any() else 0.0


def kl_divergence(true: Floats, predicted: Floats) -> float:
    """Mean Kullback-Leibler divergence of the true distributions from the predicted, in nats.

    Both (n, k). Probabilities below 1e-12 count as 1e-12 where a logarithm is taken.

    >>> round(kl_divergence(np.array([[1.0, 0.0]]), np.array([[0.5, 0.5]])), 4)
    0.6931
    """
    log_ratio = np.log(np.maximum(true, _FLOOR)) - np.log(np.maximum(predicted, _FLOOR))
    # Rounding can leave a hair below zero where the two agree.
    return max(0.0, float(np.mean(np.sum(true * log_ratio, axis=1))))


def jensen_shannon(true: Floats, predicted: Floats) -> float:
    """Mean Jensen-Shannon divergence (not its root) in nats, 0 to ln 2. Both (n, k).

    >>> round(jensen_shannon(np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]])), 4)
    0.6931
    """
    middle = (true + predicted) / 2
    return (kl_divergence(true, middle) + kl_divergence(predicted, middle)) / 2


def bhattacharyya(true: Floats, predicted: Floats) -> float:
    """Mean Bhattacharyya coefficient, 0 (disjoint) to 1 (the same). Both (n, k).

    >>> bhattacharyya(np.array([[1.0, 0.0]]), np.array([[0.25, 0.75]]))
    0.5
    """
    return float(np.mean(np.sum(np.sqrt(true * predicted), axis=1)))


def top1_voted(true: Floats, predicted: Floats) -> float:
    """Share of items whose likeliest class is the one most people voted for. Both (n, k).

    Of classes with equal votes the first counts as the one voted for.

    >>> top1_voted(np.array([[0.6, 0.4], [0.2, 0.8]]), np.array([[0.9, 0.1], [0.7, 0.3]]))
    0.5
    """
    return accuracy(true.argmax(axis=1), predicted.argmax(axis=1))


def pearson(true: Floats, predicted: Floats) -> float:
    """Pearson's r of two series (n,); 0 where either is constant, as nothing varies together.

    >>> round(pearson(np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 6.0])), 4)
    1.0
    """
    if np.ptp(true) == 0 or np.ptp(predicted) == 0:
        return 0.0
    return float(np.corrcoef(true, predicted)[0, 1])


def rmse(true: Floats, predicted: Floats) -> float:
    """Root of the mean squared error, in the unit of the series. Both (n,).

    >>> rmse(np.array([1.0, 2.0]), np.array([4.0, 5.0]))
    3.0
    """
    return float(np.sqrt(np.mean((true - predicted) ** 2)))


def ece(true: Codes, predicted: Floats) -> float:
    """Expected calibration error of the likeliest class, 0 to 1. Codes (n,), distributions (n, k).

    Items fall into 15 equally wide bins (a, b] of their top probability; the error is the mean
    distance of a bin's accuracy to its mean top probability, weighted by its items.

    >>> round(ece(np.array([0, 1]), np.array([[0.8, 0.2], [0.8, 0.2]])), 4)
    0.3
    """
    top = predicted.max(axis=1)
    bins = np.clip(np.ceil(top * _BINS).astype(int) - 1, 0, _BINS - 1)
    surplus = (predicted.argmax(axis=1) == true) - top
    return float(np.abs(np.bincount(bins, weights=surplus)).sum() / len(true))


def brier(true: Codes, predicted: Floats) -> float:
    """Multi-class Brier score, 0 (sure and right) to 2. Codes (n,), distributions (n, k).

    >>> brier(np.array([0, 1]), np.array([[1.0, 0.0], [1.0, 0.0]]))
    1.0
    """
    truth = np.eye(predicted.shape[1])[true]
    return float(np.mean(np.sum((predicted - truth) ** 2, axis=1)))


def nll(true: Codes, predicted: Floats) -> float:
    """Mean negative log-likelihood of the true class in nats. Codes (n,), distributions (n, k).

    Probabilities below 1e-12 count as 1e-12.

    >>> round(nll(np.array([0, 1]), np.array([[0.5, 0.5], [0.5, 0.5]])), 4)
    0.6931
    """
    likelihood = predicted[np.arange(len(true)), true]
    return float(-np.mean(np.log(np.maximum(likelihood, _FLOOR))))


def auc(positive: NDArray[np.bool_], scores: Floats) -> float:
    """Area under the ROC curve, 0 to 1: how often a positive item scores above a negative one.

    Both (n,); equal scores count half. Where one of the two is missing it is 0.5.

    >>> auc(np.array([True, False, True, False]), np.array([0.9, 0.8, 0.8, 0.1]))
    0.875
    """
    n_positive = int(positive.sum())
    n_negative = len(positive) - n_positive
    if not n_positive or not n_negative:
        return 0.5
    above = _ranks(scores)[positive].sum() - n_positive * (n_positive + 1) / 2
    return float(above / (n_positive * n_negative))


def spearman(true: Classes, predicted: Floats) -> float:
    """Spearman's rank correlation of two series (n,); equal values share their mean rank.

    >>> round(spearman(np.array([0, 1, 2]), np.array([0.1, 0.2, 5.0])), 4)
    1.0
    """
    return pearson(_ranks(true), _ranks(predicted))


def _ranks(values: Classes) -> NDArray[np.float64]:
    """Ranks (n,) from 1; equal values have the mean of theirs."""
    _, which, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    ranks: NDArray[np.float64] = (last - (count - 1) / 2)[which]
    return ranks


def average_precision(relevant: NDArray[np.bool_], scores: Floats) -> float:
    """Area under the steps of precision over recall, 0 to 1. Both (n,), higher scores first.

    Items of equal score are found together, so their order is of no consequence. Without a
    relevant item it is 0.

    >>> round(average_precision(np.array([True, False, True]), np.array([0.9, 0.8, 0.7])), 4)
    0.8333
    """
    if not relevant.any():
        return 0.0
    order = np.argsort(-scores)
    last_of_its_score = np.append(np.diff(scores[order]) != 0, True)
    found = np.cumsum(relevant[order])[last_of_its_score]
    seen = np.flatnonzero(last_of_its_score) + 1
    recall_gained = np.diff(found, prepend=0) / found[-1]
    return float(np.sum(recall_gained * found / seen))


def mean_average_precision(relevant: NDArray[np.bool_], scores: Floats) -> float:
    """Mean of the average precision over the columns that have a relevant item. Both (n, k).

    A column is a label, or a query. Without any relevant item it is 0.

    >>> relevant = np.array([[True, False], [False, False], [True, False]])
    >>> round(mean_average_precision(relevant, np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3]])), 4)
    0.8333
    """
    columns = np.flatnonzero(relevant.any(axis=0))
    if not columns.size:
        return 0.0
    return float(np.mean([average_precision(relevant[:, c], scores[:, c]) for c in columns]))
