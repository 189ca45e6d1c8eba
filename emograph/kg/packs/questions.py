"""Competency questions of a pack: queries with the rows that must answer them."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from emograph.errors import KnowledgeError
from emograph.kg.packs.faults import Fault
from emograph.kg.packs.pack import QUESTIONS, Pack
from emograph.kg.queries import ask
from emograph.kg.stores import GraphStore

_LINE = re.compile(r"\bat (?:line )?(\d+):(\d+)")
_ORDERED = re.compile(r"\border\s+by\b", re.IGNORECASE)

Row = Sequence[object]


def question_faults(pack: Pack, store: GraphStore) -> Iterator[Fault]:
    """The questions that cannot be asked, or are answered otherwise, by a store with the pack."""
    folder = pack.folder / QUESTIONS
    paths = [path for path in sorted(folder.glob("*.rq")) if _is_safe(path, pack.folder)]
    for path in paths:
        name = path.relative_to(pack.folder).as_posix()
        try:
            query = path.read_text("utf-8")
            table = ask(store, query)
        except (OSError, UnicodeDecodeError) as problem:
            yield Fault(name, 0, "", f"The file cannot be read ({problem}).", "Use UTF-8.")
            continue
        except KnowledgeError as problem:
            place = _LINE.search(problem.what)
            line = int(place[1]) if place else 1
            yield Fault(name, line, "", problem.what, problem.todo)
            continue
        ordered = _ORDERED.search(query) is not None
        yield from _row_faults(name, path.with_suffix(".tsv"), table.columns, table.rows, ordered)


def write_rows(columns: Sequence[str], rows: Sequence[Row]) -> str:
    """Rows as they are expected in a ``.tsv``: a head, and cells in JSON."""
    lines = ["\t".join(columns)]
    lines += ["\t".join(json.dumps(cell, ensure_ascii=False) for cell in row) for row in rows]
    return "\n".join(lines) + "\n"


def _row_faults(
    query: str, path: Path, columns: Sequence[str], rows: Sequence[Row], ordered: bool
) -> Iterator[Fault]:
    name = f"{QUESTIONS}/{path.name}"
    came = f"what came begins:\n{write_rows(columns, rows[:5]).rstrip()}"
    if not path.is_file() or path.is_symlink():
        text = f"There are no expected rows for {query}."
        yield Fault(name, 0, "", text, f"Write what should come; {came}")
        return
    try:
        head, *lines = path.read_text("utf-8").splitlines() or [""]
        expected = [(i, _cells(line)) for i, line in enumerate(lines, 2) if line]
    except (OSError, ValueError) as problem:
        text = f"The rows cannot be read ({problem})."
        yield Fault(name, 1, "", text, "Part cells by tabs, each as JSON: a text in quotes.")
        return
    if head.split("\t") != list(columns):
        text = f"The columns are {', '.join(columns)}, not {', '.join(head.split(chr(9)))}."
        yield Fault(name, 1, "", text, "Correct the head, or the query.")
        return
    found: list[Row] = list(rows)
    for position, (line, row) in enumerate(expected):
        candidates = found[position : position + 1] if ordered else found
        match = next((other for other in candidates if _same(row, other)), None)
        if match is None:
            place = f" as row {position + 1}" if ordered else ""
            text = f"This row does not come{place}."
            yield Fault(name, line, "", text, f"Correct it, or the pack; {came}")
            return
        if not ordered:
            found.remove(match)
    if len(rows) > len(expected):
        text = f"{query} gives {len(rows)} rows, and {len(expected)} are expected."
        yield Fault(name, 1, "", text, f"Correct the rows, or the pack; {came}")


def _cells(line: str) -> tuple[object, ...]:
    return tuple(json.loads(cell) for cell in line.split("\t"))


def _same(left: Row, right: Row) -> bool:
    return len(left) == len(right) and all(
        math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-12)
        if isinstance(a, (int, float)) and isinstance(b, (int, float))
        else a == b
        for a, b in zip(left, right, strict=True)
    )


def _is_safe(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve()) and not path.is_symlink()
