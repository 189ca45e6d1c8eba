"""`emograph eval`: how well the conditions do on labelled data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from emograph.commands.options import LvlmOption, given
from emograph.errors import EmographError

ALL = "all"
COMPARE = "compare"
# What is printed; the rest is in the JSON and on the page.
_SHOWN = ("encoder", "graph", "lvlm", "student", "gate", "gate without graph")
_DIFFERENT = 0.0005

if TYPE_CHECKING:
    from emograph.config import Settings
    from emograph.engine.evaluation.results import Report


def evaluate(
    dataset: Annotated[
        str,
        typer.Argument(
            help="emotion6, fi, oasis, emoset-attributes, medic, lvlm, retrieval, all or compare.",
            metavar="DATASET",
        ),
    ],
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="With compare, two files that `eval all --json` wrote."),
    ] = None,
    root: Annotated[
        Path | None,
        typer.Option(
            help="The folder of the dataset; for lvlm, retrieval and all, the one that has them."
        ),
    ] = None,
    condition: Annotated[
        str, typer.Option(help="encoder, captions, graph, or all with the graph's gain.")
    ] = "all",
    lvlm: LvlmOption = None,
    output: Annotated[
        Path | None, typer.Option("--json", help="Write the figures as JSON, too.")
    ] = None,
    page: Annotated[
        Path | None, typer.Option("--html", help="With all, write a web page of the figures, too.")
    ] = None,
    budgets: Annotated[
        str,
        typer.Option(
            help="With all, further settings of pruning to ask the model with, by commas.",
        ),
    ] = "none,btp-w:0.11",
    work: Annotated[
        Path,
        typer.Option(
            file_okay=False, help="With all and retrieval, the --work of `emograph train student`."
        ),
    ] = Path("teacher-training"),
) -> None:
    """Measure conditions on a dataset: each figure with its 95 % bootstrap interval.

    On medic, it is how well the graph, without and with the disaster pack, ranks photographs by
    damage. Photographs that the package's heads were fitted on are read by heads that have not seen
    them, fitted anew; that needs OASIS, OutdoorSent and FI in the folder beside MEDIC.

    On lvlm, it is what the vision-language model says of Emotion6, FI, OutdoorSent and MEDIC, those
    that are there; of the embedded model's, only images that it was not trained on are asked about.

    On retrieval, it is how well photographs are ranked for each emotion of Emotion6, and for each
    sentiment of OutdoorSent, against the encoder's own search of images by text.

    On all, it is every condition on Emotion6, FI and OASIS, those there are, and what each part
    adds. Sets that the package's models were trained on are judged out of fold. Stopped and called
    again, it goes on where it was. With compare, it is what changed between two such evaluations.
    """
    from emograph.commands.progress import ImageProgress
    from emograph.config import load_settings
    from emograph.engine.evaluation.results import table
    from emograph.evaluating import ATTRIBUTES, IMAGE_SETS, evaluate_attributes, evaluate_images
    from emograph.examining import LVLM, evaluate_lvlm
    from emograph.ranking import RETRIEVAL, evaluate_retrieval
    from emograph.severity import MEDIC, evaluate_medic

    settings = load_settings(**given(lvlm=lvlm))
    if dataset == COMPARE:
        _compare(files or [])
        return
    if root is None:
        raise EmographError("No folder is named to read from.", "Name it with --root.")
    if dataset == ALL:
        _evaluate_all(settings, root, work, budgets, output, page)
        return
    if dataset == ATTRIBUTES:
        reports = evaluate_attributes(settings, root, condition)
    elif dataset in IMAGE_SETS:
        with ImageProgress() as progress:
            reports = evaluate_images(settings, dataset, root, condition, progress)
    elif dataset == LVLM:
        with ImageProgress() as progress:
            reports = evaluate_lvlm(settings, root, progress)
    elif dataset == RETRIEVAL:
        with ImageProgress() as progress:
            reports = evaluate_retrieval(settings, root, work, progress)
    elif dataset == MEDIC:
        with ImageProgress() as progress:
            reports = evaluate_medic(settings, root, condition, progress)
    else:
        known = (*IMAGE_SETS, ATTRIBUTES, MEDIC, LVLM, RETRIEVAL, ALL, COMPARE)
        raise EmographError(
            f"There is no evaluation on {dataset!r}.",
            f"Use one of: {', '.join(known)}.",
        )
    print(table(reports))
    told = {key: value for report in reports for key, value in report.settings.items()}
    for key, value in told.items():
        print(f"{key}: {value}")
    if output is not None:
        _write(reports, output)


def _evaluate_all(
    settings: Settings,
    root: Path,
    work: Path,
    budgets: str,
    output: Path | None,
    page: Path | None,
) -> None:
    from emograph.commands.progress import ImageProgress
    from emograph.engine.evaluation.report import render_report
    from emograph.engine.evaluation.results import Report, table
    from emograph.proving import TOGETHER, evaluate_all

    with ImageProgress() as progress:
        asked = [budget for budget in budgets.split(",") if budget]
        proof = evaluate_all(settings, root, work, asked, progress)
    short = [
        Report(report.dataset, report.condition, kept, report.settings)
        for report in proof.reports
        if report.condition in _SHOWN
        and (kept := tuple(r for r in report.results if not r.metric.startswith("recall")))
    ]
    print(table(short))
    print()
    for gain in proof.gains:
        if gain.dataset.startswith(TOGETHER) or gain.over in ("encoder", "gate without graph"):
            clear = "clear" if gain.is_clear else "not clear"
            print(
                f"{gain.dataset}: {gain.condition} over {gain.over}, {gain.of}: "
                f"{gain.value:+.3f} [{gain.low:+.3f}, {gain.high:+.3f}], {clear}"
            )
    for result in proof.faithful:
        print(f"{result.metric}: {result.text}")
    for stage, taken in proof.cost_ms.items():
        print(f"{stage}: {taken} ms")
    for key, value in proof.settings.items():
        print(f"{key}: {value}")
    if output is not None:
        _write_text(json.dumps(proof.to_dict(), indent=2) + "\n", output)
    if page is not None:
        _write_text(render_report(proof), page)


def _compare(files: list[Path]) -> None:
    from emograph.engine.evaluation.proof import Proof, changes

    if len(files) != 2:
        raise EmographError(
            f"{len(files)} files are named, not two.", "Use `emograph eval compare A.json B.json`."
        )
    before, after = (Proof.load(file) for file in files)
    for dataset, condition, metric, old, new in changes(before, after):
        if abs(new.value - old.value) >= _DIFFERENT:
            apart = new.low > old.high or new.high < old.low
            print(
                f"{dataset}, {condition}, {metric}: {old.text} -> {new.text} "
                f"({new.value - old.value:+.3f}{', intervals apart' if apart else ''})"
            )


def _write(reports: list[Report], output: Path) -> None:
    figures = [json.loads(report.to_json()) for report in reports]
    _write_text(json.dumps(figures, indent=2) + "\n", output)


def _write_text(text: str, output: Path) -> None:
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise EmographError(
            f"{output} cannot be written ({error.strerror}).", "Name a file that can."
        ) from error
