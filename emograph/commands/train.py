"""`emograph train`: trains the models that emograph answers with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from emograph.commands.options import given

if TYPE_CHECKING:
    from emograph.distilling import Train
    from emograph.evaluating import Progress

DataOption = Annotated[
    Path,
    typer.Option(
        exists=True, file_okay=False, help="Folder that holds the folders Emotion6, FI and OASIS."
    ),
]
AllDataOption = Annotated[
    Path,
    typer.Option(
        exists=True,
        file_okay=False,
        help="Folder that holds the folders Emotion6, FI, OASIS, OutdoorSent and MEDIC.",
    ),
]
WorkOption = Annotated[
    Path, typer.Option(file_okay=False, help="Where the work is kept as it goes.")
]

app = typer.Typer(help="Train models on data that you have.", no_args_is_help=True)


@app.callback()
def options() -> None:
    """Train models on data that you have."""


@app.command("lvlm")
def train_lvlm(
    data: AllDataOption,
    work: Annotated[
        Path, typer.Option(file_okay=False, help="Where the work is kept as it goes.")
    ] = Path("lvlm-training"),
    model: Annotated[
        str | None,
        typer.Option(
            help="embedded, or FAMILY:MODEL of a hub, which is fine-tuned; the setting lvlm, if "
            "not given.",
            show_default=False,
        ),
    ] = None,
    steps: Annotated[
        int | None, typer.Option(min=1, help="Steps to train; the plan's, if not given.")
    ] = None,
) -> None:
    """Train the vision-language model; stopped and called again, it goes on where it was.

    A fifth of each dataset is held out, and never seen.
    """
    from emograph import training
    from emograph.config import load_settings

    settings = load_settings(**given(lvlm=model))
    reporting = training.Reporting(_images, _Steps())
    for path in training.train_lvlm(settings, data, work, steps, reporting):
        print(path)


@app.command("teacher")
def train_teacher(data: DataOption, work: WorkOption = Path("teacher-training")) -> None:
    """Train the teacher, and tell how good it is on pictures it has not seen (5 folds).

    Stopped and called again, it goes on where it was.
    """
    from emograph import distilling

    _school("teacher", distilling.train_teacher, data, work)


@app.command("student")
def train_student(data: DataOption, work: WorkOption = Path("teacher-training")) -> None:
    """Train the student, taught by people's labels and by the teacher, which is trained first.

    Tells how good it is on pictures that neither it nor its teacher has seen (5 folds), and writes
    the weights of the profile.
    """
    from emograph import distilling

    _school("student", distilling.train_student, data, work)


@app.command("folds")
def train_folds(
    data: AllDataOption,
    work: WorkOption = Path("teacher-training"),
) -> None:
    """Train four more models as the shipped one was, each without another fifth of the images.

    It takes two hours for each; stopped and called again, it goes on where it was. Without them the
    gate learns how far to trust the vision-language model on the fifth that the shipped one has not
    seen.
    """
    from emograph import training
    from emograph.config import load_settings

    reporting = training.Reporting(_images, _Steps())
    for path in training.train_folds(load_settings(), data, work, reporting):
        print(path)


@app.command("gate")
def train_gate(data: DataOption, work: WorkOption = Path("teacher-training")) -> None:
    """Train the gate on votes of models that have not seen the picture; write it to the profile.

    The student is trained first, with the same --work.
    """
    from emograph import gating
    from emograph.commands.progress import ImageProgress
    from emograph.config import load_settings

    with ImageProgress() as progress:
        written = gating.train_gate(load_settings(), data, work, progress)
    for path in written:
        print(path)


def _school(who: str, train: Train, data: Path, work: Path) -> None:
    from emograph.commands.progress import ImageProgress
    from emograph.config import load_settings
    from emograph.distilling import reports
    from emograph.engine.evaluation.results import table

    def report(what: str, done: int, of: int) -> None:
        print(f"{what}: {done} of {of}", flush=True)

    with ImageProgress() as progress:
        school, told = train(load_settings(), data, work, progress, report)
    print(table(reports(school, told, who)))


@contextmanager
def _images(label: str) -> Iterator[Progress]:
    from emograph.commands.progress import ImageProgress

    print(label, flush=True)
    with ImageProgress() as progress:
        yield progress


class _Steps:
    """Prints the mean loss now and then, with the time that is left."""

    _EVERY = 10

    def __init__(self) -> None:
        self._losses: list[float] = []
        self._started: float | None = None
        self._first = 0

    def __call__(self, done: int, planned: int, loss: float) -> None:
        import time

        if self._started is None:
            self._started, self._first = time.monotonic(), done
        self._losses = [*self._losses, loss][-self._EVERY :]
        if done % self._EVERY == 0 or done == planned:
            pace = (time.monotonic() - self._started) / max(done - self._first, 1)
            left = f"{(planned - done) * pace / 60:.0f} min left"
            mean = sum(self._losses) / len(self._losses)
            print(f"step {done} of {planned}: loss {mean:.3f}, {left}", flush=True)
