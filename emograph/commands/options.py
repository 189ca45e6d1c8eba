"""The options that several commands share."""

from __future__ import annotations

from typing import Annotated, Any

import typer

LvlmOption = Annotated[
    str | None,
    typer.Option(
        "--lvlm",
        help="Vision-language model: embedded, FAMILY:MODEL, openai:URL or none; the setting, if "
        "not given.",
        show_default=False,
    ),
]

ProfileOption = Annotated[
    str | None,
    typer.Option(
        "--profile",
        help="Set of models: embedded, hub-small or hub-large; the setting, if not given.",
        show_default=False,
    ),
]

StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store",
        help="The store: disk:FOLDER or memory; the setting, if not given.",
        show_default=False,
    ),
]


def given(**options: Any) -> dict[str, Any]:
    """The options that a person gave.

    >>> given(lvlm=None, scheme="ekman")
    {'scheme': 'ekman'}
    """
    return {name: value for name, value in options.items() if value is not None}
