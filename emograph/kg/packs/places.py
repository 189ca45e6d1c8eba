"""Where in a Turtle document each triple stands, which parsers do not tell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
    \#[^\n\r]* | \s+
    | (?P<term>
        (?: \"{3}(?:[^"\\]|\\.|\"(?!\"\"))*\"{3} | '{3}(?:[^'\\]|\\.|'(?!''))*'{3}
          | \"(?:[^"\\\n\r]|\\.)*\" | '(?:[^'\\\n\r]|\\.)*' )
        (?: @[A-Za-z0-9-]+ | \s*\^\^\s*(?:<[^>\s]*> | (?:[^\s<>"'\[\]();,.]|\.(?=\w))+) )?
      | <[^<>"{}|^`\\\s]*>
      | [+-]?(?:\d+\.?\d*|\.\d+)[eE][+-]?\d+ | [+-]?\d*\.?\d+
      | (?:[^\s<>"'\[\]();,.\\]|\\.|\.+(?=[^\s<>"'\[\]();,.]))+
      )
    | (?P<sign>[\[\]();,.])
    """,
    re.VERBOSE | re.DOTALL,
)
_DIRECTIVES = {"@prefix": 3, "@base": 2, "prefix": 2, "base": 1}  # words after it, "." included
_DEEPEST = 50


@dataclass(frozen=True, slots=True)
class Place:
    """The lines, from 1, on which a triple's subject, predicate and object begin."""

    subject: int
    predicate: int
    object: int


def places(turtle: str) -> list[Place]:
    r"""A place for each triple of a well-formed document, in the order in which parsers give them.

    A parser gives a triple when its object is read, so what is inside brackets comes first. Empty
    where brackets are nested too deep to follow, or where the document is not well formed.

    >>> places("@prefix a: <urn:a#> .\na:s a:p a:o ,\n  [ a:q 1 ] .")[2]
    Place(subject=2, predicate=2, object=3)
    """
    try:
        return _Reading(turtle).document()
    except (_LostError, StopIteration):
        return []


class _LostError(Exception):
    pass


class _Reading:
    def __init__(self, turtle: str) -> None:
        self._tokens = list(_tokens(turtle))
        self._next = 0
        self._depth = 0
        self._found: list[Place] = []

    def document(self) -> list[Place]:
        while self._next < len(self._tokens):
            words = _DIRECTIVES.get(self._look().lower())
            if words is not None:
                self._next += words + 1
                continue
            line = self._line()
            bracketed = self._look() == "["
            if self._look() == "(":
                self._collection(None)
            else:
                self._node()
            if not (bracketed and self._look() == "."):
                self._properties(line)
            self._take(".")
        return self._found

    def _properties(self, subject: int) -> None:
        while self._look() not in (".", "]"):
            if self._look() == ";":
                self._take()
                continue
            predicate = self._line()
            self._take()
            while True:
                start = Place(subject, predicate, self._line())
                if self._look() == "(":
                    self._collection(start)
                else:
                    self._object(start)
                if self._look() != ",":
                    break
                self._take()

    def _object(self, place: Place) -> None:
        self._node()
        # A text may go on with its language, so a parser gives it when the next sign is read.
        late = (
            self._tokens[self._next - 1][0] == "]" and self._tokens[self._next - 2][0][-1] in "\"'"
        )
        self._found.insert(len(self._found) - late, place)

    def _node(self) -> None:
        """A term, or what stands in square brackets."""
        line = self._line()
        if self._take() == "[":
            self._deeper()
            self._properties(line)
            self._depth -= 1
            self._take("]")

    def _collection(self, link: Place | None) -> None:
        self._deeper()
        line = self._line()
        self._take("(")
        while self._look() != ")":
            item = Place(line, line, self._line())
            links = [] if link is None else [link]
            link = item
            if self._look()[0] not in "([\"'":
                self._node()
                self._found += [item, *links]
                continue
            self._found += links
            if self._look() == "(":
                self._collection(item)
            else:
                self._object(item)
        self._take(")")
        if link is not None:
            self._found.append(link)
        self._depth -= 1

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _LostError

    def _look(self) -> str:
        if self._next >= len(self._tokens):
            raise _LostError
        return self._tokens[self._next][0]

    def _line(self) -> int:
        return self._tokens[self._next][1]

    def _take(self, expected: str = "") -> str:
        word = self._look()
        if expected and word != expected:
            raise _LostError
        self._next += 1
        return word


def _tokens(turtle: str) -> Iterator[tuple[str, int]]:
    line, position = 1, 0
    while position < len(turtle):
        match = _TOKEN.match(turtle, position)
        if match is None:
            raise _LostError
        if match["term"] or match["sign"]:
            yield match[0], line
        line += match[0].count("\n")
        position = match.end()
