"""Joins datasets to the training of vision-language models: what they are taught of which image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emograph.adapters.datasets import open_dataset
from emograph.assembly import load_graph_engine
from emograph.config import Settings
from emograph.encoding import encode_paths
from emograph.engine.cues import Cue
from emograph.engine.engine import Engine
from emograph.engine.evaluation.dataset import LabelledImages, Labels
from emograph.engine.evaluation.folds import stratified_folds
from emograph.engine.lvlm import questions
from emograph.engine.lvlm.questions import NAMING, Ballot
from emograph.engine.lvlm.vocabulary import question_of, words_of
from emograph.engine.training.lessons import Choice, Lesson, Listing, Saying, Taught, shares_of
from emograph.engine.training.logistic import Rows, Shares, taught
from emograph.evaluating import Progress, evidence_of
from emograph.kg.concepts import Concept
from emograph.kg.graph import KnowledgeGraph

SETS = {
    "emotion6": "Emotion6",
    "fi": "FI",
    "oasis": "OASIS",
    "outdoorsent": "OutdoorSent",
    "medic": "MEDIC",
}
"""The sets that are taught, and the folders that hold them."""

TRAINED_ON = "lvlm.sha256"
"""The file of a profile that tells what its vision-language model was trained on, by content."""

DISASTERS = {"not_disaster": "no disaster", "other_disaster": "another disaster"}
"""How disasters are called that are not called by their label."""

# What each set is stratified by when a fifth of it is held out.
_STRATA = {
    "emotion6": "emotion",
    "fi": "emotion",
    "oasis": "category",
    "outdoorsent": "sentiment",
    "medic": "disaster_types",
}
# How often a picture is shown in a round, and how many of the further questions are asked then.
_SHOWN = {
    "emotion6": (2, 1),
    "fi": (4, 1),
    "oasis": (1, 2),
    "outdoorsent": (1, 1),
    "medic": (2, 1),
}
_SURE = 0.1
_LIKELY = 0.2
_REASONS = 4
# A label is believed as much as a teacher who has seen the other pictures.
_BELIEVED = 0.5


def folds_of(images: LabelledImages, name: str, seed: int = 0) -> NDArray[np.intp]:
    """The fold in which each image of a set is held out, stratified, (n,).

    What the package ships of a vision-language model was never trained on fold 0 of seed 0.
    """
    return stratified_folds(images.labels[_STRATA[name]].codes, seed=seed)


def disaster_ballot(classes: Sequence[str]) -> Ballot:
    """MEDIC's disaster types, asked for in words.

    >>> disaster_ballot(["fire", "not_disaster"]).labels
    ('fire', 'no disaster')
    """
    return questions.disaster([DISASTERS.get(name, name.replace("_", " ")) for name in classes])


@dataclass(frozen=True, eq=False)
class Lessons:
    """The images of all sets, one after the other, and how they are split."""

    sets: Mapping[str, LabelledImages]
    used: NDArray[np.bool_]
    """Whether each image is trained on."""

    @classmethod
    def open(cls, data: Path, fold: int = 0) -> Lessons:
        """Read the sets, folders of `data`, and hold a fold of each out.

        Raises DatasetError where one of them is not there.
        """
        sets = {name: open_dataset(name, data / folder) for name, folder in SETS.items()}
        used = [folds_of(images, name) != fold for name, images in sets.items()]
        return cls(sets, np.concatenate(used))

    @property
    def paths(self) -> list[Path]:
        """The files of all images."""
        return [path for images in self.sets.values() for path in images.paths]

    @property
    def learned(self) -> list[Path]:
        """The files of the images that are trained on."""
        return [path for path, used in zip(self.paths, self.used, strict=True) if used]

    def rows(self, name: str) -> NDArray[np.intp]:
        """Where the images of a set are among all, (n,)."""
        start = 0
        for other, images in self.sets.items():
            if other == name:
                return np.arange(start, start + len(images))
            start += len(images)
        raise KeyError(name)

    def teach(
        self, settings: Settings, features: tuple[Rows, ...], progress: Progress
    ) -> list[Taught]:
        """What is taught of each image that is used.

        Emotions are known by label, and told by a teacher: a logistic regression on `features`,
        fitted on images that are used, which answers out of fold.
        """
        engine = load_graph_engine(settings, packs=(), store="memory")
        feelings = self._feelings(engine.graph, features)
        known = self._known()
        found: list[Taught] = []
        for name, images in self.sets.items():
            times, asked = _SHOWN[name]
            rows = self.rows(name)
            seen = _observed(engine, settings, images, progress)
            for i, row in enumerate(rows):
                if not self.used[row]:
                    continue
                always = (*known[name][i], *(felt for felt, own in feelings[row] if own))
                others = (*seen[i], *(felt for felt, own in feelings[row] if not own))
                # What people said of a picture comes before what detectors saw in it.
                said = {lesson.question for lesson in always}
                sometimes = tuple(lesson for lesson in others if lesson.question not in said)
                found.append(Taught(images.paths[i], always, sometimes, asked, times))
        return found

    def _feelings(
        self, graph: KnowledgeGraph, features: tuple[Rows, ...]
    ) -> list[list[tuple[Choice, bool]]]:
        """For every image, the answer to each question about emotions and whether it is known."""
        emotion6, fi = self.sets["emotion6"], self.sets["fi"]
        votes = emotion6.voted
        ekman, mikels = (graph.scheme(name).labels for name in ("ekman", "mikels"))
        order = [votes.names.index(label) for label in ekman]
        about = emotion6.labels["emotion"]
        told: list[tuple[Ballot, str, Shares]] = [
            (questions.feeling(ekman), "emotion6", votes.values[:, order]),
            (questions.subject(about.classes), "emotion6", _ones(about, about.classes)),
            (questions.feeling(mikels), "fi", _ones(fi.labels["emotion"], mikels)),
        ]
        feelings: list[list[tuple[Choice, bool]]] = [[] for _ in self.paths]
        for ballot, name, shares in told:
            own = self.rows(name)
            kept = self.used[own]
            answers = taught(features, own[kept], shares[kept])
            answers[own] = _BELIEVED * shares + (1 - _BELIEVED) * answers[own]
            labelled = np.isin(np.arange(len(feelings)), own)
            for row, answer in enumerate(answers):
                choice = Choice(ballot.question, shares_of(ballot.labels, answer))
                feelings[row].append((choice, bool(labelled[row])))
        return feelings

    def _known(self) -> dict[str, list[tuple[Lesson, ...]]]:
        """What the sets say of each of their images, emotions apart."""
        known: dict[str, list[tuple[Lesson, ...]]] = {
            name: [()] * len(images) for name, images in self.sets.items()
        }
        attributes = self.sets["outdoorsent"].scored
        known["outdoorsent"] = [
            (Listing(NAMING["scene"], _present(attributes.names, scores)),)
            for scores in attributes.values
        ]
        types = self.sets["medic"].labels["disaster_types"]
        ballot = disaster_ballot(types.classes)
        known["medic"] = [
            (Choice(ballot.question, {ballot.labels[code]: 1.0}),) for code in types.codes
        ]
        return known


def _present(names: Sequence[str], scores: NDArray[np.float64]) -> dict[str, float]:
    return {
        name: float(score) + _LIKELY for name, score in zip(names, scores, strict=True) if score > 0
    }


def _ones(labels: Labels, order: Sequence[str]) -> Shares:
    return np.eye(len(order))[[order.index(value) for value in labels.values]]


def _observed(
    engine: Engine, settings: Settings, images: LabelledImages, progress: Progress
) -> list[list[Lesson]]:
    """What the detectors see in each image, as answers to questions; captions; and reasons."""
    encoding = encode_paths(engine.perception.encoder, images.paths, settings.cache, progress)
    evidence = evidence_of(engine, images.paths, encoding, progress)
    reasoner = engine.reasoner("mikels")
    concepts = {concept.iri: concept for concept in engine.graph.concepts()}
    spoken = {c.iri for by in words_of(concepts.values()).by_kind.values() for c in by.values()}
    lessons: list[list[Lesson]] = []
    for i, pieces in enumerate(evidence):
        cues = [piece.cue for piece in pieces]
        found: list[Lesson] = list(_named(cues, concepts, spoken))
        if images.captions is not None:
            found.append(Saying(questions.CAPTION, _sentence(images.captions[i])))
        posterior = reasoner.infer(pieces)
        leading = max(posterior.emotions, key=lambda label: posterior.emotions[label])
        labels = {cue.id: cue.label for cue in cues}
        reasons = {
            labels[c.cue].lower(): c.log_odds
            for c in sorted(posterior.contributions, key=lambda c: -c.log_odds)[: 4 * _REASONS]
            if c.emotion == leading and c.log_odds > 0
        }
        if reasons:
            found.append(Listing(questions.why(leading), dict(list(reasons.items())[:_REASONS])))
        lessons.append(found)
    return lessons


def _named(cues: Sequence[Cue], concepts: Mapping[str, Concept], spoken: set[str]) -> list[Listing]:
    """One list for each kind of question, of what was seen surely enough."""
    lists: dict[str, dict[str, float]] = {kind: {} for kind in NAMING if kind != "text"}
    for cue in cues:
        kind = question_of(cue.kind)
        if kind is None or kind not in lists or cue.confidence < _SURE or cue.concept is None:
            continue
        word = cue.label.lower() if kind == "light" else concepts[cue.concept].label.lower()
        if kind == "light" or cue.concept in spoken:
            lists[kind][word] = max(cue.confidence, lists[kind].get(word, 0.0))
    # That there is no face can be seen; that a list is empty says what detectors can see.
    return [
        Listing(NAMING[kind], weights)
        for kind, weights in lists.items()
        if weights or kind == "facial_expression"
    ]


def _sentence(caption: str) -> str:
    return caption.split(".")[0].strip() + "."
