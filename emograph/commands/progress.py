"""How far a command on many images has come."""

from __future__ import annotations

import sys
import time

_SECONDS = 30.0
"""How often a line is printed where there is no terminal."""
_BURST = 1.0
"""Seconds in which the first batch is told, image by image; its time is that of the models."""
_LEAST = 2.0
"""Seconds after which a rate is said: images are done in batches."""


class ImageProgress:
    """A bar on stderr, or a line now and then where that is no terminal.

    Called with how many images are done, of how many, and how many of them failed. Rate and time
    left go by what was worked on since the first was done: models are loaded before, and images
    that were done `before` take no time.
    """

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        console = Console(stderr=True)
        self._terminal = console.is_terminal
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[told]}"),
            console=console,
            disable=not self._terminal,
        )
        self._task = self._bar.add_task("images", total=None, told="")
        self._printed = time.monotonic()
        self._first: tuple[float, int] | None = None

    def __enter__(self) -> ImageProgress:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def __call__(self, done: int, total: int, failed: int = 0, before: int = 0) -> None:
        """Show that `done` of `total` images are done."""
        now = time.monotonic()
        if self._first is None or now - self._first[0] < _BURST:
            self._first = (self._first[0] if self._first else now, done - before)
        started, first = self._first
        told = _told(done - before - first, total - done, failed, now - started)
        self._bar.update(self._task, completed=done, total=total, told=told)
        if not self._terminal and now - self._printed >= _SECONDS:
            self._printed = now
            print(f"{done} of {total} images  {told}".rstrip(), file=sys.stderr, flush=True)


def _told(worked: int, left: int, failed: int, seconds: float) -> str:
    """Rate, time left and failures, in words.

    >>> _told(worked=60, left=600, failed=1, seconds=10.0)
    '6.0 images/s  0:01:40 left  1 failed'
    """
    parts = []
    if worked > 0 and seconds > _LEAST:
        rate = worked / seconds
        minutes, rest = divmod(round(left / rate), 60)
        hours, minutes = divmod(minutes, 60)
        parts = [f"{rate:.1f} images/s", f"{hours}:{minutes:02}:{rest:02} left"]
    if failed:
        parts.append(f"{failed} failed")
    return "  ".join(parts)
