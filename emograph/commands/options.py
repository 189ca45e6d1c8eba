"""The options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store",
        help="The store: disk:FOLDER or memory; the setting, if not given.",
        show_default=False,
    ),
]
