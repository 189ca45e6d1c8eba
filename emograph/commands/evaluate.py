"""`emograph eval`: how well the conditions do on labelled data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from emograph.commands.options import LvlmOption, given
from emograph.errors import EmographError

if TYPE_CHECKING:
    from emograph.engine.evaluation.results import Report


def evaluate(
    dataset: Annotated[
        str,
        typer.Argument(
            help="emotion6, fi, oasis, emoset-attributes, medic or lvlm.", metavar="DATASET"
        ),
    ],
    root: Annotated[
        Path, typer.Option(help="The folder of the dataset; for lvlm, the folder that has them.")
    ],
    condition: Annotated[
        str, typer.Option(help="encoder, captions, graph, or all with the graph's gain.")
    ] = "all",
    lvlm: LvlmOption = None,
    output: Annotated[
        Path | None, typer.Option("--json", help="Write the figures as JSON, too.")
    ] = None,
) -> None:
    """Measure conditions on a dataset: each figure with its 95 % bootstrap interval.

    On medic, it is how well the graph, without and with the disaster pack, ranks photographs by
    damage. Photographs that the package's heads were fitted on are read by heads that have not seen
    them, fitted anew; that needs OASIS, OutdoorSent and FI in the folder beside MEDIC.

    On lvlm, it is what the vision-language model says of Emotion6, FI, OutdoorSent and MEDIC, those
    that are there; of the embedded model's, only images that it was not trained on are asked about.
    """
    from emograph.commands.progress import ImageProgress
    from emograph.config import load_settings
    from emograph.engine.evaluation.results import table
    from emograph.evaluating import ATTRIBUTES, IMAGE_SETS, evaluate_attributes, evaluate_images
    from emograph.examining import LVLM, evaluate_lvlm
    from emograph.severity import MEDIC, evaluate_medic

    settings = load_settings(**given(lvlm=lvlm))
    if dataset == ATTRIBUTES:
        reports = evaluate_attributes(settings, root, condition)
    elif dataset in IMAGE_SETS:
        with ImageProgress() as progress:
            reports = evaluate_images(settings, dataset, root, condition, progress)
    elif dataset == LVLM:
        with ImageProgress() as progress:
            reports = evaluate_lvlm(settings, root, progress)
    elif dataset == MEDIC:
        with ImageProgress() as progress:
            reports = evaluate_medic(settings, root, condition, progress)
    else:
        raise EmographError(
            f"There is no evaluation on {dataset!r}.",
            f"Use one of: {', '.join((*IMAGE_SETS, ATTRIBUTES, MEDIC, LVLM))}.",
        )
    print(table(reports))
    for key, value in reports[-1].settings.items():
        print(f"{key}: {value}")
    if output is not None:
        _write(reports, output)


def _write(reports: list[Report], output: Path) -> None:
    figures = [json.loads(report.to_json()) for report in reports]
    try:
        output.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise EmographError(
            f"{output} cannot be written ({error.strerror}).", "Name a file that can."
        ) from error
