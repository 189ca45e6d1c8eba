"""What is wrong with a pack: where it stands, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

_LIKENESS = 0.6


@dataclass(frozen=True, order=True, slots=True)
class Fault:
    """One fault of a pack's file, or a warning, which hinders nothing.

    `file` is relative to the pack's folder; `line` counts from 1, and is 0 where it is about the
    file as a whole; `node` is a short name, empty where no node is meant. `about` is the IRI of the
    predicate in question, if there is one.
    """

    file: str
    line: int
    node: str
    what: str
    todo: str
    warning: bool = False
    about: str = field(default="", compare=False)

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        words = [place, "warning" if self.warning else "", self.node]
        return " ".join([*(f"{word}:" for word in words if word), self.what, self.todo])


def nearest(name: str, known: Iterable[str]) -> str:
    """The name whose last part is most like that of the one given; empty where none is.

    >>> nearest("appraisal:discovry", ["appraisal:discovery", "appraisal:threat"])
    'appraisal:discovery'
    """
    short = {_end(full).casefold(): full for full in known}
    found = get_close_matches(_end(name).casefold(), short, n=1, cutoff=_LIKENESS)
    return short[found[0]] if found else ""


def _end(name: str) -> str:
    return re.split(r"[/#:]", name)[-1]
