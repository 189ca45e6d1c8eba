"""The competency questions of the package: what the graph must answer, and with which rows."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from emograph.kg.graph import ONTOLOGIES

FOLDER = ONTOLOGIES / "cq"
Language = Literal["rq", "cypher"]


@dataclass(frozen=True, slots=True)
class Question:
    """One question in SPARQL or Cypher, and the rows that answer it, in order.

    `name` is the file's without its ending. Where `observed` is true it asks the package's graph
    with the explanations of `tests.kg.observed` kept in it, and else the package's graph alone.
    """

    name: str
    text: str
    language: Language
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    observed: bool


def questions(language: Language) -> tuple[Question, ...]:
    """All questions in a language, by name."""
    return tuple(
        Question(
            path.stem, path.read_text("utf-8"), language, *_answer(path), path.parent != FOLDER
        )
        for path in sorted(FOLDER.rglob(f"*.{language}"), key=lambda path: path.stem)
    )


def same(found: Sequence[Sequence[object]], expected: Sequence[Sequence[object]]) -> bool:
    """Whether rows are equal in their order; numbers may differ by a millionth."""
    return len(found) == len(expected) and all(
        len(left) == len(right) and all(map(_equal, left, right))
        for left, right in zip(found, expected, strict=True)
    )


def _equal(left: object, right: object) -> bool:
    numbers = (int, float)
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, numbers) and isinstance(right, numbers):
        return math.isclose(left, right, rel_tol=1e-6, abs_tol=1e-12)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_equal, left, right))
    return left == right


def _answer(path: Path) -> tuple[tuple[str, ...], tuple[tuple[object, ...], ...]]:
    head, *lines = path.with_suffix(".tsv").read_text("utf-8").splitlines()
    rows = tuple(tuple(json.loads(cell) for cell in line.split("\t")) for line in lines)
    return tuple(head.split("\t")), rows
