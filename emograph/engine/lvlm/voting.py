"""The vote of a vision-language model: how likely each label is as its answer."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from emograph.engine.lvlm.fitted import PLAIN, Softening
from emograph.engine.lvlm.model import LogLikelihoods, View, VisionLanguageModel
from emograph.engine.lvlm.questions import Ballot, feeling


class Voter:
    """Casts a model's votes: log P(label | picture) - log P(label | no picture), softened.

    `fitted` has the softening of each scheme that the model can vote in; without it, it votes in
    all, plainly. Zhao et al. 2021 (arXiv 2102.09690) correct by an input without content likewise.
    Nothing is sampled.
    """

    def __init__(
        self, model: VisionLanguageModel, fitted: Mapping[str, Softening] | None = None
    ) -> None:
        self._model = model
        self._fitted = fitted
        self._blind: dict[Ballot, LogLikelihoods] = {}
        self._lock = threading.Lock()

    def votes_in(self, scheme: str) -> bool:
        """Whether the model has learned the labels of a scheme."""
        return self._fitted is None or scheme in self._fitted

    def vote(self, view: View, scheme: str, labels: tuple[str, ...]) -> dict[str, float]:
        """The distribution over a scheme's labels."""
        softening = PLAIN if self._fitted is None else self._fitted[scheme]
        ballot = feeling(labels)
        seen = view.log_likelihoods(ballot.question, ballot.labels)
        (shares,) = softening(seen[None], self._unseen(ballot))
        return {label: float(share) for label, share in zip(labels, shares, strict=True)}

    def _unseen(self, ballot: Ballot) -> LogLikelihoods:
        with self._lock:
            if ballot not in self._blind:
                view = self._model.look(None)
                self._blind[ballot] = view.log_likelihoods(ballot.question, ballot.labels)
            return self._blind[ballot]
