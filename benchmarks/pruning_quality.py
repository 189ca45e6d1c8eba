"""What is left of the embedded vision-language model when image tokens are pruned, on real data.

    python benchmarks/pruning_quality.py DATA [--work FOLDER] [--budgets 0.5,0.22] [--methods btp,…]

On pictures that the model was not trained on: emotion accuracy (Emotion6's search words and what
was voted for most, FI's labels), how likely the right emotion is, and how often the answer is the
whole model's; mean average precision of scene attributes (OutdoorSent); the likelihood of people's
captions (OASIS), and by how many nats per token a picture speaks more for its own caption than for
those of seven others, counted from how likely each is without a picture.
Each method is asked every question with its picture, as published; what it told is kept in FOLDER,
from which a run goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from measuring import print_machine
from numpy.typing import NDArray

from emograph.adapters.datasets import open_dataset
from emograph.adapters.models.lvlm.branch import Branch
from emograph.adapters.models.lvlm.eyes import Picture
from emograph.adapters.models.lvlm.likelihood import score
from emograph.adapters.models.lvlm.model import TransformersLVLM
from emograph.assembly import open_knowledge, profile_folder
from emograph.assembly.pruning import PLAN
from emograph.config import Settings, load_settings
from emograph.engine.evaluation import metrics
from emograph.engine.evaluation.dataset import LabelledImages
from emograph.engine.evaluation.intervals import bootstrap
from emograph.engine.images import open_photo
from emograph.engine.lvlm.questions import CAPTION, NAMING, Ballot, feeling, subject
from emograph.engine.pruning import BTP, METHODS, PruningPlan, VisionTokenPruner
from emograph.engine.pruning.hooks import Pruning
from emograph.evaluating import emotions_of
from emograph.examining import unseen
from emograph.pruning import unpruned
from emograph.teaching import SETS

BUDGETS = (0.5, 0.33, 0.22, 0.11, 0.06)
WHOLE = "none"
BLIND = "image removed"
# A caption is told from those of pictures further on: of the next ones it may be true as well.
_CAPTIONS, _APART = 8, 13
PLANS = Path(__file__).parent / "pruning_plans"
Scores = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Task:
    """Questions about the pictures of one set: `ballots` has one of them for each picture."""

    name: str
    images: LabelledImages
    ballots: Sequence[Ballot]
    emotions: NDArray[np.intp] | None = None
    """The right answer to each, as a position among its labels, where emotions are asked for."""


def tasks(settings: Settings, data: Path, every: int, scenes: int = 2) -> list[Task]:
    """All tasks, on pictures that were held out: all of them, or one of `every` few."""

    def held_out(name: str, step: int = 1) -> LabelledImages:
        images = open_dataset(name, data / SETS[name])
        held = unseen(images, settings)
        held[np.flatnonzero(held)[np.arange(held.sum()) % (every * step) != 0]] = False
        return images.where(held)

    emotion6, fi = held_out("emotion6"), held_out("fi")
    # Its 102 labels take as long to score as all else together.
    outdoor, oasis = held_out("outdoorsent", scenes), held_out("oasis")
    graph = open_knowledge(settings.model_copy(update={"packs": (), "store": "memory"}))
    ekman, mikels = (graph.scheme(name).labels for name in ("ekman", "mikels"))
    voted, labelled = (
        emotions_of(images, labels).argmax(axis=1)
        for images, labels in ((emotion6, ekman), (fi, mikels))
    )
    keyword = emotion6.labels["emotion"]
    about, felt = subject(keyword.classes), feeling(ekman)
    scene = Ballot(NAMING["scene"], tuple(outdoor.scored.names))
    said = oasis.captions or ()
    captions = [
        Ballot(CAPTION, tuple(said[(i + _APART * k) % len(said)] for k in range(_CAPTIONS)))
        for i in range(len(said))
    ]
    return [
        Task("about", emotion6, [about] * len(emotion6), keyword.codes),
        Task("voted", emotion6, [felt] * len(emotion6), voted),
        Task("fi", fi, [feeling(mikels)] * len(fi), labelled),
        Task("outdoorsent", outdoor, [scene] * len(outdoor)),
        Task("oasis", oasis, captions),
    ]


def pictures(model: TransformersLVLM, task: Task, work: Path) -> Iterator[Picture]:
    """The pictures of a task as the decoder gets them, encoded once."""
    kept = work / f"{task.images.name}-{_digest((model.name, task.images.paths))}.pt"
    if not kept.exists():
        with torch.inference_mode():
            found = [model.eyes.encode(open_photo(path)) for path in task.images.paths]
        torch.save([picture.embeddings for picture in found], kept)
    empty = model.eyes.encode(open_photo(task.images.paths[0]))
    for embeddings in torch.load(kept, weights_only=True):
        yield Picture(embeddings, empty.positions, empty.is_image, {})


def answer(
    model: TransformersLVLM, picture: Picture | None, ballot: Ballot, pruning: Pruning | None
) -> Scores:
    """How likely each label is, after picture and question were read together."""
    answers = model.prompts.answers(ballot.question, ballot.labels)
    if picture is None:
        found = model.look(None).log_likelihoods(ballot.question, ballot.labels)
    else:
        asked = model.prompts.split(ballot.question, has_image=True)[1]
        prompt = picture.followed_by(model.half.embed(torch.tensor([asked])))
        branch = Branch(model.half)
        with torch.inference_mode(), pruning.showing(prompt.is_image) if pruning else nullcontext():
            last = branch.read_embeddings(prompt.embeddings, prompt.positions)[0, -1]
        with torch.inference_mode():
            found = score(model.half, branch, last, answers)
    # Captions are of different lengths.
    return found / np.array([len(a) for a in answers]) if ballot.question == CAPTION else found


def told(
    model: TransformersLVLM, task: Task, work: Path, name: str, pruner: VisionTokenPruner | None
) -> Scores:
    """What a pruned model tells of a task's pictures (n, labels), kept once it is known."""
    digest = _digest((model.name, task.images.paths, task.ballots, pruner))
    kept = work / f"{task.name}-{name}-{digest}.npy"
    if not kept.exists():
        blind = [None] * len(task.ballots)
        shown = blind if name == BLIND else pictures(model, task, work)
        with pruner(model.network) if pruner else nullcontext() as pruning:
            rows = [
                answer(model, picture, ballot, pruning)
                for ballot, picture in zip(task.ballots, shown, strict=True)
            ]
        np.save(kept.with_suffix(".part.npy"), np.array(rows))
        kept.with_suffix(".part.npy").replace(kept)
    scores: Scores = np.load(kept)
    return scores


