"""A bounded number of threads in which requests are worked on beside the event loop."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import TypeVar

from emograph.adapters.web.http_error import HttpError
from emograph.errors import EmographError, ImageError

T = TypeVar("T")

_PAUSE = 0.02
"""Seconds between two looks for a free slot."""

_log = logging.getLogger(__name__)


class Slots:
    """Runs work in threads, a fixed number at once.

    A query cannot be stopped from outside. Work that takes too long is given up, but its thread
    goes on and keeps its slot until it ends, so runaway queries never become more than there are
    slots. The threads are daemons: they do not keep the process alive.
    """

    def __init__(self, count: int, seconds: float, patience: float) -> None:
        self._free = threading.BoundedSemaphore(count)
        self._seconds = seconds
        self._patience = patience

    async def run(self, work: Callable[[float], T]) -> T:
        """Do the work in a thread; it is given its deadline on the clock of `time.monotonic`.

        Raises what the work raises, and `HttpError` with status 503 where no slot gets free or the
        time is over; status 500 for what nobody expected, which is logged.
        """
        await self._take()
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()
        deadline = time.monotonic() + self._seconds

        def report(settle: Callable[[], None]) -> None:
            with suppress(RuntimeError):  # the server was stopped meanwhile
                loop.call_soon_threadsafe(lambda: None if answer.done() else settle())

        def do() -> None:
            try:
                result = work(deadline)
            except Exception as problem:  # noqa: BLE001 - whatever it is, the request must end
                fault = told(problem)
                report(lambda: answer.set_exception(fault))
            else:
                report(lambda: answer.set_result(result))
            finally:
                self._free.release()

        try:
            threading.Thread(target=do, daemon=True).start()
        except RuntimeError:
            self._free.release()
            raise _busy() from None
        try:
            return await asyncio.wait_for(answer, self._seconds)
        except TimeoutError:
            raise HttpError(
                503,
                f"The request was not answered within {self._seconds:g} s. "
                "Ask for less: bind more of the pattern, or add a LIMIT.",
            ) from None

    async def _take(self) -> None:
        end = time.monotonic() + self._patience
        while not self._free.acquire(blocking=False):
            if time.monotonic() > end:
                raise _busy()
            await asyncio.sleep(_PAUSE)


def _busy() -> HttpError:
    return HttpError(
        503,
        "The server is busy with other requests. Ask again in a while.",
        {"Retry-After": "2"},
    )


def told(problem: Exception) -> Exception:
    """What of a fault goes to the client: nothing of the machine, which the log has.

    It is a new exception for the event loop: the old one's frames hold rows of this thread.
    """
    if isinstance(problem, HttpError):
        return HttpError(problem.status, problem.message, problem.headers)
    # What a disk says of its fault may name its folders; decoders of images say of theirs that it
    # is such a fault too, but they were given bytes.
    of_disk = isinstance(problem.__cause__, OSError) and not isinstance(problem, ImageError)
    if isinstance(problem, EmographError) and not of_disk:
        return type(problem)(problem.what, problem.todo)
    _log.error("A request failed.", exc_info=problem)
    return HttpError(500, "The server could not do this. Its log says why.")


def until(deadline: float, items: Iterable[T]) -> Iterator[T]:
    """The items as long as there is time: the deadline is one of `time.monotonic`."""
    for item in items:
        if time.monotonic() > deadline:
            # Nobody waits for the answer any more; this only ends the work on it.
            raise HttpError(503, "The time is over.")
        yield item
