"""Joins polls to the evaluation of all parts together: what `emograph eval all` runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray

from emograph.adapters.datasets import open_dataset
from emograph.assembly import load, profile_folder
from emograph.config import Settings
from emograph.deleting import captions_agree, region_curves
from emograph.distilling import LABELLED, TAUGHT_ON
from emograph.engine.cues import Evidence
from emograph.engine.engine import Engine
from emograph.engine.evaluation import figures
from emograph.engine.evaluation.conditions import LogOdds
from emograph.engine.evaluation.dataset import LabelledImages
from emograph.engine.evaluation.faithfulness import Case, faithfulness
from emograph.engine.evaluation.images import expect_enough
from emograph.engine.evaluation.intervals import Interval, bootstrap
from emograph.engine.evaluation.proof import Confusion, Gain, Proof
from emograph.engine.evaluation.results import Report, Result, Setting
from emograph.engine.gate import VOTES, Circumstances
from emograph.errors import DatasetError
from emograph.evaluating import Progress
from emograph.examining import SPACES
from emograph.fitting import among
from emograph.gating import FELT, polls, votes_felt
from emograph.judging import (
    GATE_NAME,
    Judged,
    Rated,
    Shipped,
    judge_crossed,
    rate_crossed,
    without,
)
from emograph.polling import Poll, Pollster
from emograph.teaching import SETS
from emograph.version import __version__

TOGETHER = "emotion6 and fi"
ALL_VOTES = "all votes"
"""What images are called on which the vision-language model votes, where it does on some alone."""
_CONFUSED = ("graph", "lvlm", "student", GATE_NAME)
_OVER = ("encoder", "graph", "lvlm", "student", "mean", *(without(vote) for vote in VOTES))
_EXPLAINED = 120  # pictures of each set whose explanations are put to the test
_TIMED = 12

Outcome = tuple[dict[str, list[Judged]], dict[str, Rated], dict[str, Poll]]


def evaluate_all(
    settings: Settings, data: Path, work: Path, budgets: Sequence[str], progress: Progress
) -> Proof:
    """All sets that `data` holds folders of, by all conditions.

    Where `budgets` are given, such as ``none`` or ``btp-w:0.11``, the vision-language model is
    asked with each of these prunings, too.

    Sets that the profile's models were trained on are judged out of fold, with what `work` keeps of
    `emograph train student`; others as the profile is used. Raises DatasetError where there is no
    set.
    """
    there = {name: data / SETS[name] for name in LABELLED if (data / SETS[name]).is_dir()}
    if not there:
        raise DatasetError(
            f"{data} holds none of the folders {', '.join(SETS[name] for name in LABELLED)}.",
            "Name the folder that the datasets' folders are in.",
        )
    images = {name: open_dataset(name, folder) for name, folder in there.items()}
    for one in images.values():
        expect_enough(one)
    seen = any(trained_on(settings, one).any() for one in images.values())
    outcome = (
        _crossed(settings, images, work, budgets, progress)
        if seen
        else _shipped(settings, images, budgets, progress)
    )
    judged, rated, polled = outcome
    reports = [
        Report(dataset, condition, tuple(results), {})
        for name in images
        for dataset, parts in _by_dataset(judged.get(name, []), name).items()
        for condition, results in _results(
            parts, rated.get(name) if dataset == name else None
        ).items()
    ]
    engine = load(**{**settings.model_dump(), "packs": (), "store": "memory"})
    told, curves = faithfulness(list(_cases(engine, settings, polled)))
    first = next(iter(images))
    curves += region_curves(settings, images[first], SPACES[first][0], progress)
    for name, poll in polled.items():
        told += captions_agree(images[name], poll.evidence)
    about: dict[str, Setting] = {
        "emograph": __version__,
        "graph": engine.graph.version,
        "images": "out of fold" if seen else "never trained on",
        **{name: version for name, version in engine.versions.items() if name != "emograph"},
    }
    return Proof(
        tuple(reports),
        tuple(_gains(judged)),
        tuple(_confusions(judged)),
        tuple(curves),
        tuple(told),
        _costs(engine, images[first]),
        about,
    )


def trained_on(settings: Settings, images: LabelledImages) -> NDArray[np.bool_]:
    """Whether the profile's student was trained on each image, told by content, (n,)."""
    return among(profile_folder(settings) / TAUGHT_ON, images.paths)


