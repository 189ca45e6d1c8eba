"""What is left of a vision-language model on public suites when image tokens are pruned.

    python benchmarks/pruning_suites.py qwen2.5-vl:Qwen/Qwen2.5-VL-7B-Instruct \
        --tasks pope,gqa,mme,textvqa_val --limit 500 --methods none,btp-w:0.22,btp:0.22,plan

The model is one of a hub or of a folder, the tasks are those of lmms-eval (`pip install lmms-eval`)
and of `--task-folder`, if there is one. Each question is read together with its one picture, as
the methods were published, and answered with the likeliest tokens. Methods are METHOD:BUDGET, a
plan's file, or "plan" for the plan that is shipped for the model's family.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from importlib.metadata import version
from importlib.util import find_spec
from numbers import Real
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from measuring import print_machine
from PIL import Image

from emograph.adapters.models.lvlm.branch import Branch
from emograph.adapters.models.lvlm.model import TransformersLVLM
from emograph.assembly.pruning import pruner_of
from emograph.config import Settings, load_settings
from emograph.engine.images import open_photo
from emograph.engine.lvlm.model import Question
from emograph.engine.pruning import VisionTokenPruner
from emograph.engine.pruning.hooks import Pruning
from emograph.errors import EmographError
from emograph.pruning import unpruned

WHOLE = "none"
# Tokens of an answer where a task sets no bound, as TextVQA does not; POPE's own bound.
LONGEST = 128


class Answerer:
    """Answers questions about one picture, while its image tokens are pruned or are not."""

    def __init__(self, model: TransformersLVLM, pruning: Pruning | None) -> None:
        self._model = model
        self._pruning = pruning
        self._tokenizer = model.prompts._tokenizer
        configured = getattr(model.network.generation_config, "eos_token_id", None)
        ends = configured if isinstance(configured, list) else [configured]
        self._ends = {*ends, *model.prompts.end}

    def write(self, image: Image.Image, text: str, longest: int, until: Sequence[str]) -> str:
        """The likeliest answer, up to one of the words `until` or so many tokens."""
        written: list[int] = []
        answer = ""
        with torch.inference_mode():
            branch, last = self._read(image, text)
            while len(written) < longest:
                token = int(self._model.half.logits(last).argmax())
                if token in self._ends:
                    break
                written.append(token)
                answer = self._tokenizer.decode(written, skip_special_tokens=True)
                if stops := [answer.index(word) for word in until if word in answer]:
                    answer = answer[: min(stops)]
                    break
                last = branch.read([[token]])[0, -1]
        return answer.strip()

    def _read(self, image: Image.Image, text: str) -> tuple[Branch, torch.Tensor]:
        """Picture and question, read together, and the last hidden state (width,)."""
        model = self._model
        picture = model.eyes.encode(open_photo(image))
        asked = model.prompts.split(Question(text, ""), has_image=True)[1]
        words = model.half.embed(torch.tensor([asked], device=model.half.device))
        prompt = picture.followed_by(words)
        branch = Branch(model.half)
        with self._pruning.showing(prompt.is_image) if self._pruning else nullcontext():
            hidden = branch.read_embeddings(prompt.embeddings, prompt.positions, **prompt.more)
        return branch, hidden[0, -1]


def in_harness(answerer: Answerer) -> Any:
    """The answerer as a model of lmms-eval."""
    from lmms_eval.api.model import lmms  # type: ignore[import-not-found]
    from tqdm import tqdm  # type: ignore[import-untyped]

    class Model(lmms):  # type: ignore[misc]
        def generate_until(self, requests: Sequence[Any]) -> list[str]:
            found = []
            for request in tqdm(requests, desc="Questions"):
                text, options, to_visuals, *at = request.args
                until = options.get("until", ())
                found.append(
                    answerer.write(
                        only_picture(to_visuals(self._row(at)), at[1]),
                        text,
                        int(options.get("max_new_tokens", LONGEST)),
                        [until] if isinstance(until, str) else until,
                    )
                )
            return found

        # No task that would call these is let in.
        def loglikelihood(self, requests: Sequence[Any]) -> list[tuple[float, bool]]:
            raise NotImplementedError

        def generate_until_multi_round(self, requests: Sequence[Any]) -> list[str]:
            raise NotImplementedError

        def _row(self, at: Sequence[Any]) -> Any:
            number, task, split = at
            return self.task_dict[task][split][number]

    return Model()


def only_picture(visuals: Sequence[Any] | None, task: str) -> Image.Image:
    """The one picture of a question; raises EmographError where there are more, or none."""
    found = list(visuals or ())
    if len(found) != 1 or not isinstance(found[0], Image.Image):
        shown = "a video or sound" if len(found) == 1 else f"{len(found)} pictures"
        raise EmographError(
            f"A question of the task {task} comes with {shown}.",
            "Only tasks with a single picture to each question are supported; leave it out.",
        )
    return found[0]


def expect_harness() -> None:
    """Raise EmographError where lmms-eval is not installed."""
    if find_spec("lmms_eval") is None:
        raise EmographError(
            "The suites are run by lmms-eval, which is not installed.",
            "Run `pip install lmms-eval`.",
        )
    from loguru import logger  # type: ignore[import-not-found]

    logger.remove()  # The harness tells a lot.
    logger.add(sys.stderr, level="WARNING")


def tasks_of(names: Sequence[str], folder: Path | None, limit: int | None) -> list[Any]:
    """The tasks of lmms-eval with these names, groups by their members, and their data.

    Raises EmographError where there are none, or their data cannot be had.
    """
    from lmms_eval.evaluator_utils import get_task_list  # type: ignore[import-not-found]
    from lmms_eval.tasks import TaskManager, get_task_dict  # type: ignore[import-not-found]

    if limit and limit % 2 and "mme" in names:
        raise EmographError(
            "MME asks two questions of each picture, which are scored together.",
            "Give an even --limit.",
        )
    manager = TaskManager(include_path=str(folder) if folder else None, model_name="emograph")
    for name in names:
        if name not in manager.all_tasks:
            raise EmographError(
                f"There is no task {name} in lmms-eval {version('lmms-eval')}.",
                "Run `python -m lmms_eval tasks list` for those that there are, or name the folder "
                "of your own with --task-folder.",
            )
    try:
        found = get_task_list(get_task_dict(list(names), manager))
    except Exception as error:
        raise EmographError(
            f"The data of {', '.join(names)} cannot be read ({_reason(error)}).",
            "Look whether the hub can be reached, and sign in with `hf auth login`: the tasks of "
            "lmms-eval ask for a token.",
        ) from error
    tasks = [output.task for output in found if output.task]
    for task in tasks:
        if task.OUTPUT_TYPE != "generate_until":
            # lmms-eval 0.7.3 makes text of likelihoods, which it then cannot score.
            raise EmographError(
                f"The task {task.task_name} does not ask for a single answer in words.",
                "Only tasks that are answered by generate_until are supported; leave it out.",
            )
    return tasks


def _reason(error: BaseException) -> str:
    """The first line of what went wrong, below what tenacity says of having tried again."""
    attempt = getattr(error, "last_attempt", None)
    error = (attempt.exception() if attempt else None) or error
    return f"{type(error).__name__}: {error}".partition("\n")[0][:200].rstrip(". ")


def pruners(
    names: Sequence[str], settings: Settings, network: Any
) -> dict[str, VisionTokenPruner | None]:
    """The pruner of each name, the whole model first; raises EmographError where one is wrong."""
    made: dict[str, VisionTokenPruner | None] = {WHOLE: None}
    for name in names:
        pruning = "btp" if name == "plan" else name
        made[name] = pruner = pruner_of(settings.model_copy(update={"pruning": pruning}), network)
        if pruner is not None:
            with pruner(network):
                pass  # What does not fit is told before anything is run.
        elif name != WHOLE:
            raise EmographError(
                f"No plan is shipped for models such as {settings.lvlm}.",
                "Write one with `emograph prune calibrate` and name its file, or give "
                "METHOD:BUDGET.",
            )
    return made


def scores(
    model: TransformersLVLM,
    tasks: Sequence[Any],
    pruner: VisionTokenPruner | None,
    limit: int | None,
) -> dict[tuple[str, str], float]:
    """What the harness finds, by task and metric."""
    from lmms_eval.evaluator import simple_evaluate  # type: ignore[import-not-found]

    with (
        TemporaryDirectory() as folder,  # for answers that TextVQA would have sent in
        pruner(model.network) if pruner else nullcontext() as pruning,
    ):
        found = simple_evaluate(
            model=in_harness(Answerer(model, pruning)),
            tasks=list(tasks),
            limit=limit,
            bootstrap_iters=0,
            log_samples=False,
            process_docs_parallel=1,
            cli_args=argparse.Namespace(output_path=folder, process_with_media=False),
        )
    return dict(_figures(found["results"]))


def _figures(results: dict[str, dict[str, Any]]) -> Iterator[tuple[tuple[str, str], float]]:
    for task, of_task in results.items():
        for key, value in of_task.items():
            metric, _, kind = key.partition(",")
            if kind and "_stderr" not in metric and isinstance(value, Real):
                yield (task, metric if kind == "none" else f"{metric} ({kind})"), float(value)


def print_table(rows: dict[str, dict[tuple[str, str], float]]) -> None:
    """Task, metric, and for each method the score and what is left of the whole model's."""
    whole = rows[WHOLE]
    wide = [max(len(key[i]) for key in [*whole, ("task", "metric")]) for i in (0, 1)]
    columns = [max(17, len(name) + 2) for name in rows]

    def line(task: str, metric: str, cells: Sequence[str]) -> str:
        shown = "".join(cell.rjust(width) for cell, width in zip(cells, columns, strict=True))
        return f"{task:{wide[0]}}  {metric:{wide[1]}}{shown}"

    print(line("task", "metric", list(rows)))
    for key, base in whole.items():
        cells = []
        for name, row in rows.items():
            left = f"{row[key] / base:.1%}" if base else "-"
            cells.append(f"{row[key]:.3f}" + ("" if name == WHOLE else f" {left:>7}"))
        print(line(*key, cells), flush=True)


