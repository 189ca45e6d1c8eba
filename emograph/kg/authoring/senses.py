"""Which WordNet sense a label has: a rule, and a table for where the rule is wrong."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from emograph.kg.authoring.wordnet import Pos, WordNet

# Supersenses (numbers of WordNet's lexicographer files) a label of a kind should have.
_PREFERRED: Mapping[str, frozenset[int]] = {
    "scene": frozenset({6, 15, 17, 19}),  # artifact, location, natural object, phenomenon
    "object": frozenset({5, 6, 8, 13, 17, 20}),  # animal, artifact, body, food, object, plant
    "action": frozenset({4}),  # act
}
_SMALL_WORDS = frozenset(
    {"a", "an", "the", "or", "and", "on", "in", "of", "with", "through", "into"}
)


@dataclass(frozen=True, slots=True)
class Senses:
    """Finds the synsets of labels; `table` goes first.

    The table maps (kind, label) to names of senses; the kinds ``noun`` and ``verb`` are for a word
    wherever a label has it (``("verb", "playing")``).
    """

    wordnet: WordNet
    table: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)

    def of(self, kind: str, label: str) -> tuple[str, ...]:
        """The ids of the synsets right above a label, none where WordNet has no word of it.

        A noun phrase takes the longest tail that is a word (``bus interior`` → ``interior``). An
        action takes the act if the phrase names one (``bungee jumping``), else the verb it starts
        with and the noun it ends with (``playing guitar`` → play, guitar).
        """
        named = self.table.get((kind, label))
        if named is not None:
            return tuple(self.wordnet.named(name) for name in named)
        words = plain(label).split()
        if kind == "action":
            return self._action(words)
        noun = self._noun(words, kind)
        return (noun,) if noun else ()

    def _action(self, words: list[str]) -> tuple[str, ...]:
        act = self._best(" ".join(words), "n", "action", strict=True)
        if act:
            return (act,)
        verb = self._best(words[0], "v", "action")
        noun = self._noun([word for word in words[1:] if word not in _SMALL_WORDS], "object")
        return tuple(id for id in (verb, noun) if id)

    def _noun(self, words: list[str], kind: str) -> str | None:
        tails = (words[start:] for start in range(len(words)))
        found = (
            self._best(join.join(tail), "n", kind) for tail in tails for join in (" ", "-", "")
        )
        return next((id for id in found if id), None)

    def _best(self, form: str, pos: Pos, kind: str, strict: bool = False) -> str | None:
        named = self.table.get(("noun" if pos == "n" else "verb", form))
        if named is not None and not strict:
            return self.wordnet.named(named[0])
        senses = [
            id for lemma in self.wordnet.lemmas(form, pos) for id in self.wordnet.senses(lemma, pos)
        ]
        fitting = [
            id for id in senses if self.wordnet.synset(id).supersense in _PREFERRED.get(kind, ())
        ]
        if fitting or strict:
            return fitting[0] if fitting else None
        return senses[0] if senses else None


def plain(label: str) -> str:
    """A label as a person writes it: lower case, no underscores, brackets or second names.

    >>> plain("shooting goal (soccer)"), plain("bakery/shop"), plain("Kitchen & dining room table")
    ('shooting goal', 'bakery', 'kitchen and dining room table')
    """
    text = re.sub(r"\(.*?\)", " ", label.lower()).split("/")[0]
    return " ".join(text.replace("&", " and ").replace("_", " ").split())


def read_table(path: Path) -> dict[tuple[str, str], tuple[str, ...]]:
    """The table of senses: columns kind, label, senses (such as ``tower.n.1``, blanks between)."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t")
        return {(row["kind"], row["label"]): tuple(row["senses"].split()) for row in rows}
