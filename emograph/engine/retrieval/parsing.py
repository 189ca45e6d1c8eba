"""Reads a question: emotions with weights, words, and what must or must not be seen.

An emotion may stand alone, in a list, and with a weight: ``awe``, ``awe, fear``, ``awe 0.7, fear
0.3``. After it, ``with``, ``and`` and ``without`` (or ``not``) join a concept: ``awe without
mountain``. ``cue:NAME`` and ``concept:IRI`` mean a concept wherever they stand, and ``words:"…"``
means words whatever they are. All else is words, in which ``without NAME`` still leaves out.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from emograph.errors import EmographError

LONGEST = 1_000
"""The characters that a question may have."""

_MARKED = re.compile(
    r"(?:\b(?:and|but|with)\s+)?(?:\b(?P<not>without|not|no)\s+)?"
    r'\b(?P<mark>cue|concept|words):(?:"(?P<quoted>[^"]*)"|(?P<bare>[^\s,"]+))',
    re.IGNORECASE,
)
_JOINS = re.compile(r"\b(without|with|and|but|not)\b", re.IGNORECASE)
_WEIGHED = re.compile(r"(?P<name>.*?[^\s:=])\s*[\s:=]\s*(?P<number>\d*\.?\d+)\s*(?P<percent>%?)")


class Names(Protocol):
    """What a reader has to know of the graph; `emograph.engine.retrieval.lexicon` has it."""

    def emotion(self, name: str) -> str | None:
        """The label of the emotion of that name."""
        ...

    def thing(self, name: str) -> object | None:
        """What stands for a concept of that name."""
        ...

    def close_emotions(self, name: str) -> list[str]:
        """Emotions that are written like a name."""
        ...

    def close_things(self, name: str) -> list[str]:
        """Concepts that are written like a name."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was understood; ``str()`` gives its canonical form, which reads the same.

    `emotions` are shares by label that add up to 1; `seen` and `unseen` names or IRIs of concepts.
    """

    emotions: Mapping[str, float] = field(default_factory=dict)
    words: str = ""
    seen: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()

    def __str__(self) -> str:
        mixture = ", ".join(f"{label} {share:.6g}" for label, share in self.emotions.items())
        words = f'words:"{self.words}"' if self.words else ""
        seen = [_marked(name) for name in self.seen]
        unseen = [f"without {_marked(name)}" for name in self.unseen]
        return " ".join(part for part in (mixture, words, *seen, *unseen) if part)


def read_question(text: str, names: Names) -> Asked:
    """Understand a question; raises `EmographError` where it names what the graph does not have.

    It raises nothing else, whatever the text is.
    """
    if len(text) > LONGEST:
        raise EmographError(f"The question has {len(text)} characters.", f"Use at most {LONGEST}.")
    reader = _Reader(names)
    rest = _MARKED.sub(reader.marked, " ".join(text.split()))
    for part in rest.replace('"', " ").split(","):
        reader.part(part.strip())
    return reader.asked()


class _Reader:
    def __init__(self, names: Names) -> None:
        self._names = names
        self._weights: dict[str, float] = {}
        self._words: list[str] = []
        self._seen: list[str] = []
        self._unseen: list[str] = []

    def asked(self) -> Asked:
        total = sum(self._weights.values())
        if self._weights and not total > 0:
            raise EmographError(
                "The weights of the emotions add up to nothing.", "Give one of them more than 0."
            )
        return Asked(
            {label: weight / total for label, weight in self._weights.items() if weight > 0},
            ", ".join(" ".join(word.split()) for word in self._words if word.strip()),
            tuple(dict.fromkeys(self._seen)),
            tuple(dict.fromkeys(self._unseen)),
        )

    def marked(self, match: re.Match[str]) -> str:
        """Take out what is marked, such as ``cue:Flood``; what is left is read after."""
        value = " ".join((match["bare"] if match["quoted"] is None else match["quoted"]).split())
        if match["mark"].lower() == "words":
            self._words.append(value)
            # A word before it, such as "not", is no condition but stays a word.
            return f"{match[0][: match.start('mark') - match.start()]}, "
        name = value if match["mark"].lower() == "concept" else value.replace("_", " ")
        self._condition(name, wanted=match["not"] is None)
        return " "

    def part(self, text: str) -> None:
        """Read what stands between two commas."""
        head, *joined = [piece.strip() for piece in _JOINS.split(text)]
        felt = self._emotion(head)
        words = [] if felt else [head]
        for join, name in zip(joined[::2], joined[1::2], strict=True):
            if not self._joined(join.lower(), name, felt=felt, opens=not head):
                words += [name] if felt else [join, name]
        self._words.append(" ".join(word for word in words if word))

    def _joined(self, join: str, name: str, *, felt: bool, opens: bool) -> bool:
        """Whether it is no words: nothing, a condition, or after an emotion a further one."""
        if not name:
            return felt or join == "without"
        if join == "without" or (join == "not" and felt):
            self._condition(name, wanted=False)
            return True
        if join == "and" and felt and self._emotion(name):
            return True
        if self._names.thing(name) is None:
            return False
        if join == "not":
            self._unseen.append(name)
            return True
        if felt or opens:
            self._seen.append(name)
        return felt or opens

    def _condition(self, name: str, *, wanted: bool) -> None:
        if not name or self._names.thing(name) is None:
            close = self._names.close_things(name) if name else []
            raise EmographError(
                f"The graph has no concept {name[:80]!r}.",
                f"Did you mean {' or '.join(close)}?"
                if close
                else "Name what can be seen, such as cue:mountain.",
            )
        (self._seen if wanted else self._unseen).append(name)

    def _emotion(self, text: str) -> bool:
        """Whether it is an emotion, perhaps with a weight, which is then asked for."""
        name, weight = _weighed(text)
        label = self._names.emotion(name)
        if label is None:
            if weight is not None and weight <= 1.0 and re.fullmatch(r"[^\W\d_]+", name):
                close = self._names.close_emotions(name) or ["awe 0.7, fear 0.3"]
                raise EmographError(
                    f"There is no emotion {name[:80]!r}.", f"Did you mean {' or '.join(close)}?"
                )
            return False
        self._weights[label] = self._weights.get(label, 0.0) + (1.0 if weight is None else weight)
        return True


def _weighed(text: str) -> tuple[str, float | None]:
    """The name and the weight of ``awe 0.7`` or ``awe 70%``; no weight where there is none.

    >>> _weighed("awe 70%"), _weighed("awe"), _weighed("awe: 0.2")
    (('awe', 0.7), ('awe', None), ('awe', 0.2))
    """
    match = _WEIGHED.fullmatch(text)
    if match is None:
        return text, None
    number = float(match["number"]) / (100.0 if match["percent"] else 1.0)
    return (match["name"], number) if math.isfinite(number) else (text, None)


def _marked(name: str) -> str:
    mark = "concept" if ":" in name else "cue"
    return f'{mark}:"{name}"'
