"""The annotations of EmoSet (Yang et al., 2023), one file an image, as the columns of its table."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from emograph.adapters.datasets.emoset import Item, read_items
from emograph.adapters.datasets.emoset_attributes import EmoSetAttributes, read_vocabulary
from emograph.adapters.datasets.folders import require
from emograph.errors import DatasetError

# What an annotation says. Most lack a scene, a facial expression or a human action.
_KINDS = ("brightness", "colorfulness", "scene", "object", "facial_expression", "human_action")


def read_emoset_annotations(root: Path) -> EmoSetAttributes:
    """All that ``annotation/<emotion>/<id>.json`` says of the images of the three splits.

    Its labels must be in the vocabulary of ``info.json``; brightness and colorfulness are labels
    too, from 0.0 to 1.0 in tenths. An image has a row for each of its objects.
    """
    items = read_items(root)
    require(root, "EmoSet", "info.json", "annotation")
    vocabulary = read_vocabulary(root / "info.json")
    known = {kind: frozenset(labels) for kind, labels in vocabulary.items()}
    rows = [
        (item, kind, label)
        for part in items.values()
        for item in part
        for kind, label in _said(root / item.annotation, item, known)
    ]
    return EmoSetAttributes(
        images=tuple(PurePosixPath(item.image).stem for item, _, _ in rows),
        emotions=tuple(item.emotion for item, _, _ in rows),
        kinds=tuple(kind for _, kind, _ in rows),
        labels=tuple(label for _, _, label in rows),
        vocabulary=vocabulary,
    )


def _said(file: Path, item: Item, known: Mapping[str, frozenset[str]]) -> Iterator[tuple[str, str]]:
    """The kinds and labels that an annotation gives."""
    annotation = _annotation(file)
    if annotation.get("emotion") != item.emotion:
        raise _broken(file, f"its emotion is {annotation.get('emotion')!r}, not {item.emotion}")
    for kind in _KINDS:
        if kind not in annotation:
            continue
        given = annotation[kind]
        for label in map(str, given if isinstance(given, list) else [given]):
            if label not in known.get(kind, ()):
                raise _broken(file, f"info.json knows no {kind} {label!r}")
            yield kind, label


def _annotation(file: Path) -> dict[str, object]:
    try:
        annotation = json.loads(file.read_bytes())
    except OSError as error:
        raise _broken(file, "it cannot be read") from error
    except ValueError as error:
        raise _broken(file, "it is not JSON") from error
    if not isinstance(annotation, dict):
        raise _broken(file, "it is not a JSON object")
    return annotation


def _broken(file: Path, why: str) -> DatasetError:
    return DatasetError(
        f"The annotation {file} is broken: {why}.",
        "Take the annotations from the dataset's own download again.",
    )
