"""What does units of work: this process, others, other machines; adapters implement it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from emograph.engine.annotation.annotator import Origin, Result
from emograph.engine.annotation.units import Unit


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a unit: one result for each of its items, in their order."""

    number: int
    results: Sequence[Result]


class Compute(Protocol):
    """A place where engines run; to be closed after use."""

    def origin(self) -> Origin:
        """What the engines annotate with; starts them.

        Raises EmographError where they cannot be started.
        """
        ...

    def run(self, units: Iterable[Unit]) -> Iterator[Outcome]:
        """Do units, and give what came of them in the order of the units.

        Few units are taken ahead of the one that is given. A unit without items gives an outcome
        without results. Raises EmographError where the engines cannot go on.
        """
        ...

    def close(self) -> None:
        """End the engines; nothing may be asked after."""
        ...
