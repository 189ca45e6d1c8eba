"""The labels that become concepts: of EmoSet, ImageNet, our own table and photometry."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from emograph.errors import KnowledgeError
from emograph.kg.authoring.senses import plain
from emograph.kg.terms import slug


@dataclass(frozen=True, slots=True)
class Label:
    """A label of a vocabulary, before WordNet is asked.

    `path` is the end of the concept's IRI; `notation` is how the vocabulary writes it, such as
    ``emoset:object:Dog``; `senses` are names of WordNet senses where they are known; `key` is what
    the table of senses calls the label.
    """

    path: str
    kind: str
    text: str
    notation: str
    key: str
    alt: tuple[str, ...] = ()
    senses: tuple[str, ...] = ()
    definition: str = ""

    @property
    def vocabulary(self) -> str:
        """The vocabulary the label is of."""
        return self.notation.split(":")[0]


# For each photometric scale the sense above it, what a step means, and words from low to high.
_SCALES = {
    "brightness": (
        "brightness.n.3",
        "How light the image is on average, {step} on a scale from 0 (black) to 1 (white).",
        ("very dark", "dark", "medium bright", "bright", "very bright"),
    ),
    "colorfulness": (
        "saturation.n.4",
        "How colorful the image is, {step} on a scale from 0 (grey) to 1 (vivid).",
        ("grey", "muted colors", "moderately colorful", "colorful", "vivid colors"),
    ),
    "warmth": (
        "color_property.n.1",
        "How warm the colors of the image are, {step} on a scale from 0 (blue) to 1 (red).",
        ("very cold colors", "cold colors", "neutral colors", "warm colors", "very warm colors"),
    ),
    "contrast": (
        "contrast.n.5",
        "How far apart light and dark parts of the image are, {step} on a scale from 0 to 1.",
        (
            "very low contrast",
            "low contrast",
            "medium contrast",
            "high contrast",
            "very high contrast",
        ),
    ),
}
_WORDS = (0, 0, 1, 1, 2, 2, 2, 3, 3, 4, 4)
_EMOSET_KINDS = {"scene": "scene", "object": "object", "human_action": "action"}


def emoset_labels(info: Path) -> Iterator[Label]:
    """The scenes, objects and actions of EmoSet's ``info.json``, in its order."""
    try:
        vocabularies = json.loads(info.read_text("utf-8"))
        lists = {
            kind: list(vocabularies[name]["label2idx"]) for name, kind in _EMOSET_KINDS.items()
        }
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise KnowledgeError(
            f"{info} is not EmoSet's list of labels ({problem!r}).",
            "Give the file info.json of the EmoSet download.",
        ) from problem
    for kind, labels in lists.items():
        for label in labels:
            yield Label(
                path=f"{kind}/{slug(label)}",
                kind=kind,
                text=plain(label),
                notation=f"emoset:{kind}:{label}",
                key=label,
            )


def imagenet_ids(synsets: Path) -> list[str]:
    """The WordNet ids of the ImageNet classes, in class order, of a file of lines ``n02084071``."""
    lines = synsets.read_text("utf-8").split() if synsets.is_file() else []
    if not lines or any(line[0] not in "nv" or not line[1:].isdigit() for line in lines):
        raise KnowledgeError(
            f"{synsets} is not a list of ImageNet classes.",
            "Give a file with one WordNet id a line, in class order, such as n02084071.",
        )
    return [f"{line[1:]}-{line[0]}" for line in lines]


def written_labels(table: Path) -> Iterator[Label]:
    """The labels of a table written by hand: scene attributes, disasters, people, faces."""
    with table.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            yield Label(
                path=row["path"],
                kind=row["kind"],
                text=row["label"],
                notation=row["notation"],
                key=row["label"],
                alt=tuple(word.strip() for word in row["alt"].split(";") if word.strip()),
                senses=tuple(row["senses"].split()),
                definition=row["definition"],
            )


def photometric_labels() -> Iterator[Label]:
    """Eleven steps each of brightness, colorfulness (both EmoSet's), warmth and contrast."""
    for scale, (sense, definition, words) in _SCALES.items():
        emoset = scale in ("brightness", "colorfulness")
        for number in range(11):
            step = f"{number / 10:.1f}"
            yield Label(
                path=f"{scale}/{step}",
                kind=scale if emoset else "composition",
                text=f"{scale} {step}",
                notation=f"{'emoset' if emoset else 'photometry'}:{scale}:{step}",
                key=scale,
                alt=(words[_WORDS[number]],),
                senses=(sense,),
                definition=definition.format(step=step),
            )
