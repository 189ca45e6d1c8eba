"""Joins datasets to teacher and student: `emograph train teacher` and `emograph train student`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from emograph.adapters.datasets import open_dataset
from emograph.assembly import STUDENT_WEIGHTS, load_grid_eyes, open_knowledge, profile_folder
from emograph.config import Settings
from emograph.encoding import Views, encode_views
from emograph.engine.evaluation import metrics
from emograph.engine.evaluation.dataset import LabelledImages
from emograph.engine.evaluation.folds import N_FOLDS
from emograph.engine.evaluation.intervals import bootstrap
from emograph.engine.evaluation.results import Report, Result
from emograph.engine.evaluation.temperature import calibrated, fit_temperature
from emograph.engine.fingerprints import fingerprint
from emograph.engine.student import Eyes, Layer, Student
from emograph.engine.training.crossing import Folds, assembled, schooling
from emograph.engine.training.network import NetworkClassifier
from emograph.engine.training.targets import Targets, joined
from emograph.engine.training.teacher import Teacher
from emograph.errors import EmographError
from emograph.evaluating import Progress
from emograph.examining import SPACES, SUBJECT, truth_of
from emograph.fitting import digests, write_digests
from emograph.teaching import SETS, folds_of

LABELLED = ("emotion6", "fi", "oasis")
"""The sets with labels of feelings."""

TAUGHT_ON = "student.sha256"
"""The file of a profile that tells what its student was trained on, by content."""

_ANSWERS = "student.safetensors"
_ANSWERED = "student.sha256"

Reporting = Callable[[str, int, int], None]
"""Told what is being fitted, how many are done and how many there are."""


@dataclass(frozen=True, eq=False)
class School:
    """The pictures of all labelled sets, one after the other, what is known, and their folds."""

    sets: Mapping[str, LabelledImages]
    labels: Mapping[str, tuple[str, ...]]
    known: Targets
    folds: Folds

    @classmethod
    def open(cls, settings: Settings, data: Path) -> School:
        """Read the sets, folders of `data`; raises DatasetError where one is not there."""
        sets = {name: open_dataset(name, data / SETS[name]) for name in LABELLED}
        graph = open_knowledge(settings.model_copy(update={"packs": (), "store": "memory"}))
        labels = {name: graph.scheme(name).labels for name in ("ekman", "mikels")}
        labels[SUBJECT] = sets["emotion6"].labels["emotion"].classes
        return cls(
            sets,
            labels,
            joined(*(targets_of(name, images, labels) for name, images in sets.items())),
            np.concatenate([folds_of(images, name) for name, images in sets.items()]),
        )

    def rows(self, name: str) -> slice:
        """Where the pictures of a set are among all."""
        start = 0
        for other, images in self.sets.items():
            if other == name:
                return slice(start, start + len(images))
            start += len(images)
        raise KeyError(name)

    def see(self, eyes: Eyes, cache: Path, progress: Progress) -> Views:
        """All pictures as these eyes see them, mirrored as well."""
        seen = [
            encode_views(eyes, images.paths, cache, progress, mirrored=True)
            for images in self.sets.values()
        ]
        return np.concatenate(seen)

    @property
    def paths(self) -> list[Path]:
        """The files of all pictures."""
        return [path for images in self.sets.values() for path in images.paths]


def targets_of(name: str, images: LabelledImages, labels: Mapping[str, Sequence[str]]) -> Targets:
    """What people said of a set's pictures, in the label spaces that they were asked in."""
    spaces = SPACES[name] if "emotion" in images.labels else ()
    shares = {s: truth_of(s, images, labels[s]).astype(np.float32) for s in spaces}
    numbers = {
        f"{name}.{kind}": ratings.scaled.astype(np.float32)
        for kind, ratings in (("valence", images.valence), ("arousal", images.arousal))
        if ratings is not None
    }
    return Targets(shares, numbers)


def train_teacher(
    settings: Settings, data: Path, folder: Path, progress: Progress, report: Reporting
) -> tuple[School, Targets]:
    """Fit all teachers that are needed, kept in `folder`; the sets, and their answers out of fold.

    A picture is answered by the teacher that was fitted on the other four folds.
    """
    school = School.open(settings, data)
    teach = _teachers(settings, school, folder, progress, report)
    return school, schooling(teach, school.folds, None)


def train_student(
    settings: Settings, data: Path, folder: Path, progress: Progress, report: Reporting
) -> tuple[School, Targets]:
    """Fit the student that is shipped, and one for each fold; the sets, and answers out of fold.

    The weights are written to the profile, the answers to `folder`.
    """
    school = School.open(settings, data)
    teach = _teachers(settings, school, folder, progress, report)
    eyes = load_grid_eyes(settings)
    seen = school.see(eyes, settings.cache, progress)
    parts = []
    for fold in range(N_FOLDS):
        rows = school.folds != fold
        network = _fit(school, seen, schooling(teach, school.folds, fold), rows)
        parts.append((_answers(network, seen), ~rows))
        report("students", fold + 1, N_FOLDS + 1)
    told = assembled(parts)
    network = _fit(school, seen, schooling(teach, school.folds, None), school.folds >= 0)
    report("students", N_FOLDS + 1, N_FOLDS + 1)
    student = _student(network, eyes.name, school, _temperatures(school, told))
    student.save(profile_folder(settings) / STUDENT_WEIGHTS)
    write_digests(profile_folder(settings) / TAUGHT_ON, school.paths)
    _keep(told, folder / _ANSWERS)
    (folder / _ANSWERED).write_text("\n".join(digests(school.paths)) + "\n", encoding="utf-8")
    return school, told


Train = Callable[[Settings, Path, Path, Progress, Reporting], tuple[School, Targets]]


