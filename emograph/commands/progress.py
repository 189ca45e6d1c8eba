"""How far a command on many images has come."""

from __future__ import annotations


class ImageProgress:
    """A bar on stderr, where that is a terminal; called with how many are done, and of how many."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import Progress

        console = Console(stderr=True)
        self._bar = Progress(console=console, disable=not console.is_terminal)
        self._task = self._bar.add_task("images", total=None)

    def __enter__(self) -> ImageProgress:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def __call__(self, done: int, total: int) -> None:
        """Show that `done` of `total` images are done."""
        self._bar.update(self._task, completed=done, total=total)
