"""Annotates in several processes of this machine."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from emograph.adapters.compute.child import Child, EndedError
from emograph.engine.annotation.annotator import Origin, Result, lost
from emograph.engine.annotation.compute import Outcome
from emograph.engine.annotation.units import Unit
from emograph.errors import EmographError

_AHEAD = 2
"""Units that wait or are at work, for each worker."""
_TRIES = 2


class Processes:
    """A `Compute` of worker processes, which run `module` with an engine of the setup.

    A worker that ends before its unit is done, as where memory runs out, is replaced and the unit
    tried once more; then its images are faults, and the others go on.
    """

    def __init__(self, module: str, setup: Mapping[str, Any], workers: int) -> None:
        self._module = module
        self._setup = setup
        self._workers = workers
        self._origin: Origin | None = None
        self._children: set[Child] = set()
        self._changing = threading.Lock()
        self._closed = False
        self._first: Child | None = None

    def origin(self) -> Origin:
        """What the workers annotate with; the first is started for it."""
        if self._origin is None:
            # The others come later: what the first has to fetch or compute is there for them.
            self._first, self._origin = self._start()
        return self._origin

    def run(self, units: Iterable[Unit]) -> Iterator[Outcome]:
        """Do units, so many at a time as there are workers."""
        self.origin()
        waiting: queue.SimpleQueue[Unit | None] = queue.SimpleQueue()
        done: queue.SimpleQueue[Outcome | BaseException] = queue.SimpleQueue()
        threads = [
            threading.Thread(target=self._work, args=(waiting, done), daemon=True)
            for _ in range(self._workers)
        ]
        for thread in threads:
            thread.start()
        try:
            yield from self._ordered(iter(units), waiting, done)
        finally:
            for _ in threads:
                waiting.put(None)

    def close(self) -> None:
        """End the workers, whatever they are at."""
        with self._changing:
            self._closed = True
            children = list(self._children)
        for child in children:
            child.end()

    def _ordered(
        self,
        units: Iterator[Unit],
        waiting: queue.SimpleQueue[Unit | None],
        done: queue.SimpleQueue[Outcome | BaseException],
    ) -> Iterator[Outcome]:
        begun: deque[int] = deque()
        ready: dict[int, Outcome] = {}
        more = True
        while more or begun:
            while more and len(begun) < _AHEAD * self._workers:
                unit = next(units, None)
                if unit is None:
                    more = False
                else:
                    begun.append(unit.number)
                    if unit.items:
                        waiting.put(unit)
                    else:
                        ready[unit.number] = Outcome(unit.number, ())
            while begun and begun[0] in ready:
                yield ready.pop(begun.popleft())
            if begun:
                outcome = done.get()
                if isinstance(outcome, BaseException):
                    raise outcome
                ready[outcome.number] = outcome

    def _work(
        self,
        waiting: queue.SimpleQueue[Unit | None],
        done: queue.SimpleQueue[Outcome | BaseException],
    ) -> None:
        """What a thread does: it feeds one worker, and replaces it where it ends."""
        with self._changing:
            child, self._first = self._first, None
        try:
            while (unit := waiting.get()) is not None:
                results: list[Result] | None = None
                for _ in range(_TRIES):
                    if child is None:
                        child, origin = self._start()
                        _check(origin, self._origin)
                    try:
                        results = child.annotate(unit)
                        break
                    except EndedError:
                        self._forget(child)
                        child = None
                done.put(Outcome(unit.number, results or [lost(i.name) for i in unit.items]))
        except BaseException as problem:  # noqa: BLE001 - raised again where the outcomes are read
            done.put(problem)
        finally:
            if child is not None:
                self._forget(child)

    def _start(self) -> tuple[Child, Origin]:
        with self._changing:
            if self._closed:
                raise EndedError
            child = Child(self._module, self._setup)
            self._children.add(child)
        try:
            return child, child.start()
        except EndedError as problem:
            self._forget(child)
            raise EmographError(
                "A worker process ended before its models were loaded.",
                "See what it printed above; with too little memory, take fewer --workers.",
            ) from problem
        except EmographError:
            self._forget(child)
            raise

    def _forget(self, child: Child) -> None:
        child.end()
        with self._changing:
            self._children.discard(child)


def _check(origin: Origin, wanted: Origin | None) -> None:
    if origin != wanted:
        raise EmographError(
            "A worker process has another version of models or knowledge than the first.",
            "Leave the package and the store as they are while photographs are annotated.",
        )
