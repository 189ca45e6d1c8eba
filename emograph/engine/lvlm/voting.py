"""The vote of a vision-language model: how likely each label is as its answer."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from emograph.engine.evaluation.conditions import probabilities
from emograph.engine.lvlm.model import LogLikelihoods, View, VisionLanguageModel
from emograph.engine.lvlm.questions import Ballot, feeling


class Voter:
    """Casts a model's votes: log P(label | picture) - log P(label | no picture), softened.

    `temperatures` are those of the schemes that the model can vote in; without them, it votes in
    all by likelihoods as they are. A label that a model likes to say whatever it sees gains nothing
    by that (Zhao et al. 2021, arXiv 2102.09690, correct by a content-free input likewise). Nothing
    is sampled.
    """

    def __init__(
        self, model: VisionLanguageModel, temperatures: Mapping[str, float] | None = None
    ) -> None:
        self._model = model
        self._temperatures = temperatures
        self._blind: dict[Ballot, LogLikelihoods] = {}
        self._lock = threading.Lock()

    def votes_in(self, scheme: str) -> bool:
        """Whether the model has learned the labels of a scheme."""
        return self._temperatures is None or scheme in self._temperatures

    def vote(self, view: View, scheme: str, labels: tuple[str, ...]) -> dict[str, float]:
        """The distribution over a scheme's labels."""
        odds = self.log_odds(view, feeling(labels))
        temperature = 1.0 if self._temperatures is None else self._temperatures[scheme]
        shares = probabilities(odds[None], temperature)[0]
        return {label: float(share) for label, share in zip(labels, shares, strict=True)}

    def log_odds(self, view: View, ballot: Ballot) -> NDArray[np.float64]:
        """How much likelier the picture makes each answer, (n,), in natural logarithms."""
        seen = view.log_likelihoods(ballot.question, ballot.labels)
        odds: NDArray[np.float64] = seen - self._unseen(ballot)
        return odds

    def _unseen(self, ballot: Ballot) -> LogLikelihoods:
        with self._lock:
            if ballot not in self._blind:
                view = self._model.look(None)
                self._blind[ballot] = view.log_likelihoods(ballot.question, ballot.labels)
            return self._blind[ballot]
