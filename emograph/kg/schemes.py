"""Emotion schemes, and the weighted mappings between them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from emograph.errors import KnowledgeError
from emograph.kg import terms
from emograph.kg.stores import GraphStore, number


@dataclass(frozen=True)
class EmotionScheme:
    """A closed list of emotions, in the order in which every array over them is.

    `iris` belong to `labels` one by one, and so do `valence`, `arousal` and `dominance`, each an
    array in -1..1. `words` are further names of each emotion, `definitions` say what it is.
    """

    name: str
    label: str
    labels: tuple[str, ...]
    iris: tuple[str, ...]
    definitions: tuple[str, ...]
    words: tuple[tuple[str, ...], ...]
    valence: NDArray[np.float64] = field(compare=False)
    arousal: NDArray[np.float64] = field(compare=False)
    dominance: NDArray[np.float64] = field(compare=False)


def read_schemes(store: GraphStore) -> dict[str, EmotionScheme]:
    """All schemes of a store by name, in the order of their names."""
    members: dict[str, list[str]] = {}
    for emotion, scheme in store.pairs(terms.EMO + "scheme"):
        members.setdefault(str(scheme), []).append(str(emotion))
    order = _column(store, "order")
    text = {name: dict(store.pairs(terms.SKOS + name)) for name in ("prefLabel", "definition")}
    words: dict[str, list[str]] = {}
    for subject, word in store.pairs(terms.SKOS + "altLabel"):
        words.setdefault(str(subject), []).append(str(word))
    axes = {name: _column(store, name) for name in ("valence", "arousal", "dominance")}
    schemes = {}
    for scheme, emotions in sorted(members.items()):
        iris = tuple(sorted(emotions, key=lambda iri: order[iri]))
        name = scheme.removeprefix(terms.scheme(""))
        schemes[name] = EmotionScheme(
            name=name,
            label=str(text["prefLabel"][scheme]),
            labels=tuple(iri.rsplit("/", 1)[1] for iri in iris),
            iris=iris,
            definitions=tuple(str(text["definition"][iri]) for iri in iris),
            words=tuple(tuple(sorted(words.get(iri, ()))) for iri in iris),
            **{axis: _frozen([column[iri] for iri in iris]) for axis, column in axes.items()},
        )
    return schemes


def read_mapping(
    store: GraphStore, source: EmotionScheme, target: EmotionScheme
) -> NDArray[np.float64]:
    """Weights from the emotions of a scheme (rows, adding up to 1) to those of another (columns).

    A distribution over `source` times this is one over `target`. From a scheme to itself it is the
    identity. Raises `KnowledgeError` where the graph has no such mapping.
    """
    if source.name == target.name:
        return _frozen(np.eye(len(source.labels)))
    rows = {iri: row for row, iri in enumerate(source.iris)}
    columns = {iri: column for column, iri in enumerate(target.iris)}
    ends = dict(store.pairs(terms.EMO + "to"))
    weights = _column(store, "weight")
    matrix = np.zeros((len(rows), len(columns)))
    for node, start in store.pairs(terms.EMO + "from"):
        if start in rows and ends[node] in columns:
            matrix[rows[str(start)], columns[str(ends[node])]] += weights[str(node)]
    if not matrix.any():
        raise KnowledgeError(
            f"The graph has no mapping from the scheme {source.name} to {target.name}.",
            "Add emo:Mapping nodes for it, or go through a scheme that has one to both.",
        )
    return _frozen(matrix)


def _column(store: GraphStore, name: str) -> dict[str, float]:
    return {str(subject): number(value) for subject, value in store.pairs(terms.EMO + name)}


def _frozen(values: object) -> NDArray[np.float64]:
    array = np.array(values, dtype=np.float64)
    array.flags.writeable = False
    return array