def _digest(asked: object) -> str:
    """Tells kept answers apart: of another model, other pictures, questions or stages."""
    return hashlib.sha256(repr(asked).encode()).hexdigest()[:12]


def figures(
    found: dict[str, Scores], whole: dict[str, Scores], blind: Scores, all_tasks: Sequence[Task]
) -> dict[str, tuple[Any, ...]]:
    """For each figure its metric and the arrays it takes, one row per picture.

    `whole` is what the unpruned model told, `blind` how likely captions are without a picture.
    """
    by_name = {task.name: task for task in all_tasks}
    right, chances, same = emotions(found, whole, all_tasks)
    present = by_name["outdoorsent"].images.scored.values > 0
    spoken_for = found["oasis"] - blind
    return {
        "emotion accuracy": (_mean, right),
        "emotion likelihood": (_likelihood, chances),
        "emotion as the whole": (_mean, same),
        "cue mAP": (_average_precision, found["outdoorsent"], present),
        "caption likelihood": (_likelihood, found["oasis"][:, 0]),
        "caption margin": (_mean, spoken_for[:, 0] - spoken_for[:, 1:].mean(axis=1)),
    }


def emotions(
    found: dict[str, Scores], whole: dict[str, Scores], all_tasks: Sequence[Task]
) -> tuple[Scores, Scores, Scores]:
    """Whether answers are right, the logarithm of how likely the right one is, and whether they are
    the whole model's: each the mean over the questions about a picture, (pictures,)."""
    of_set: dict[str, list[Scores]] = {}
    for task in all_tasks:
        if task.emotions is not None:
            told_of = found[task.name]
            first, rows = told_of.argmax(axis=1), np.arange(len(told_of))
            chances = torch.log_softmax(torch.from_numpy(told_of), dim=1).numpy()
            same = first == whole[task.name].argmax(axis=1)
            judged = np.stack([first == task.emotions, chances[rows, task.emotions], same])
            of_set.setdefault(task.images.name, []).append(judged)
    right, chance, agrees = np.hstack([np.mean(judged, axis=0) for judged in of_set.values()])
    return right, chance, agrees