def _crossed(
    settings: Settings,
    images: Mapping[str, LabelledImages],
    work: Path,
    budgets: Sequence[str],
    progress: Progress,
) -> Outcome:
    polled = polls(settings, images, work, progress, budgets)
    judged = {
        name: [
            part
            for space in SPACES[name]
            for part in _parts(judge_crossed(name, one, space), one.heard(space))
        ]
        for name, one in polled.items()
        if "emotion" in one.poll.images.labels
    }
    rated = {
        name: rate_crossed(name, polled[name], scheme, votes_felt(polled, scheme))
        for scheme, (name, by) in FELT.items()
        if name in polled and by in polled
    }
    return judged, rated, {name: one.poll for name, one in polled.items()}


def _parts(judged: Judged, heard: NDArray[np.bool_]) -> Iterator[Judged]:
    """All images, and where the vision-language model votes on some of them alone, those too."""
    yield judged
    if heard.any() and not heard.all():
        yield judged.where(heard, ALL_VOTES)


def _shipped(
    settings: Settings,
    images: Mapping[str, LabelledImages],
    budgets: Sequence[str],
    progress: Progress,
) -> Outcome:
    pollster, fitted = Pollster(settings, None, progress, budgets), Shipped.load(settings)
    polled = {name: pollster.poll(name, one) for name, one in images.items()}
    judged = {
        name: [fitted.judge(name, poll, space) for space in SPACES[name]]
        for name, poll in polled.items()
        if "emotion" in poll.images.labels
    }
    rated = {
        name: fitted.rate(name, polled[name], scheme)
        for scheme, (name, _) in FELT.items()
        if name in polled
    }
    return judged, rated, polled


def _by_dataset(judged: Sequence[Judged], name: str) -> dict[str, list[Judged]]:
    """What was judged, by what the images are called; a set without labels has an empty list."""
    found: dict[str, list[Judged]] = {name: []}
    for one in judged:
        found.setdefault(one.dataset, []).append(one)
    return found


def _results(judged: Sequence[Judged], rated: Rated | None) -> dict[str, list[Result]]:
    """The figures of each condition on one set."""
    results: dict[str, list[Result]] = {}
    for one in judged:
        for condition, answers in one.answers.items():
            known = one.known(condition)
            if known.any():
                told = _figures(one, answers[known], one.truth[known])
                results.setdefault(condition, []).extend(told)
    for condition, found in _ratings(rated) if rated else ():
        results.setdefault(condition, []).extend(found)
    return results


def _ratings(rated: Rated) -> Iterator[tuple[str, Iterator[Result]]]:
    for condition, told in rated.answers.items():
        for kind, values in told.items():
            known = np.isfinite(values)
            if known.any():
                truth = rated.truth[kind][known]
                yield condition, figures.of_ratings(kind, truth, values[known])


def _figures(one: Judged, answers: LogOdds, truth: LogOdds) -> Iterator[Result]:
    if one.space == "ekman":
        return figures.of_votes(truth, answers)
    return figures.of_labels(one.labels, truth.argmax(axis=1), answers)


def _gains(judged: Mapping[str, Sequence[Judged]]) -> Iterator[Gain]:
    """What the gate gains over each other condition, set by set and on both together."""
    labelled = [one for found in judged.values() for one in found if one.space != "ekman"]
    together = {TOGETHER: [one for one in labelled if ALL_VOTES not in one.dataset]}
    together[f"{TOGETHER}, {ALL_VOTES}"] = [one for one in labelled if ALL_VOTES in one.dataset]
    for found in judged.values():
        for one in found:
            yield from _gains_on(one.dataset, [one])
    for name, parts in together.items():
        if len(parts) > 1:
            yield from _gains_on(name, parts)
    for one in labelled:
        yield from _gains_by_emotion(one)
        yield from _gained(one.dataset, [one], "graph", "encoder")


def _gains_on(dataset: str, parts: Sequence[Judged]) -> Iterator[Gain]:
    for other in _OVER:
        if all(other in part.answers for part in parts):
            yield from _gained(dataset, parts, GATE_NAME, other)


