"""The attributes of EmoSet (Yang et al., 2023): which objects and scenes go with what emotion."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from emograph.adapters.datasets.folders import require
from emograph.adapters.datasets.tables import read_table
from emograph.errors import DatasetError

_COLUMNS = ("image", "emotion", "kind", "label")
_TODO = "Take the file from the dataset's own download again."


@dataclass(frozen=True, slots=True)
class EmoSetAttributes:
    """Attributes in columns, one row each; an image has a row for every attribute it has.

    `vocabulary` gives all labels of a kind (``emotion``, ``scene``, ``object``, …) in the order of
    their numbers, whether a row has them or not.
    """

    images: tuple[str, ...]
    emotions: tuple[str, ...]
    kinds: tuple[str, ...]
    labels: tuple[str, ...]
    vocabulary: Mapping[str, tuple[str, ...]] = field(hash=False)

    def __len__(self) -> int:
        return len(self.images)


def read_emoset_attributes(root: Path) -> EmoSetAttributes:
    """The rows of ``attributes.csv``, whose labels must be in the vocabulary of ``info.json``."""
    require(root, "EmoSet", "attributes.csv", "info.json")
    vocabulary = read_vocabulary(root / "info.json")
    rows = read_table(root / "attributes.csv", _COLUMNS)
    kinds = tuple(row.choice("kind", tuple(vocabulary)) for row in rows)
    known = {kind: frozenset(labels) for kind, labels in vocabulary.items()}
    for row, kind in zip(rows, kinds, strict=True):
        if row.cells["label"] not in known[kind]:
            raise row.broken(f"info.json knows no {kind} {row.cells['label']!r}")
    return EmoSetAttributes(
        images=tuple(row.text("image") for row in rows),
        emotions=tuple(row.choice("emotion", vocabulary["emotion"]) for row in rows),
        kinds=kinds,
        labels=tuple(row.cells["label"] for row in rows),
        vocabulary=vocabulary,
    )


def read_vocabulary(file: Path) -> dict[str, tuple[str, ...]]:
    """The labels of each kind in the order of their numbers, from ``info.json``."""
    try:
        info = json.loads(file.read_bytes())
        numbers = {kind: dict(entry["label2idx"]) for kind, entry in info.items()}
        vocabulary = {kind: tuple(sorted(n, key=n.__getitem__)) for kind, n in numbers.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DatasetError(f"{file} does not give a label2idx for every kind.", _TODO) from error
    if "emotion" not in vocabulary:
        raise DatasetError(f"{file} does not give the labels of the kind emotion.", _TODO)
    return vocabulary
