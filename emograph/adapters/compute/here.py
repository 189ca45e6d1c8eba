"""Annotates in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from emograph.engine.annotation.annotator import Annotator, Origin
from emograph.engine.annotation.compute import Outcome
from emograph.engine.annotation.units import Unit


class Here:
    """A `Compute` of one engine, which is built when it is first asked for."""

    def __init__(self, build: Callable[[], Annotator]) -> None:
        self._build = build
        self._annotator: Annotator | None = None

    def origin(self) -> Origin:
        """What the engine annotates with."""
        return self._built().origin

    def run(self, units: Iterable[Unit]) -> Iterator[Outcome]:
        """Do units one after the other."""
        for unit in units:
            yield Outcome(unit.number, self._built().annotate(unit) if unit.items else ())

    def close(self) -> None:
        """Let go of the engine."""
        self._annotator = None

    def _built(self) -> Annotator:
        if self._annotator is None:
            self._annotator = self._build()
        return self._annotator
