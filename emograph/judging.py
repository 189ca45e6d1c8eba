"""Judges polled sets by every condition: each part alone, all together, and all but one.

Images that the student was trained on are judged by what was fitted on the other folds; others by
what the profile ships, as anybody would use it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emograph.assembly import (
    CALIBRATION,
    GATE,
    LVLM_FITTED,
    STUDENT_WEIGHTS,
    lvlm_name,
    profile_folder,
)
from emograph.calibrating import fit_softening
from emograph.config import Settings
from emograph.engine.evaluation.conditions import LogOdds
from emograph.engine.evaluation.folds import N_FOLDS, stratified_folds
from emograph.engine.evaluation.temperature import Calibration, calibrated, load_calibrations
from emograph.engine.gate import VOTES, Gates
from emograph.engine.lvlm.fitted import PLAIN, FittedLvlm
from emograph.engine.student import AFFECT, Student
from emograph.engine.training.feelings import felt
from emograph.engine.training.gating import Ballots, weighed
from emograph.engine.training.rivals import RIVALS, tempered
from emograph.examining import Answers, truth_of
from emograph.gating import Polled, crossed, crossed_feelings, gate, rated, valued
from emograph.polling import Poll

Floats = NDArray[np.float64]

GATE_NAME = "gate"
_MEAN = "mean"


@dataclass(frozen=True, eq=False)
class Judged:
    """The answers (n, k) of each condition on a set in one label space; rows of NaN for none."""

    dataset: str
    space: str
    labels: tuple[str, ...]
    truth: LogOdds
    answers: Mapping[str, LogOdds]

    def where(self, rows: NDArray[np.bool_], of: str) -> Judged:
        """The images that are chosen, (n,), which are called `of`."""
        answers = {name: told[rows] for name, told in self.answers.items()}
        dataset = f"{self.dataset}, {of}"
        return Judged(dataset, self.space, self.labels, self.truth[rows], answers)

    def known(self, *conditions: str) -> NDArray[np.bool_]:
        """Which images all these conditions answer, (n,)."""
        known = np.ones(len(self.truth), dtype=bool)
        for name in conditions:
            known &= np.isfinite(self.answers[name].sum(axis=1))
        return known


@dataclass(frozen=True, eq=False)
class Rated:
    """Valence and arousal (n,) of a set as each condition has them, and as people rated them."""

    dataset: str
    truth: Mapping[str, Floats]
    answers: Mapping[str, Mapping[str, Floats]]


def judge_crossed(name: str, one: Polled, space: str) -> Judged:
    """All conditions on a set that the profile's models were trained on, fitted on other folds."""
    truth, ballots, folds = one.truth(space), one.ballots(space), one.folds(space)
    answers: dict[str, LogOdds] = {}
    for condition, log_odds in one.poll.zero_shot(space).items():
        answers[condition] = calibrated(log_odds, truth, folds)
    answers |= _alone(ballots) | _pruned(one.poll, space, truth)
    answers[GATE_NAME] = crossed(gate, ballots, folds)
    for left_out in VOTES:
        answers[without(left_out)] = crossed(gate, ballots.without(left_out), folds)
    for rival, fit in RIVALS.items():
        answers[rival] = crossed(fit if rival == _MEAN else tempered(fit), ballots, folds)
    return Judged(name, space, one.poll.labels[space], truth, answers)


def rate_crossed(name: str, one: Polled, scheme: str, votes: Floats) -> Rated:
    """Valence and arousal by each vote and by all, by feelings fitted on the other folds."""
    told, folds = one.valued(scheme, votes), one.folds(scheme)
    answers = _by_vote(told)
    answers[GATE_NAME] = crossed_feelings(told, one.rated, folds)
    for column, left_out in enumerate(VOTES):
        rest = {kind: values.copy() for kind, values in told.items()}
        for values in rest.values():
            values[:, column] = np.nan
        answers[without(left_out)] = crossed_feelings(rest, one.rated, folds)
    return Rated(name, one.rated, answers)


def without(vote: str) -> str:
    """The name of the gate's condition without a vote."""
    return f"gate without {vote}"


