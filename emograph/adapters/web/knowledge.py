"""The knowledge as a person looks through it: concepts by name, packs, and the ontology's tree."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Literal

from emograph.adapters.web.http_error import HttpError
from emograph.adapters.web.nodes import TYPE, label_of
from emograph.errors import KnowledgeError
from emograph.kg import terms
from emograph.kg.concepts import Concept
from emograph.kg.digests import knowledge_graphs
from emograph.kg.graph import KnowledgeGraph
from emograph.kg.packs.installing import stored_packs, summary
from emograph.kg.packs.locate import locate_pack, shipped_packs
from emograph.kg.packs.pack import read_pack

_CLASS = terms.OWL + "Class"
_SCHEME = terms.EMO + "EmotionScheme"
_VOCABULARY = terms.EMO + "Vocabulary"
_CONCEPT = terms.EMO + "Concept"
_DEFINITION = terms.SKOS + "definition"
_TITLE = terms.DCTERMS + "title"
_DESCRIPTION = terms.DCTERMS + "description"


@dataclass(frozen=True, slots=True)
class FoundConcept:
    """A concept that a search by name found."""

    iri: str
    label: str
    kind: str | None
    vocabulary: str
    pack: str | None


@dataclass(frozen=True, slots=True)
class PackRow:
    """A pack; it is `active` where its knowledge is served."""

    name: str
    title: str
    description: str
    version: str
    active: bool
    concepts: int


@dataclass(frozen=True, slots=True)
class Branch:
    """A root of the tree: a class, an emotion scheme or a vocabulary, and how many are of it."""

    iri: str
    label: str
    definition: str
    kind: Literal["class", "scheme", "vocabulary"]
    count: int
    pack: str | None


@dataclass(frozen=True, slots=True)
class Twig:
    """A node of the tree below its roots, and how many nodes are below it."""

    iri: str
    label: str
    definition: str
    narrower: int


class Knowledge:
    """Answers from lists that are made once for each version of the knowledge."""

    def __init__(self, graph: KnowledgeGraph) -> None:
        self._graph = graph
        self._lock = threading.Lock()
        self._lists: _Lists | None = None

    def concepts(self, words: str, limit: int) -> list[FoundConcept]:
        """Concepts whose name has the words; those that are called so, or begin so, first."""
        return self._current().search(words, limit)

    def packs(self) -> list[PackRow]:
        """The packs that are served, and those of the package that are not."""
        return self._current().packs

    def roots(self) -> list[Branch]:
        """Where the tree begins."""
        return self._current().roots

    def children(self, iri: str, offset: int, limit: int) -> list[Twig]:
        """What is right below a node; `HttpError` 404 where it is none of the tree."""
        return self._current().children(iri)[offset : offset + limit]

    def _current(self) -> _Lists:
        with self._lock:
            if self._lists is None or self._lists.version != self._graph.version:
                self._lists = _Lists(self._graph)
            return self._lists


class _Lists:
    def __init__(self, graph: KnowledgeGraph) -> None:
        self.version = graph.version
        self._graph = graph
        self._names = knowledge_graphs(graph.store)
        self._concepts = {concept.iri: concept for concept in graph.concepts()}
        self._narrower: dict[str, list[str]] = defaultdict(list)
        for concept in self._concepts.values():
            for above in concept.broader:
                self._narrower[above].append(concept.iri)
        self._types: dict[str, list[str]] = defaultdict(list)
        self._packs: dict[str, str] = {}
        packs = terms.pack_graph("")
        for name in self._names:
            for node, kind in graph.store.pairs(TYPE, name):
                self._types[str(kind)].append(str(node))
                if name.startswith(packs):
                    self._packs[str(node)] = name.removeprefix(packs)
        self._said = {
            predicate: {
                str(node): str(text)
                for name in self._names
                for node, text in graph.store.pairs(predicate, name)
            }
            for predicate in (_DEFINITION, terms.SKOS + "prefLabel")
        }

    def search(self, words: str, limit: int) -> list[FoundConcept]:
        wanted = " ".join(words.casefold().split())
        if not wanted:
            return []
        found = []
        for concept in self._concepts.values():
            names = (concept.label, *concept.alt_labels)
            rank = min(_rank(wanted, name.casefold(), i > 0) for i, name in enumerate(names))
            if rank < _NO_MATCH:
                found.append((rank, len(concept.label), concept.label, concept.iri))
        return [self._found(self._concepts[iri]) for *_, iri in sorted(found)[:limit]]

    @cached_property
    def packs(self) -> list[PackRow]:
        store = self._graph.store
        rows = []
        for name in stored_packs(store):
            told, graph = summary(store, name), terms.pack_graph(name)
            title, text = (
                min((str(value) for _, value in store.pairs(predicate, graph)), default="")
                for predicate in (_TITLE, _DESCRIPTION)
            )
            rows.append(PackRow(name, title or name, text, told.version, True, told.concepts))
        active = {row.name for row in rows}
        rows += [row for row in _shipped() if row.name not in active]
        return sorted(rows, key=lambda row: row.name)

    @cached_property
    def roots(self) -> list[Branch]:
        counts = Counter(concept.vocabulary for concept in self._concepts.values())
        branches = [
            self._branch(iri, "class", len(self._types.get(iri, ())))
            for iri in sorted(self._types.get(_CLASS, ()))
        ]
        branches += [
            self._branch(iri, "scheme", len(self._emotions(iri)))
            for iri in sorted(self._types.get(_SCHEME, ()))
        ]
        branches += [
            self._branch(iri, "vocabulary", counts[self._notation(iri)])
            for iri in sorted(self._types.get(_VOCABULARY, ()))
        ]
        return branches

    def children(self, iri: str) -> list[Twig]:
        if iri in self._concepts:
            below: Iterable[str] = self._narrower.get(iri, ())
        elif iri in self._types.get(_SCHEME, ()):
            return [self._twig(emotion) for emotion in self._emotions(iri)]
        elif iri in self._types.get(_VOCABULARY, ()):
            below = self._tops(self._notation(iri))
        elif iri == _CONCEPT:
            below = self._tops(None)
        elif iri in self._types.get(_CLASS, ()):
            below = [node for node in self._types.get(iri, ()) if node in self._labels]
        elif iri in self._labels:
            below = ()
        else:
            raise HttpError(404, "The tree has no such node. Begin at its roots.")
        return sorted((self._twig(node) for node in below), key=lambda twig: twig.label)

    @property
    def _labels(self) -> dict[str, str]:
        return self._said[terms.SKOS + "prefLabel"]

    def _tops(self, vocabulary: str | None) -> list[str]:
        """The concepts of a vocabulary, or of all, with none above them that is of it too."""
        within = {
            concept.iri
            for concept in self._concepts.values()
            if vocabulary is None or concept.vocabulary == vocabulary
        }
        return [iri for iri in within if within.isdisjoint(self._concepts[iri].broader)]

    def _emotions(self, scheme: str) -> Sequence[str]:
        name = scheme.removeprefix(terms.scheme(""))
        return self._graph.scheme(name).iris if name in self._graph.schemes() else ()

    def _notation(self, iri: str) -> str:
        """How concepts name their vocabulary."""
        return self._notations.get(iri) or iri.removeprefix(terms.vocabulary(""))

    @cached_property
    def _notations(self) -> dict[str, str]:
        vocabularies = set(self._types.get(_VOCABULARY, ()))
        return {
            str(node): str(text)
            for name in self._names
            for node, text in self._graph.store.pairs(terms.SKOS + "notation", name)
            if node in vocabularies
        }

    def _found(self, concept: Concept) -> FoundConcept:
        pack = self._packs.get(concept.iri)
        return FoundConcept(concept.iri, concept.label, concept.kind, concept.vocabulary, pack)

    def _branch(self, iri: str, kind: Literal["class", "scheme", "vocabulary"], n: int) -> Branch:
        definition = self._said[_DEFINITION].get(iri, "")
        return Branch(iri, self._label(iri), definition, kind, n, self._packs.get(iri))

    def _twig(self, iri: str) -> Twig:
        definition = self._said[_DEFINITION].get(iri, "")
        return Twig(iri, self._label(iri), definition, len(self._narrower.get(iri, ())))

    def _label(self, iri: str) -> str:
        return self._labels.get(iri) or label_of(self._graph, iri)


_NO_MATCH = 8


def _rank(wanted: str, name: str, other: bool) -> int:
    """How well a name fits, 0 best; another name than the first is a little worse."""
    if wanted == name:
        rank = 0
    elif name.startswith(wanted):
        rank = 2
    elif f" {wanted}" in name:
        rank = 4
    elif wanted in name:
        rank = 6
    else:
        return _NO_MATCH
    return rank + other


@cache
def _shipped() -> tuple[PackRow, ...]:
    """The packs of the package as they are on the disk."""
    rows = []
    for name in shipped_packs():
        try:
            pack = read_pack(locate_pack(name))
        except KnowledgeError:  # one that cannot be read is not on offer
            continue
        title, text = (
            min((node.value for node in pack.values(pack.iri, predicate)), default="")
            for predicate in (_TITLE, _DESCRIPTION)
        )
        concepts = sum(1 for _ in pack.of_type(_CONCEPT))
        rows.append(PackRow(pack.name, title or name, text, pack.version, False, concepts))
    return tuple(rows)
