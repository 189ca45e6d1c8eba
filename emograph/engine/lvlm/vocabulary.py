"""The words in which a vision-language model names cues: labels of the graph's concepts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from emograph.engine.lvlm.questions import NAMING
from emograph.kg.concepts import Concept

_LIGHT = frozenset({"brightness", "colorfulness", "composition"})
# WordNet's concepts are what the others are kinds of.
_ABSTRACT = "wordnet"
# Where several vocabularies have a word, the one whose concepts are counted most goes first.
_ORDER = ("emoset", "situation", "sun", "people", "fer", "photometry", "imagenet")


@dataclass(frozen=True, eq=False, slots=True)
class Words:
    """For each kind of question, the concept that each label stands for."""

    by_kind: Mapping[str, Mapping[str, Concept]]

    def labels(self, kind: str) -> tuple[str, ...]:
        """The labels that may answer a question, in alphabetical order."""
        return tuple(sorted(self.by_kind.get(kind, {})))


def words_of(concepts: Iterable[Concept]) -> Words:
    """The words for all concepts that can be seen, those of packs included.

    Light and colour are named in words, such as "very dark", that several shades share: the middle
    one stands for them.
    """
    named: dict[str, dict[str, list[Concept]]] = {kind: defaultdict(list) for kind in NAMING}
    for concept in concepts:
        kind = question_of(concept.kind)
        if kind is None or concept.vocabulary == _ABSTRACT:
            continue
        words = concept.alt_labels if kind == "light" else (concept.label,)
        for word in words:
            named[kind][word.lower()].append(concept)
    return Words(
        {
            kind: {word: _standing(found, kind) for word, found in by_word.items()}
            for kind, by_word in named.items()
            if by_word
        }
    )


def question_of(kind: str | None) -> str | None:
    """The kind of question by which a kind of cue is asked for, None where none asks for it.

    >>> question_of("brightness"), question_of("scene"), question_of(None)
    ('light', 'scene', None)
    """
    if kind in _LIGHT:
        return "light"
    return kind if kind in NAMING else None


def _standing(concepts: list[Concept], kind: str) -> Concept:
    ordered = sorted(concepts, key=lambda c: (_rank(c), c.iri))
    return ordered[(len(ordered) - 1) // 2] if kind == "light" else ordered[0]


def _rank(concept: Concept) -> int:
    return _ORDER.index(concept.vocabulary) if concept.vocabulary in _ORDER else 0
