"""Threads that run the models, one request after the other, and the bounded queue before them."""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Generic, TypeVar

from emograph.adapters.web.http_error import HttpError
from emograph.adapters.web.slots import told

T = TypeVar("T")

_LOOK = 0.25
"""Seconds between two looks whether the client still waits."""


class Workers:
    """A fixed number of threads, `waiting` requests that may wait for one, and a time for each.

    Always the same few threads run the models, so that what these keep for a thread is kept a few
    times and no more. A request takes a place before its body is read: beyond all places it is
    refused at once, and no more bodies than there are places are ever in memory.
    """

    def __init__(self, count: int, waiting: int, seconds: float) -> None:
        self._count = count
        self._places = count + waiting
        self._seconds = seconds
        self._jobs: deque[_Job[Any]] = deque()
        self._change = threading.Condition()
        self._arriving = 0
        self._running = 0
        self._usual = 1.0
        self._threads: list[threading.Thread] = []
        self._closed = False

    @property
    def waiting(self) -> int:
        """How many requests wait for a thread."""
        return len(self._jobs)

    @property
    def running(self) -> int:
        """How many threads are at work; some perhaps for a client that has left."""
        return self._running

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place in the queue while the request is read; `run` is then to follow at once.

        Raises `HttpError` with status 503 where there is none.
        """
        with self._change:
            if self._arriving + len(self._jobs) + self._running >= self._places:
                raise self._busy("The server has as many requests as it takes.")
            self._arriving += 1
        try:
            yield
        finally:
            with self._change:
                self._arriving -= 1

    async def run(self, work: Callable[[float], T], gone: Callable[[], Awaitable[bool]]) -> T:
        """Do the work in one of the threads; it is given its deadline by `time.monotonic`.

        Work that waits is dropped when the client is `gone`. Raises what the work raises, and
        `HttpError` with status 503 where the time is over before it is done.
        """
        job = _Job(work, time.monotonic() + self._seconds)
        with self._change:
            self._jobs.append(job)
            self._open()
            self._change.notify()
        try:
            while not job.answer.done():
                await asyncio.wait([job.answer], timeout=_LOOK)
                if job.answer.done():
                    break
                if time.monotonic() > job.deadline:
                    raise self._busy("The request was not answered in time.")
                if await gone():
                    raise HttpError(499, "The client has left. Send it again.")
            return job.answer.result()
        finally:
            self._drop(job)

    def close(self) -> None:
        """Let the threads end; what waits is not done."""
        with self._change:
            self._closed = True
            self._jobs.clear()
            self._change.notify_all()

    def _busy(self, what: str) -> HttpError:
        wait = math.ceil(self._usual * (1 + len(self._jobs) / self._count))
        return HttpError(
            503, f"{what} Send it again in a while.", {"Retry-After": str(min(max(wait, 1), 60))}
        )

    def _drop(self, job: _Job[Any]) -> None:
        with self._change, suppress(ValueError):  # it is being done, or was
            self._jobs.remove(job)

    def _open(self) -> None:
        while len(self._threads) < self._count:
            thread = threading.Thread(target=self._serve, name="worker", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self) -> None:
        while (job := self._next()) is not None:
            start = time.monotonic()
            job.do()
            # A thread that waits must not hold on to the last photograph.
            del job
            with self._change:
                self._running -= 1
                self._usual += 0.1 * (time.monotonic() - start - self._usual)

    def _next(self) -> _Job[Any] | None:
        with self._change:
            while not self._jobs and not self._closed:
                self._change.wait()
            if self._closed:
                return None
            self._running += 1
            return self._jobs.popleft()


class _Job(Generic[T]):
    """Work for a thread, and the future in which its request waits for the answer."""

    def __init__(self, work: Callable[[float], T], deadline: float) -> None:
        self._work = work
        self._loop = asyncio.get_running_loop()
        self.deadline = deadline
        self.answer: asyncio.Future[T] = self._loop.create_future()

    def do(self) -> None:
        try:
            result = self._work(self.deadline)
        except Exception as problem:  # noqa: BLE001 - whatever it is, the request must end
            fault = told(problem)
            self._report(lambda: self.answer.set_exception(fault))
        else:
            self._report(lambda: self.answer.set_result(result))

    def _report(self, settle: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the server was stopped meanwhile
            self._loop.call_soon_threadsafe(lambda: None if self.answer.done() else settle())
