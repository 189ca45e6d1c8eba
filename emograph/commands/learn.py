"""`emograph learn`: makes the knowledge and the weights of the package anew, from data."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="Make the knowledge and the weights of the package anew, from data that you have.",
    no_args_is_help=True,
)


@app.command("concepts")
def learn_concepts(
    emoset: Annotated[
        Path, typer.Option(exists=True, file_okay=False, help="Folder with EmoSet's info.json.")
    ],
    wordnet: Annotated[
        Path,
        typer.Option(
            exists=True, file_okay=False, help="Folder of the WordNet 3.0 database (data.noun, …)."
        ),
    ],
    imagenet: Annotated[
        Path,
        typer.Option(
            exists=True, dir_okay=False, help="File with the 1,000 ImageNet ids in class order."
        ),
    ],
) -> None:
    """Write concepts.ttl, elicitors.ttl and light.ttl from tables and WordNet."""
    from emograph import learning

    _tell(learning.learn_concepts(emoset, wordnet, imagenet))


@app.command("mappings")
def learn_mappings() -> None:
    """Write mappings.ttl and alignments.ttl from the SSSOM tables in ontologies/sources."""
    from emograph import learning

    _tell(learning.learn_mappings())


@app.command("associations")
def learn_associations(
    emoset: Annotated[
        Path,
        typer.Option(exists=True, file_okay=False, help="Folder with EmoSet's attributes.csv."),
    ],
    fi: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="Folder with FI's cues.csv."),
    ] = None,
) -> None:
    """Write emoset.ttl, counts of labels by emotion; with --fi also phrases.ttl."""
    from emograph import learning
    from emograph.config import load_settings

    _tell(learning.learn_associations(load_settings(), emoset, fi))


@app.command("heads")
def learn_heads(
    data: Annotated[
        Path,
        typer.Option(
            exists=True,
            file_okay=False,
            help="Folder that holds the folders OASIS, OutdoorSent, MEDIC and FI.",
        ),
    ],
) -> None:
    """Write the weights of the profile: heads for scenes and captions, no emotion label is read."""
    from emograph import learning
    from emograph.config import load_settings

    _tell(learning.learn_heads(load_settings(), data))


@app.command("calibration")
def learn_calibration(
    data: Annotated[
        Path,
        typer.Option(
            exists=True, file_okay=False, help="Folder that holds the folders Emotion6 and FI."
        ),
    ],
) -> None:
    """Write each scheme's temperature and prior, fitted on Emotion6's votes and FI's labels."""
    from emograph import learning
    from emograph.commands.progress import ImageProgress
    from emograph.config import load_settings

    with ImageProgress() as progress:
        written = learning.learn_calibration(load_settings(), data, progress)
    _tell(written)


def _tell(written: Iterable[Path]) -> None:
    for path in written:
        print(path)
