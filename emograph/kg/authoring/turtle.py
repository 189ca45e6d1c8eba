"""Turtle, written so that the same knowledge always gives the same bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.\-]*[A-Za-z0-9_\-])?")
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})

Properties = Iterable[tuple[str, Sequence[str]]]
"""Predicate and objects, both as Turtle; a predicate without objects is left out."""


def text(value: str, language: str = "en") -> str:
    """A literal in a language.

    >>> text("a film")
    '"a film"@en'
    """
    return f'"{value.translate(_ESCAPES)}"@{language}'


def plain(value: str) -> str:
    """A literal without a language, as notations are."""
    return f'"{value.translate(_ESCAPES)}"'


def decimal(value: float) -> str:
    """A decimal with six digits after the point at most.

    >>> decimal(0.25), decimal(3), decimal(1 / 3)
    ('0.25', '3.0', '0.333333')
    """
    digits = f"{value:.6f}".rstrip("0")
    return digits + "0" if digits.endswith(".") else digits


class Document:
    """A Turtle document: a line that says what it is, the prefixes it uses, one block a node."""

    def __init__(self, title: str, prefixes: Mapping[str, str]) -> None:
        self._title = title
        # The longest namespace first, so that ``wn:`` wins over ``concept:``.
        self._prefixes = sorted(prefixes.items(), key=lambda item: -len(item[1]))
        self._used: set[str] = set()
        self._blocks: list[str] = []

    def iri(self, value: str) -> str:
        """An IRI, short where a prefix fits."""
        for prefix, namespace in self._prefixes:
            local = value.removeprefix(namespace)
            if value.startswith(namespace) and _LOCAL.fullmatch(local):
                self._used.add(prefix)
                return f"{prefix}:{local}"
        return f"<{value}>"

    def add(self, subject: str, node_type: str, properties: Properties) -> None:
        """Write a node: its IRI, that of its class, and predicates by short name."""
        self._write(subject, [f"a {self.iri(node_type)}", *self._lines(properties)])

    def add_to(self, subject: str, properties: Properties) -> None:
        """Say more of a node that another document is about."""
        self._write(subject, self._lines(properties))

    def _lines(self, properties: Properties) -> list[str]:
        lines = []
        for predicate, objects in properties:
            if objects:
                self._used.add(predicate.split(":")[0])
                lines.append(f"{predicate} {', '.join(objects)}")
        return lines

    def _write(self, subject: str, lines: Sequence[str]) -> None:
        self._blocks.append(f"{self.iri(subject)} " + " ;\n  ".join(lines) + " .\n")

    def __str__(self) -> str:
        known = dict(self._prefixes)
        # Literals may name a datatype by prefix, and those are in the text only.
        used = sorted(
            self._used | ({"xsd"} if any("^^xsd:" in block for block in self._blocks) else set())
        )
        head = [
            f"# {self._title}\n",
            *(f"@prefix {name}: <{known[name]}> .\n" for name in used),
            "\n",
        ]
        return "".join(head + self._blocks)
