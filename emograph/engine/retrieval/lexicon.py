"""The names that a question may use: emotions of every scheme, and concepts with their kinds."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from functools import cached_property

from emograph.engine.retrieval.query import Thing
from emograph.errors import KnowledgeError
from emograph.kg.concepts import Concept
from emograph.kg.graph import KnowledgeGraph
from emograph.kg.terms import PREFIXES

_SUGGESTED = 4


class Lexicon:
    """Looks names up in a graph; capitals, underscores and the plural do not matter."""

    def __init__(self, graph: KnowledgeGraph) -> None:
        self._graph = graph

    def emotion(self, name: str) -> str | None:
        """The label of the emotion of that name, in whichever scheme; None where there is none.

        A label comes before another emotion's further word: ``calm`` is called contentment.
        """
        named = plain(name)
        return self._labels.get(named) or self._words.get(named)

    def felt(self, text: str) -> dict[str, int]:
        """The emotions that words of a text name, and how many do, such as ``lonely``."""
        words = plain(text).split()
        counts: dict[str, int] = {}
        spoken = {" ".join(words[i : i + n]) for n in (1, 2, 3) for i in range(len(words) - n + 1)}
        for word in sorted(spoken):
            label = self.emotion(word)
            if label is not None:
                counts[label] = counts.get(label, 0) + 1
        return counts

    def shares(self, asked: dict[str, float], scheme: str) -> dict[str, float]:
        """A mixture of emotions, told in a scheme by the graph's mappings; adds up to 1.

        `asked` are weights by label.
        """
        target = self._graph.scheme(scheme)
        shares = dict.fromkeys(target.labels, 0.0)
        total = sum(asked.values())
        for label, weight in asked.items():
            if label in shares:
                shares[label] += weight / total
                continue
            source = self._graph.scheme(self._scheme_of[label])
            row = self._graph.mapping(source.name, scheme)[source.labels.index(label)]
            for other, part in zip(target.labels, row, strict=True):
                shares[other] += weight / total * float(part)
        return {label: share for label, share in shares.items() if share > 0}

    def thing(self, name: str) -> Thing | None:
        """The concepts of a name, or of an IRI, with all their kinds; None where there are none."""
        iri = _iri(name)
        if iri is not None:
            known = self._by_iri.get(iri)
            return None if known is None else Thing(known.label, self._kinds({iri}))
        for form in forms(name):
            for names in (self._called, self._also_called):
                if form in names:
                    called = _bare(" ".join(name.replace("_", " ").split()))
                    return Thing(called, self._kinds(names[form]))
        return None

    def close_emotions(self, name: str) -> list[str]:
        """Emotions that are written like a name."""
        known = sorted({*self._labels, *self._words})
        found = difflib.get_close_matches(plain(name), known, _SUGGESTED, 0.6)
        return list(dict.fromkeys(self._labels.get(n) or self._words[n] for n in found))

    def close_things(self, name: str) -> list[str]:
        """Labels of concepts that are written like a name."""
        return difflib.get_close_matches(plain(name), sorted(self._called), _SUGGESTED, 0.6)

    def _kinds(self, iris: set[str]) -> frozenset[str]:
        """Concepts and all that are narrower."""
        found: set[str] = set()
        waiting = list(iris)
        while waiting:
            iri = waiting.pop()
            if iri not in found:
                found.add(iri)
                waiting += self._narrower.get(iri, ())
        return frozenset(found)

    @cached_property
    def _scheme_of(self) -> dict[str, str]:
        # The schemes that photographs are explained in by default come first.
        order = sorted(self._graph.schemes(), key=lambda name: (name != "mikels", name != "ekman"))
        found: dict[str, str] = {}
        for name in order:
            for label in self._graph.scheme(name).labels:
                found.setdefault(label, name)
        return found

    @cached_property
    def _labels(self) -> dict[str, str]:
        return {plain(label): label for label in self._scheme_of}

    @cached_property
    def _words(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for name in dict.fromkeys(self._scheme_of.values()):
            scheme = self._graph.scheme(name)
            for label, words in zip(scheme.labels, scheme.words, strict=True):
                for word in words:
                    found.setdefault(plain(word), label)
        return found

    @cached_property
    def _by_iri(self) -> dict[str, Concept]:
        return {concept.iri: concept for concept in self._graph.concepts()}

    @cached_property
    def _called(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for concept in self._graph.concepts():
            found.setdefault(plain(concept.label), set()).add(concept.iri)
        return found

    @cached_property
    def _also_called(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for concept in self._graph.concepts():
            for name in concept.alt_labels:
                found.setdefault(plain(name), set()).add(concept.iri)
        return found

    @cached_property
    def _narrower(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for concept in self._graph.concepts():
            for broader in concept.broader:
                found.setdefault(broader, []).append(concept.iri)
        return found


def plain(name: str) -> str:
    """A name without capitals, hyphens and underscores.

    >>> plain("  Happy-for "), plain("palm_tree")
    ('happy for', 'palm tree')
    """
    return re.sub(r"[\W_]+", " ", name.lower()).strip()


def forms(name: str) -> Iterator[str]:
    """A name as `plain` has it, without its article, and what may be its singular.

    >>> list(forms("the ponies"))
    ['ponies', 'pony', 'poni', 'ponie']
    """
    named = _bare(plain(name))
    yield named
    for ending, stem in (("ies", "y"), ("es", ""), ("s", "")):
        if named.endswith(ending) and not named.endswith("ss") and named != ending:
            yield named.removesuffix(ending) + stem


def _bare(name: str) -> str:
    """A name without its article."""
    return re.sub(r"^(a|an|the|any) ", "", name, flags=re.IGNORECASE)


def _iri(name: str) -> str | None:
    """The IRI that a name is, in full or with a prefix; None where it is a label."""
    text = name.strip().removeprefix("<").removesuffix(">")
    if "://" in text:
        return text
    prefix, colon, rest = text.partition(":")
    if not colon or not rest:
        return None
    if prefix not in PREFIXES:
        raise KnowledgeError(
            f"There is no prefix {prefix!r} for a concept.",
            f"Use one of: {', '.join(PREFIXES)}; or give the whole IRI.",
        )
    return PREFIXES[prefix] + rest
