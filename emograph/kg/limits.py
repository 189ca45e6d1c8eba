"""A limit on the time that somebody's query may take."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from emograph.errors import KnowledgeError

T = TypeVar("T")


def within(seconds: float, work: Callable[[float], T]) -> T:
    """What work gives; raises `KnowledgeError` where it takes longer than `seconds`.

    The work is told its deadline, on the clock of `time.monotonic`, and may raise `too_slow`
    itself. What cannot be stopped is given up and goes on in a thread of its own, which does not
    keep the process alive.
    """
    task = _Task(seconds, work)
    task.start()
    task.join(seconds)
    if task.is_alive():
        raise too_slow(seconds)
    return task.result()


def too_slow(seconds: float) -> KnowledgeError:
    """The error of a query that was given up."""
    return KnowledgeError(
        f"The query was not answered within {seconds:g} s.",
        "Ask for less: bind more of the pattern, or add a LIMIT.",
    )


class _Task(threading.Thread, Generic[T]):
    """Work in a thread of its own: it lets go of Python's lock, so waiting for it can end."""

    def __init__(self, seconds: float, work: Callable[[float], T]) -> None:
        super().__init__(daemon=True)
        self._work, self._deadline = work, time.monotonic() + seconds
        self._results: list[T] = []
        self._problem: Exception | None = None

    def run(self) -> None:
        try:
            self._results.append(self._work(self._deadline))
        except Exception as problem:  # noqa: BLE001 - whatever it is, the caller's thread raises it
            # The traceback would keep the rows, which only this thread may let go of.
            self._problem = problem.with_traceback(None)

    def result(self) -> T:
        if self._problem is not None:
            raise self._problem
        return self._results[0]
