"""What is known of pictures, to learn from: shares of labels and numbers, of some of them each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Known = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Targets:
    """For each label space shares (n, k), for each number values (n,); NaN where unknown.

    A space is known of a picture altogether or not at all.
    """

    shares: Mapping[str, Known]
    numbers: Mapping[str, Known]

    def __len__(self) -> int:
        return len(next(iter((*self.shares.values(), *self.numbers.values()))))

    def where(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> Targets:
        """Those of the pictures that are chosen."""
        return Targets(
            {space: known[chosen] for space, known in self.shares.items()},
            {name: known[chosen] for name, known in self.numbers.items()},
        )

    def known(self, space: str) -> NDArray[np.bool_]:
        """Of which pictures a space is known, (n,).

        >>> targets = Targets({"mikels": np.array([[1, 0], [np.nan, np.nan]], np.float32)}, {})
        >>> targets.known("mikels").tolist()
        [True, False]
        """
        known: NDArray[np.bool_] = np.isfinite(self.shares[space].sum(axis=1))
        return known


def joined(*parts: Targets) -> Targets:
    """The targets of several sets, one after the other; what a set does not know is unknown."""
    sizes = {s: part.shares[s].shape[1] for part in parts for s in part.shares}
    names = {name: None for part in parts for name in part.numbers}

    def shares(space: str, width: int) -> Known:
        unknown = (np.full((len(part), width), np.nan, np.float32) for part in parts)
        found = zip(parts, unknown, strict=True)
        return np.concatenate([part.shares.get(space, nothing) for part, nothing in found])

    def numbers(name: str) -> Known:
        unknown = (np.full(len(part), np.nan, np.float32) for part in parts)
        found = zip(parts, unknown, strict=True)
        return np.concatenate([part.numbers.get(name, nothing) for part, nothing in found])

    return Targets(
        {space: shares(space, width) for space, width in sizes.items()},
        {name: numbers(name) for name in names},
    )