@dataclass(frozen=True, eq=False)
class Shipped:
    """What a profile ships, to judge images with that nothing was fitted on."""

    student: Student
    gates: Gates
    lvlm: FittedLvlm
    graph: Mapping[str, Calibration]

    @classmethod
    def load(cls, settings: Settings) -> Shipped:
        """Read it."""
        folder = profile_folder(settings)
        model = lvlm_name(settings)
        return cls(
            Student.load(folder / STUDENT_WEIGHTS),
            Gates.load(folder / GATE),
            FittedLvlm.load(folder / LVLM_FITTED, model) if model else FittedLvlm(),
            load_calibrations(folder / CALIBRATION),
        )

    def votes(self, poll: Poll, space: str) -> LogOdds:
        """The logarithms of the votes on all images (n, v, k), as they are cast in use."""
        seen = poll.lvlm[space]
        shares = (self.lvlm.votes or {}).get(space, PLAIN)(seen.seen, seen.blind)
        student = self.student.predict_proba(self._pooled(poll), space)
        graph = self.graph[space](poll.graph[space])
        return np.stack([graph, _logs(shares), _logs(student)], axis=1)

    def judge(self, name: str, poll: Poll, space: str) -> Judged:
        """All conditions that need no fitting, on images of any set."""
        truth = truth_of(space, poll.images, poll.labels[space])
        ballots = Ballots(self.votes(poll, space), poll.circumstances, truth)
        folds = stratified_folds(truth.argmax(axis=1))
        answers = {
            condition: calibrated(log_odds, truth, folds)
            for condition, log_odds in poll.zero_shot(space).items()
        }
        answers |= _alone(ballots) | _pruned(poll, space, truth)
        answers[GATE_NAME] = weighed(self.gates.gates[space], ballots)
        for left_out in VOTES:
            rest = ballots.without(left_out)
            answers[without(left_out)] = weighed(self.gates.gates[space], rest)
        answers[_MEAN] = RIVALS[_MEAN](ballots)(ballots)
        return Judged(name, space, poll.labels[space], truth, answers)

    def rate(self, name: str, poll: Poll, scheme: str) -> Rated:
        """Valence and arousal by each vote and by all."""
        ratings = self.student.ratings(self._pooled(poll))
        told = valued(poll, scheme, self.votes(poll, scheme), ratings)
        _, feeling = self.gates.of(scheme)
        answers = _by_vote(told)
        answers[GATE_NAME] = {kind: felt(feeling, kind, told[kind]) for kind in AFFECT}
        return Rated(name, rated(poll), answers)

    @staticmethod
    def _pooled(poll: Poll) -> NDArray[np.float32]:
        return poll.pooled[:, 0].astype(np.float32)


def _by_vote(told: Mapping[str, Floats]) -> dict[str, dict[str, Floats]]:
    """What each vote has, of what all have (n, v)."""
    return {
        vote: {kind: told[kind][:, column] for kind in AFFECT} for column, vote in enumerate(VOTES)
    }


def _alone(ballots: Ballots) -> dict[str, LogOdds]:
    names = {"graph": "graph, with prior"}
    return {
        names.get(vote, vote): np.exp(ballots.votes[:, column]) for column, vote in enumerate(VOTES)
    }


def _pruned(poll: Poll, space: str, truth: LogOdds) -> dict[str, LogOdds]:
    """The model's vote with other prunings, softened on other images of the same set."""
    told = {}
    for name, by_space in poll.pruned.items():
        seen = by_space[space]
        known = np.flatnonzero(np.isfinite(seen.seen).all(axis=1))
        answers = np.full_like(truth, np.nan)
        if len(known) >= N_FOLDS:
            folds = stratified_folds(truth[known].argmax(axis=1))
            for fold in range(N_FOLDS):
                rest, test = known[folds != fold], known[folds == fold]
                soft = fit_softening(Answers(seen.seen[rest], seen.blind), truth[rest])
                answers[test] = soft(seen.seen[test], seen.blind)
        told[name] = answers
    return told


def _logs(shares: LogOdds) -> LogOdds:
    logs: LogOdds = np.log(np.maximum(shares, 1e-9))
    return logs
