"""Joins polls to the gate: `emograph train gate`, and the cross-fitted votes of an evaluation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emograph.adapters.datasets import open_dataset
from emograph.assembly import GATE, lvlm_name, profile_folder
from emograph.calibrating import fit_softening
from emograph.config import Settings
from emograph.distilling import LABELLED, student_answers
from emograph.engine.evaluation.conditions import LogOdds
from emograph.engine.evaluation.dataset import LabelledImages
from emograph.engine.evaluation.folds import N_FOLDS, stratified_folds
from emograph.engine.evaluation.temperature import fit_calibration, fit_temperature
from emograph.engine.gate import VOTES, Gates
from emograph.engine.student import AFFECT, raters_of
from emograph.engine.training.crossing import Folds
from emograph.engine.training.feelings import felt, fit_feeling
from emograph.engine.training.gating import Ballots, GateClassifier
from emograph.engine.training.rivals import Answer, Fit
from emograph.evaluating import Progress
from emograph.examining import SPACES, SUBJECT, Answers, truth_of
from emograph.polling import Poll, Pollster
from emograph.teaching import SETS

FELT = {"ekman": ("emotion6", "emotion6"), "mikels": ("oasis", "fi")}
"""For each scheme the set whose ratings it is fitted to, and the one that calibrates its votes."""

Rows = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Polled:
    """The poll of a set, and what students said of it out of fold.

    `student` are log-probabilities by label space, `ratings` numbers by name.
    """

    poll: Poll
    student: Mapping[str, LogOdds]
    ratings: Mapping[str, Floats]

    def folds(self, space: str) -> Folds:
        """The folds in which gates and calibrations are fitted, stratified, (n,).

        Images on which the vision-language model may vote, and others, are shared out alike. All
        votes are out of fold already, so these need not be the folds that the models lack.
        """
        strata = np.zeros(len(self.poll.images), dtype=np.intp)
        if "emotion" in self.poll.images.labels:
            strata = 2 * self.truth(space).argmax(axis=1)
        return stratified_folds(strata + self.heard(space))

    def heard(self, space: str) -> Rows:
        """On which images the vision-language model votes, (n,)."""
        heard: Rows = np.isfinite(self.poll.lvlm[space].seen.sum(axis=1))
        return heard

    def truth(self, space: str) -> LogOdds:
        """What people said in a label space, (n, k)."""
        return truth_of(space, self.poll.images, self.poll.labels[space])

    def ballots(self, space: str) -> Ballots:
        """The votes on all images, each calibrated on the other folds."""
        truth = self.truth(space)
        votes = np.full((len(truth), len(VOTES), truth.shape[1]), np.nan)
        folds = self.folds(space)
        for fold in range(N_FOLDS):
            test = folds == fold
            for column, told in enumerate(_calibrated(self, space, ~test, self, test)):
                votes[test, column] = told
        return Ballots(votes, self.poll.circumstances, truth)

    def valued(self, scheme: str, votes: Floats) -> dict[str, Floats]:
        """Valence and arousal (n, v) by each vote, of votes (n, v, k) in an emotion scheme."""
        return valued(self.poll, scheme, votes, self.ratings)

    @property
    def rated(self) -> dict[str, Floats]:
        """How people rated valence and arousal, (n,), in -1..1."""
        return rated(self.poll)


def valued(
    poll: Poll, scheme: str, votes: Floats, ratings: Mapping[str, Floats]
) -> dict[str, Floats]:
    """Valence and arousal (n, v) by each vote; those of the student are its own `ratings`."""
    told = {}
    for kind in AFFECT:
        told[kind] = np.exp(votes) @ poll.coordinates[scheme][kind]
        told[kind][:, VOTES.index("student")] = ratings[f"{raters_of(scheme)}.{kind}"]
    return told


def rated(poll: Poll) -> dict[str, Floats]:
    """How people rated valence and arousal, (n,), in -1..1."""
    given = {"valence": poll.images.valence, "arousal": poll.images.arousal}
    return {kind: ratings.scaled for kind, ratings in given.items() if ratings is not None}


def lent(one: Polled, by: Polled, space: str) -> Floats:
    """The votes (n, v, k) on a set without labels, calibrated on all of another set."""
    everything = np.ones(len(by.poll.images), dtype=bool)
    here = np.ones(len(one.poll.images), dtype=bool)
    return np.stack(list(_calibrated(by, space, everything, one, here)), axis=1)


def _calibrated(by: Polled, space: str, fitted: Rows, one: Polled, told: Rows) -> Iterator[LogOdds]:
    """The votes of `VOTES` on some images, calibrated on others."""
    truth = by.truth(space)[fitted]
    yield fit_calibration(by.poll.graph[space][fitted], truth)(one.poll.graph[space][told])
    seen, blind = by.poll.lvlm[space].seen[fitted], by.poll.lvlm[space].blind
    if np.isfinite(seen).all(axis=1).any():
        soft = fit_softening(Answers(seen, blind), truth)
        yield np.log(np.maximum(soft(one.poll.lvlm[space].seen[told], blind), 1e-9))
    else:
        yield np.full((int(told.sum()), truth.shape[1]), np.nan)
    temperature = fit_temperature(by.student[space][fitted], truth)
    logs = one.student[space][told] / temperature
    yield logs - np.logaddexp.reduce(logs, axis=1, keepdims=True)


def crossed(fit: Fit, ballots: Ballots, folds: Folds) -> LogOdds:
    """What a way to join votes says of each image, fitted on the other folds, (n, k)."""
    told = np.zeros_like(ballots.truth)
    for fold in range(N_FOLDS):
        test = folds == fold
        told[test] = fit(ballots.where(~test))(ballots.where(test))
    return told


def gate(ballots: Ballots) -> Answer:
    """Our gate, as one of the ways to join votes."""
    return GateClassifier().fit(ballots).predict_proba


def crossed_feelings(
    told: Mapping[str, Floats], rated: Mapping[str, Floats], folds: Folds
) -> dict[str, Floats]:
    """Valence and arousal of each image (n,), by feelings fitted on the other folds."""
    answers = {kind: np.zeros(len(folds)) for kind in AFFECT}
    for fold in range(N_FOLDS):
        test = folds == fold
        feeling = fit_feeling(
            {kind: values[~test] for kind, values in told.items()},
            {kind: values[~test] for kind, values in rated.items()},
        )
        for kind in AFFECT:
            answers[kind][test] = felt(feeling, kind, told[kind][test])
    return answers


def polls(
    settings: Settings,
    sets: Mapping[str, LabelledImages],
    folder: Path,
    progress: Progress,
    budgets: Sequence[str] = (),
) -> dict[str, Polled]:
    """The polls of sets that students were trained on, with what they said out of fold."""
    told = {name: student_answers(folder, images) for name, images in sets.items()}
    pollster = Pollster(settings, folder / "folds", progress, budgets)
    return {
        name: Polled(
            pollster.poll(name, images),
            {
                space: np.log(np.maximum(told[name].shares[space].astype(np.float64), 1e-9))
                for space in SPACES[name]
            },
            {number: values.astype(np.float64) for number, values in told[name].numbers.items()},
        )
        for name, images in sets.items()
    }


def votes_felt(polled: Mapping[str, Polled], scheme: str) -> Floats:
    """The calibrated votes (n, v, k) on the images whose ratings a scheme is fitted to."""
    rated, by = FELT[scheme]
    if rated == by:
        return polled[by].ballots(scheme).votes
    return lent(polled[rated], polled[by], scheme)


def train_gate(settings: Settings, data: Path, folder: Path, progress: Progress) -> list[Path]:
    """Fit the gates on votes out of fold, and write them to the profile.

    `folder` holds what `emograph train student` kept, and in ``folds`` the models of `train_folds`,
    where there are some.
    """
    sets = {name: open_dataset(name, data / SETS[name]) for name in LABELLED}
    polled = polls(settings, sets, folder, progress)
    spaces = {"ekman": "emotion6", SUBJECT: "emotion6", "mikels": "fi"}
    gates = {
        space: GateClassifier().fit(polled[name].ballots(space)).gate_
        for space, name in spaces.items()
    }
    feelings = {
        scheme: fit_feeling(
            polled[name].valued(scheme, votes_felt(polled, scheme)), polled[name].rated
        )
        for scheme, (name, _) in FELT.items()
    }
    path = profile_folder(settings) / GATE
    Gates(gates, feelings, lvlm_name(settings)).save(path)
    return [path]