def reports(school: School, told: Targets, who: str) -> list[Report]:
    """How good answers out of fold are, set by set."""
    return [
        Report(images.name, who, tuple(_results(school, told, name)), {})
        for name, images in school.sets.items()
    ]


def _results(school: School, told: Targets, name: str) -> Iterator[Result]:
    own = school.rows(name)
    for space in school.labels:
        if not school.known.known(space)[own].any():
            continue
        truth = school.known.shares[space][own].astype(np.float64)
        logs = np.log(np.maximum(told.shares[space][own].astype(np.float64), 1e-9))
        answers = calibrated(logs, truth, school.folds[own])
        if space == "ekman":
            yield Result.of("KL to votes", bootstrap(metrics.kl_divergence, truth, answers))
            yield Result.of("top-1 of votes", bootstrap(metrics.top1_voted, truth, answers))
        else:
            codes = truth.argmax(axis=1)
            named = bootstrap(metrics.accuracy, codes, answers.argmax(axis=1))
            yield Result.of(f"accuracy, {truth.shape[1]} classes", named)
            yield Result.of(
                f"NLL, {truth.shape[1]} classes", bootstrap(metrics.nll, codes, answers)
            )
    for number, values in school.known.numbers.items():
        if not np.isnan(values[own]).any():
            foretold = told.numbers[number][own]
            kind = number.partition(".")[2]
            yield Result.of(f"{kind} r", bootstrap(metrics.pearson, values[own], foretold))


def student_answers(folder: Path, images: LabelledImages) -> Targets:
    """What students said out of fold of these images, told by content; `train_student` kept it.

    Raises EmographError where it kept nothing, or nothing about some of them.
    """
    kept = _kept(folder / _ANSWERS)
    asked = digests(images.paths)
    try:
        order = (folder / _ANSWERED).read_text("utf-8").split()
    except OSError:
        order = []
    rows = {digest: row for row, digest in enumerate(order)}
    missing = sum(digest not in rows for digest in asked)
    if kept is None or missing:
        raise EmographError(
            f"{folder} holds no answers of students to {missing} of the {len(asked)} images of "
            f"{images.name}, some of which the shipped student was trained on.",
            "Train students on them with `emograph train student`, with the same --work, or give "
            "images that it was not trained on a folder of their own.",
        )
    return kept.where(np.array([rows[digest] for digest in asked], dtype=np.intp))


def _fit(
    school: School, seen: Views, taught: Targets, rows: NDArray[np.bool_]
) -> NetworkClassifier:
    # Who learns from a teacher needs less to hold it back, and more time.
    network = NetworkClassifier(rate=1e-3, decay=0.1, epochs=60)
    return network.fit(seen[rows].astype(np.float32), school.known.where(rows), taught.where(rows))


def _answers(network: NetworkClassifier, seen: Views) -> Targets:
    # As in use, a picture is seen as it is.
    plain = seen[:, :1]
    return Targets(
        {space: told.astype(np.float32) for space, told in network.predict_proba(plain).items()},
        {name: told.astype(np.float32) for name, told in network.predict_numbers(plain).items()},
    )


def _temperatures(school: School, told: Targets) -> dict[str, float]:
    fitted = {}
    for space in school.labels:
        rows = school.known.known(space)
        logs = np.log(np.maximum(told.shares[space][rows].astype(np.float64), 1e-9))
        truth = school.known.shares[space][rows].astype(np.float64)
        fitted[space] = round(fit_temperature(logs, truth), 3)
    return fitted


def _student(
    network: NetworkClassifier, encoder: str, school: School, temperatures: Mapping[str, float]
) -> Student:
    layers = {name: Layer(*pair) for name, pair in network.layers().items()}
    return Student(
        encoder,
        network.shift_,
        network.scale_,
        layers.pop("hidden"),
        {space: layers[space] for space in school.labels},
        {space: tuple(names) for space, names in school.labels.items()},
        layers["numbers"],
        tuple(network.numbers_),
        temperatures,
    )


def _teachers(
    settings: Settings, school: School, folder: Path, progress: Progress, report: Reporting
) -> Callable[[tuple[int, ...]], Targets]:
    """Teachers by the folds that they have not seen, each fitted when it is first asked for."""
    from emograph.adapters.models.teacher_eyes import teacher_eyes

    digest = fingerprint(school.paths, "teacher 1")[:16]
    done: list[tuple[int, ...]] = []

    @cache
    def teacher() -> Teacher:
        eyes: list[Eyes] = [load_grid_eyes(settings), *teacher_eyes(settings.cache)]
        return Teacher.of({e.name: school.see(e, settings.cache, progress) for e in eyes})

    @cache
    def teach(out: tuple[int, ...]) -> Targets:
        path = folder / f"teacher-{digest}-{'-'.join(map(str, out))}.safetensors"
        kept = _kept(path)
        if kept is None:
            kept = teacher().answers(school.known, ~np.isin(school.folds, out))
            _keep(kept, path)
        done.append(out)
        report("teachers", len(done), N_FOLDS * (N_FOLDS + 1) // 2)
        return kept

    return teach


def _keep(targets: Targets, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    tensors = {f"share:{space}": told for space, told in targets.shares.items()}
    tensors |= {f"number:{name}": told for name, told in targets.numbers.items()}
    save_file({name: np.ascontiguousarray(t) for name, t in tensors.items()}, part)
    part.replace(path)


def _kept(path: Path) -> Targets | None:
    try:
        tensors = load_file(path)
    except (OSError, SafetensorError):
        return None
    return Targets(
        {n.removeprefix("share:"): t for n, t in tensors.items() if n.startswith("share:")},
        {n.removeprefix("number:"): t for n, t in tensors.items() if n.startswith("number:")},
    )
