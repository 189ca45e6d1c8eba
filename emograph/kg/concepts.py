"""The concepts of the graph as Python has them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from emograph.kg import terms
from emograph.kg.stores import Pairs


@dataclass(frozen=True, slots=True)
class Concept:
    """Something that a cue can stand for, or that such concepts are kinds of.

    `kind` is the kind of cue that shows it, None for what is too abstract to be seen; `broader` are
    IRIs, in order; `notation` is how the vocabulary writes it, such as ``emoset:object:Dog``.
    """

    iri: str
    label: str
    alt_labels: tuple[str, ...]
    kind: str | None
    vocabulary: str
    definition: str
    broader: tuple[str, ...]
    notation: str


def read_concepts(store: Pairs) -> tuple[Concept, ...]:
    """All concepts of a store, by IRI."""
    iris = sorted(
        str(subject)
        for subject, node_type in store.pairs(terms.RDF + "type")
        if node_type == terms.EMO + "Concept"
    )
    label = _values(store, terms.SKOS + "prefLabel")
    alt = _values(store, terms.SKOS + "altLabel")
    kind = _values(store, terms.EMO + "kind")
    vocabulary = _values(store, terms.EMO + "vocabulary")
    definition = _values(store, terms.SKOS + "definition")
    broader = _values(store, terms.SKOS + "broader")
    notation = _values(store, terms.SKOS + "notation")
    return tuple(
        Concept(
            iri=iri,
            label=_first(label, iri),
            alt_labels=tuple(sorted(alt.get(iri, ()))),
            kind=_named(notation, _first(kind, iri), terms.kind("")) or None,
            vocabulary=_named(notation, _first(vocabulary, iri), terms.vocabulary("")),
            definition=_first(definition, iri),
            broader=tuple(sorted(broader.get(iri, ()))),
            notation=_first(notation, iri),
        )
        for iri in iris
    )


def _values(store: Pairs, predicate: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for subject, value in store.pairs(predicate):
        found[str(subject)].append(str(value))
    return found


def _named(notation: dict[str, list[str]], iri: str, namespace: str) -> str:
    """How a kind or a vocabulary is called: packs have theirs in namespaces of their own."""
    return _first(notation, iri) or iri.removeprefix(namespace)


def _first(values: dict[str, list[str]], iri: str) -> str:
    """The one value, or the first of several in order; empty where a pack leaves it out."""
    return min(values[iri]) if iri in values else ""
