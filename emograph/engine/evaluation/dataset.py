"""What an evaluation is run on: images in columns, with what people said about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emograph.errors import DatasetError


@dataclass(frozen=True, eq=False, slots=True)
class Labels:
    """One class per image; `classes` are all the labelling knows, used or not.

    >>> Labels(("negative", "neutral", "positive"), ("positive", "negative")).codes.tolist()
    [2, 0]
    """

    classes: tuple[str, ...]
    values: tuple[str, ...]

    @property
    def codes(self) -> NDArray[np.intp]:
        """The labels as positions in `classes`, shape (n,)."""
        position = {name: code for code, name in enumerate(self.classes)}
        return np.array([position[value] for value in self.values], dtype=np.intp)


@dataclass(frozen=True, eq=False, slots=True)
class Scores:
    """A number per image and name: `values` has shape (n, len(names))."""

    names: tuple[str, ...]
    values: NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class Ratings:
    """What people gave on average on a scale from `low` to `high`; `values` has shape (n,)."""

    values: NDArray[np.float64]
    low: float
    high: float

    @property
    def scaled(self) -> NDArray[np.float64]:
        """The ratings moved linearly so that `low` is -1, the middle 0 and `high` 1, shape (n,).

        >>> Ratings(np.array([1.0, 5.0, 8.0]), low=1, high=9).scaled.tolist()
        [-1.0, 0.0, 0.75]
        """
        return (2 * self.values - self.low - self.high) / (self.high - self.low)


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class LabelledImages:
    """The images of one dataset and what is known of each; row i of every column is `paths[i]`.

    `labels` holds the labellings by name, such as ``emotion`` or ``damage_severity``. `votes` are
    distributions (rows sum to 1) over emotions. `attributes` are scores of scene attributes. `tags`
    holds, by name, labellings of which an image may have several: 1 where it is so labelled and
    else 0. What a dataset does not have is None, or missing in `labels`.
    """

    name: str
    paths: tuple[Path, ...]
    labels: Mapping[str, Labels]
    votes: Scores | None = None
    attributes: Scores | None = None
    valence: Ratings | None = None
    arousal: Ratings | None = None
    captions: tuple[str, ...] | None = None
    tags: Mapping[str, Scores] | None = None

    def __len__(self) -> int:
        return len(self.paths)

    @property
    def scored(self) -> Scores:
        """The scores of attributes; raises DatasetError where the dataset has none."""
        return _required(self.attributes, f"{self.name} has no scores of attributes.")

    @property
    def voted(self) -> Scores:
        """The votes; raises DatasetError where the dataset has none."""
        return _required(self.votes, f"{self.name} has no votes.")

    def where(self, chosen: NDArray[np.bool_]) -> LabelledImages:
        """The images that are chosen, (n,), with what is known of them."""
        rows = np.flatnonzero(chosen)

        def scores(given: Scores | None) -> Scores | None:
            return given and Scores(given.names, given.values[rows])

        def ratings(given: Ratings | None) -> Ratings | None:
            return given and Ratings(given.values[rows], given.low, given.high)

        return LabelledImages(
            name=self.name,
            paths=tuple(self.paths[i] for i in rows),
            labels={
                name: Labels(labels.classes, tuple(labels.values[i] for i in rows))
                for name, labels in self.labels.items()
            },
            votes=scores(self.votes),
            attributes=scores(self.attributes),
            valence=ratings(self.valence),
            arousal=ratings(self.arousal),
            captions=self.captions and tuple(self.captions[i] for i in rows),
            tags=self.tags
            and {name: Scores(tag.names, tag.values[rows]) for name, tag in self.tags.items()},
        )


def _required(scores: Scores | None, missing: str) -> Scores:
    if scores is None:
        raise DatasetError(missing, "Give a dataset that has them.")
    return scores
