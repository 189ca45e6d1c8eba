"""WordNet 3.0, read from its database files: synsets, senses in order of frequency, hypernyms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from emograph.errors import KnowledgeError

Pos = Literal["n", "v", "a", "r"]

_FILES: Mapping[Pos, str] = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
# What lies above a synset: hypernym, hypernym of an instance, the attribute an adjective gives a
# value to. A satellite adjective lies below the head of its cluster (`&`).
_ABOVE = frozenset({"@", "@i", "="})
_ENDINGS: Mapping[Pos, tuple[tuple[str, str], ...]] = {
    "n": (("s", ""), ("ses", "s"), ("xes", "x"), ("zes", "z"), ("ches", "ch"), ("shes", "sh"),
          ("men", "man"), ("ies", "y")),
    "v": (("s", ""), ("ies", "y"), ("es", "e"), ("es", ""), ("ed", "e"), ("ed", ""), ("ing", "e"),
          ("ing", "")),
    "a": (("er", ""), ("est", ""), ("er", "e"), ("est", "e")),
    "r": (),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Synset:
    """One meaning: its words, most typical first, its gloss and the synsets right above it.

    `id` is offset and part of speech, such as ``02084071-n``; `supersense` is the number of the
    lexicographer file (5 is noun.animal); `above` are the ids of hypernyms and their like.
    """

    id: str
    supersense: int
    lemmas: tuple[str, ...]
    gloss: str
    above: tuple[str, ...]


class WordNet:
    """The database in one folder (``index.noun``, ``data.noun``, ``noun.exc`` …).

    Raises `KnowledgeError` where the folder has no WordNet.
    """

    def __init__(self, folder: Path) -> None:
        if not (folder / "data.noun").is_file():
            raise KnowledgeError(
                f"There is no WordNet database in {folder}.",
                "Install WordNet 3.0 (Debian: wordnet-base) and name the folder with data.noun.",
            )
        self._folder = folder

    @cached_property
    def _data(self) -> dict[Pos, bytes]:
        return {pos: (self._folder / f"data.{name}").read_bytes() for pos, name in _FILES.items()}

    @cached_property
    def _index(self) -> dict[Pos, dict[str, tuple[str, ...]]]:
        return {
            pos: dict(_index_lines(self._folder / f"index.{name}", pos))
            for pos, name in _FILES.items()
        }

    @cached_property
    def _irregular(self) -> dict[Pos, dict[str, tuple[str, ...]]]:
        tables: dict[Pos, dict[str, tuple[str, ...]]] = {}
        for pos, name in _FILES.items():
            path = self._folder / f"{name}.exc"
            rows = (
                [line.split() for line in path.read_text("utf-8").splitlines()]
                if path.is_file()
                else []
            )
            tables[pos] = {row[0]: tuple(row[1:]) for row in rows}
        return tables

    def senses(self, word: str, pos: Pos) -> tuple[str, ...]:
        """The ids of the synsets of a word, the most frequent first; none where it is unknown.

        `word` is a dictionary form; spaces stand for the underscores of the database.
        """
        return self._index[pos].get(word.lower().replace(" ", "_"), ())

    def lemmas(self, form: str, pos: Pos) -> tuple[str, ...]:
        """The dictionary forms of an inflected word that WordNet knows, the form itself first."""
        form = form.lower()
        found = [form, *self._irregular[pos].get(form, ())]
        found += [form[: -len(old)] + new for old, new in _ENDINGS[pos] if form.endswith(old)]
        return tuple(lemma for lemma in dict.fromkeys(found) if self.senses(lemma, pos))

    def synset(self, id: str) -> Synset:
        """The synset of an id; raises `KnowledgeError` where there is none."""
        offset, pos = id.split("-")
        kind: Pos = "a" if pos == "s" else pos  # type: ignore[assignment]
        data = self._data.get(kind, b"")
        start = int(offset)
        if data[start : start + 8] != offset.encode():
            raise KnowledgeError(
                f"WordNet 3.0 has no synset {id}.",
                "Correct the id, or use the database files of version 3.0.",
            )
        return _parse(data[start : data.index(b"\n", start)].decode("latin-1"))

    def named(self, name: str) -> str:
        """The id of a sense by name: lemma, part of speech, number, such as ``tower.n.1``."""
        lemma, pos, number = name.rsplit(".", 2)
        senses = self.senses(lemma, pos)  # type: ignore[arg-type]
        if not number.isdigit() or not 1 <= int(number) <= len(senses):
            raise KnowledgeError(
                f"WordNet has no sense {name}; it has {len(senses)} of {lemma!r} as {pos!r}.",
                "Correct the name in the table of senses.",
            )
        return senses[int(number) - 1]


def _index_lines(path: Path, pos: Pos) -> Iterator[tuple[str, tuple[str, ...]]]:
    for line in path.read_text("utf-8").splitlines():
        if not line.startswith(" "):
            fields = line.split()
            count = int(fields[2])
            yield fields[0], tuple(f"{offset}-{pos}" for offset in fields[-count:])


def _parse(line: str) -> Synset:
    """One line of a data file, as wndb(5WN) describes it."""
    record, _, gloss = line.partition(" | ")
    fields = record.split()
    words = int(fields[3], 16)
    lemmas = tuple(word.split("(")[0].replace("_", " ") for word in fields[4 : 4 + 2 * words : 2])
    rest = fields[4 + 2 * words :]
    pointers = [rest[1 + 4 * n : 4 + 4 * n] for n in range(int(rest[0]))]
    satellite = fields[2] == "s"
    above = [
        f"{offset}-{'a' if pos == 's' else pos}"
        for symbol, offset, pos in pointers
        if symbol in _ABOVE or (satellite and symbol == "&")
    ]
    pos = "a" if satellite else fields[2]
    return Synset(
        f"{fields[0]}-{pos}",
        int(fields[1]),
        lemmas,
        gloss.strip(),
        tuple(dict.fromkeys(above)),
    )