def run(given: argparse.Namespace) -> None:
    """Run all methods on all tasks, and print the table."""
    expect_harness()

    def names(text: str) -> list[str]:
        return [name.strip() for name in text.split(",") if name.strip()]

    settings = load_settings(lvlm=given.model, threads=given.threads)
    tasks = tasks_of(names(given.tasks), given.task_folder, given.limit)
    model = unpruned(settings)
    chosen = pruners(names(given.methods), settings, model.network)
    rows = {}
    for name, pruner in chosen.items():
        print(f"Asking with {name} …", file=sys.stderr, flush=True)
        rows[name] = scores(model, tasks, pruner, given.limit)
    print_machine()
    share = f"the first {given.limit} questions" if given.limit else "all questions"
    print(
        f"{model.name} on {model.half.device}, {model.half.dtype}, "
        f"lmms-eval {version('lmms-eval')}, {share} of each task"
    )
    print_table(rows)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", help="FAMILY:MODEL, a name on the hub or a folder, or embedded")
    parser.add_argument("--tasks", default="pope,gqa,mme,textvqa_val")
    parser.add_argument("--task-folder", type=Path, help="a folder with tasks of your own, as YAML")
    parser.add_argument(
        "--limit", type=int, help="the first questions of each task; all if left out"
    )
    parser.add_argument("--methods", default="none,btp-w:0.22,btp:0.22,plan")
    parser.add_argument("--threads", type=int)
    given = parser.parse_args()
    try:
        run(given)
    except EmographError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