def _gained(dataset: str, parts: Sequence[Judged], condition: str, other: str) -> Iterator[Gain]:
    """What one condition gains over another in accuracy, and in nats of cross-entropy."""
    if not any(part.known(condition, other).any() for part in parts):
        return
    hits, nats = [], []
    for part in parts:
        known = part.known(condition, other)
        truth, mine, its = (
            rows[known] for rows in (part.truth, part.answers[condition], part.answers[other])
        )
        true = truth.argmax(axis=1)
        right = [(answers.argmax(axis=1) == true).astype(float) for answers in (mine, its)]
        hits.append(right[0] - right[1])
        nats.append(figures.costs(truth, its) - figures.costs(truth, mine))
    space = parts[0].space if len(parts) == 1 else "labels"
    for of, gained in ((f"accuracy, {space}", hits), (f"nats, {space}", nats)):
        yield _gain(dataset, condition, other, of, np.concatenate(gained))


def _gains_by_emotion(one: Judged) -> Iterator[Gain]:
    """What adding the graph gains for pictures of each emotion, in nats."""
    other = without("graph")
    known = one.known(GATE_NAME, other)
    truth = one.truth[known]
    nats = figures.costs(truth, one.answers[other][known]) - figures.costs(
        truth, one.answers[GATE_NAME][known]
    )
    for code, label in enumerate(one.labels):
        rows = truth.argmax(axis=1) == code
        if rows.any():
            yield _gain(one.dataset, GATE_NAME, other, f"nats, {label}", nats[rows])


def _gain(dataset: str, condition: str, other: str, of: str, gained: NDArray[np.float64]) -> Gain:
    found: Interval = bootstrap(lambda rows: float(rows.mean()), gained)
    return Gain(dataset, condition, other, of, found.value, found.low, found.high, found.n)


def _confusions(judged: Mapping[str, Sequence[Judged]]) -> Iterator[Confusion]:
    for found in judged.values():
        for one in found:
            for condition in _CONFUSED:
                if condition not in one.answers:
                    continue
                known = one.known(condition)
                counts = np.zeros((len(one.labels),) * 2, dtype=int)
                named = one.answers[condition][known].argmax(axis=1)
                np.add.at(counts, (one.truth[known].argmax(axis=1), named), 1)
                rows = tuple(tuple(row) for row in counts.tolist())
                yield Confusion(f"{one.dataset}, {one.space}", condition, one.labels, rows)


def _cases(engine: Engine, settings: Settings, polled: Mapping[str, Poll]) -> Iterator[Case]:
    """Explanations of some pictures of each set, as the profile gives them."""
    fitted = Shipped.load(settings)
    for name, poll in polled.items():
        space = SPACES[name][0]
        labels = poll.labels[space]
        votes = np.exp(fitted.votes(poll, space))
        step = max(1, len(poll.images) // _EXPLAINED)
        for row in range(0, len(poll.images), step):
            others = {
                vote: dict(zip(labels, votes[row, column].tolist(), strict=True))
                for column, vote in enumerate(VOTES)
                if vote != "graph" and np.isfinite(votes[row, column]).all()
            }
            unknown, face, text = poll.circumstances[row]
            circumstances = Circumstances(unknown, bool(face), bool(text))
            yield _case(engine, fitted, space, poll.evidence[row], others, circumstances)


def _case(
    engine: Engine,
    fitted: Shipped,
    scheme: str,
    evidence: tuple[Evidence, ...],
    others: Mapping[str, Mapping[str, float]],
    circumstances: Circumstances,
) -> Case:
    reasoner = engine.reasoner(scheme)
    gate, _ = fitted.gates.of(scheme)

    def answer(left: Sequence[Evidence]) -> NDArray[np.float64]:
        votes = {"graph": reasoner.infer(left).emotions, **others}
        return np.array(list(gate.weigh(votes, circumstances).values()))

    whole = answer(evidence)
    leading = reasoner.matrix.scheme.labels[int(whole.argmax())]
    weights = {
        contribution.cue: contribution.log_odds
        for contribution in reasoner.infer(evidence).contributions
        if contribution.emotion == leading
    }
    return Case(evidence, answer, weights)


def _costs(engine: Engine, images: LabelledImages) -> dict[str, float]:
    """What each stage of an explanation takes, in milliseconds, the median of some pictures."""
    times: dict[str, list[float]] = {}
    for path in images.paths[: _TIMED + 1]:
        for stage, taken in engine.explain(path).timings_ms.items():
            times.setdefault(stage, []).append(taken)
    # The first picture also waits for what is loaded late.
    return {stage: round(median(taken[1:]), 1) for stage, taken in times.items()}
