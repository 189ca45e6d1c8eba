"""From evidence to a posterior: pooled log-odds, a prior, one temperature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emograph.engine.cues import Contribution, Evidence, Posterior
from emograph.engine.reasoning.matrix import AssociationMatrix
from emograph.engine.reasoning.pooling import pooled_weights


@dataclass(frozen=True, eq=False)
class Balance:
    """What makes the average picture say nothing: the mean (e,) that is taken off, the gain (e,).

    Detectors see some things in every picture, and some emotions have more and louder concepts than
    others. Both show in pictures without any label: the mean of their summed log-odds is not
    evidence, and their spread is how loud an emotion is. With the gain each is equally loud.
    """

    mean: NDArray[np.float64]
    gain: NDArray[np.float64]


class Reasoner:
    """Adds up evidence over one scheme.

        log P(e | image) = log P(e) + (gain_e / T) (sum over i of w_i L(n_i, e) - mean_e) + const

    with w the pooled weights (`pooled_weights`), L the association matrix, T the temperature.
    `prior` has log P(e) up to a constant, uniform if not given. Evidence for concepts that the
    matrix lacks counts nothing.
    """

    def __init__(
        self,
        matrix: AssociationMatrix,
        balance: Balance,
        temperature: float = 1.0,
        prior: NDArray[np.float64] | None = None,
    ) -> None:
        self.matrix = matrix
        self.temperature = temperature
        gain = balance.gain / temperature
        self._gain = gain
        uniform = np.zeros_like(balance.mean)
        self._prior = _centred((uniform if prior is None else prior) - gain * balance.mean)
        self._log_odds = self.weighed(matrix.log_odds)

    def weighed(self, log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log-odds (n, e) as this reasoner counts them: against the mean emotion, gain over T."""
        return _centred(_centred(log_odds) * self._gain)

    def infer(self, evidence: Sequence[Evidence]) -> Posterior:
        """The posterior given the evidence, with each cue's exact contribution to it.

        The order of the evidence does not matter, to the last bit.
        """
        known = sorted(
            (e for e in evidence if e.concept in self.matrix.rows),
            key=lambda e: (e.group, e.concept, e.cue.id, e.strength),
        )
        rows = [self.matrix.rows[e.concept] for e in known]
        weights = weights_of(known)
        added = weights[:, None] * self._log_odds[rows]
        log_odds = self._prior + added.sum(axis=0)
        labels = self.matrix.scheme.labels
        by_cue: dict[str, NDArray[np.float64]] = {}
        for piece, row in zip(known, added, strict=True):
            by_cue[piece.cue.id] = by_cue.get(piece.cue.id, 0.0) + row
        return Posterior(
            scheme=self.matrix.scheme.name,
            emotions=dict(zip(labels, _softmax(log_odds).tolist(), strict=True)),
            prior=dict(zip(labels, self._prior.tolist(), strict=True)),
            contributions=tuple(
                Contribution(cue, label, float(value))
                for cue, row in by_cue.items()
                for label, value in zip(labels, row, strict=True)
            ),
        )

    def log_odds(self, evidence: Sequence[Evidence]) -> NDArray[np.float64]:
        """The log-odds (e,) against the geometric mean, without the bookkeeping of `infer`."""
        known = [e for e in evidence if e.concept in self.matrix.rows]
        rows = [self.matrix.rows[e.concept] for e in known]
        weights = weights_of(known)
        return self._prior + weights @ self._log_odds[rows]

    def unknown_share(self, evidence: Sequence[Evidence], seen: float) -> float:
        """How much of what was seen the graph has no knowledge of its own about, 0..1.

        `seen` is the summed confidence of all cues, those without evidence included.
        """
        known = sum(
            e.strength * self.matrix.familiarity[self.matrix.rows[e.concept]]
            for e in evidence
            if e.concept in self.matrix.rows
        )
        return float(np.clip(1.0 - known / seen, 0.0, 1.0)) if seen > 0 else 0.0


def balance_on(matrix: AssociationMatrix, crowd: Sequence[Sequence[Evidence]]) -> Balance:
    """The balance that makes the average picture of an unlabelled crowd say nothing."""
    neutral = np.zeros(len(matrix.scheme.labels))
    plain = Reasoner(matrix, Balance(neutral, neutral + 1.0))
    sums = np.array([plain.log_odds(evidence) for evidence in crowd])
    if len(sums) < 2:
        return Balance(neutral, neutral + 1.0)
    spread = sums.std(axis=0)
    return Balance(sums.mean(axis=0), spread.mean() / np.maximum(spread, 1e-6))


def weights_of(evidence: Sequence[Evidence]) -> NDArray[np.float64]:
    """How much each piece of evidence counts, (n,); see `pooled_weights`."""
    return pooled_weights(
        [e.group for e in evidence],
        [e.concept for e in evidence],
        [e.strength for e in evidence],
    )


def _centred(values: NDArray[np.float64]) -> NDArray[np.float64]:
    centred: NDArray[np.float64] = values - values.mean(axis=-1, keepdims=True)
    return centred


def _softmax(values: NDArray[np.float64]) -> NDArray[np.float64]:
    odds = np.exp(values - values.max())
    share: NDArray[np.float64] = odds / odds.sum()
    return share