def _mean(values: Scores) -> float:
    return float(values.mean())


def _likelihood(values: Scores) -> float:
    """The geometric mean of probabilities, from their logarithms."""
    return float(np.exp(values.mean()))


def _average_precision(scores: Scores, present: NDArray[np.bool_]) -> float:
    return metrics.mean_average_precision(present, scores)


def compared(ours: tuple[Any, ...], others: tuple[Any, ...], ratio: bool) -> str:
    """One figure over (or less) another with its 95 % interval, on the same draws of pictures."""
    metric, *mine = ours
    theirs = others[1:]
    n = len(mine)

    def difference(*arrays: Any) -> float:
        first, second = metric(*arrays[:n]), metric(*arrays[n:])
        if not ratio:
            return float(first - second)
        return float(first / second) if second else np.nan

    found = bootstrap(difference, *mine, *theirs, n_resamples=200)
    return f"{found.value:.3f} [{found.low:.3f}, {found.high:.3f}]"


def pruners(budget: float, settings: Settings) -> dict[str, Callable[[], VisionTokenPruner]]:
    """All methods at a budget; those of BTP also with plans for the model, the shipped one too."""
    made: dict[str, Callable[[], VisionTokenPruner]] = {
        name: partial(method, budget) for name, method in METHODS.items()
    }
    for path in (*sorted(PLANS.glob("*.json")), profile_folder(settings) / PLAN):
        plan = PruningPlan.load(path)
        if plan.budget == budget:
            made[f"{plan.method} calibrated"] = partial(BTP.of, plan)
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--work", type=Path, default=Path("build/pruning"))
    parser.add_argument("--budgets", default=",".join(map(str, BUDGETS)))
    parser.add_argument("--methods", default="")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--only-ask", action="store_true", help="keep answers, print no table")
    parser.add_argument("--every", type=int, default=1, help="ask one of so many pictures")
    parser.add_argument("--scenes", type=int, default=2, help="one of so many of OutdoorSent's")
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    settings = load_settings(lvlm="embedded", threads=given.threads)
    model = unpruned(settings)
    all_tasks = tasks(settings, given.data, given.every, given.scenes)
    whole = {task.name: told(model, task, given.work, WHOLE, None) for task in all_tasks}
    blind = told(model, all_tasks[-1], given.work, BLIND, None)
    base = figures(whole, whole, blind, all_tasks)
    print_machine()
    for name, (metric, *arrays) in base.items():
        n = len(arrays[0])
        print(f"{'none':18} {name:20} n {n}: {metric(*arrays):.4f}", flush=True)
    print(f"{BLIND:18} {'caption likelihood':20} {_likelihood(blind[:, 0]):.4f}", flush=True)
    for budget in map(float, given.budgets.split(",")):
        chosen = pruners(budget, settings)
        wanted = [name for name in given.methods.split(",") if name] or list(chosen)
        rows = {}
        for name in wanted:
            if name in chosen:
                found = {
                    task.name: told(model, task, given.work, f"{name}-{budget:g}", chosen[name]())
                    for task in all_tasks
                }
                rows[name] = figures(found, whole, blind, all_tasks)
                print(f"{name} at {budget:g} asked", flush=True)
        if given.only_ask:
            continue
        ours = next(name for name in ("btp-w calibrated", "btp-w") if name in rows)
        for figure in base:
            print(f"\n{figure} at {budget:g}; what is left of it; how far {ours} is above")
            for name, row in rows.items():
                metric, *arrays = row[figure]
                above = compared(rows[ours][figure], row[figure], ratio=False)
                print(
                    f"{name:18} {metric(*arrays):.4f}  {compared(row[figure], base[figure], True)}"
                    f"  {above if name != ours else ''}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
