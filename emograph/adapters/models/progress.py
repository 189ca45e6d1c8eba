"""What a person sees while something takes long."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def download_bar(label: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show a bar on standard error, where that is a terminal, while something is downloaded.

    Yields a function to call with the bytes that have arrived so far, out of `total`.
    """
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(label, total=total)
        yield lambda arrived: progress.update(task, completed=arrived)


@contextmanager
def long_work(label: str) -> Iterator[None]:
    """Show on standard error, where that is a terminal, that something is being done."""
    from rich.console import Console

    # Told the stream, it still has it where the work silences the bars of a library.
    console = Console(file=sys.stderr)
    if not console.is_terminal:
        yield
        return
    with console.status(label):
        yield


@contextmanager
def no_bars() -> Iterator[None]:
    """Without the progress bar of transformers, which counts tensors and is there even in logs."""
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()
