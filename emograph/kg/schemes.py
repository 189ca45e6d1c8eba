"""Emotion schemes, the weighted mappings between them, and the dyads of Plutchik."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from emograph.errors import KnowledgeError
from emograph.kg import terms
from emograph.kg.stores import Pairs, number


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


@dataclass(frozen=True, slots=True)
class Dyad:
    """A blend of two basic emotions, such as love of joy and trust.

    `components` are the labels of the two; `petals` belong to them one by one, each the labels of
    a component's forms from mild to intense. `degree` is how many petals of the wheel they are
    apart: 1 primary, 2 secondary, 3 tertiary.
    """

    iri: str
    label: str
    definition: str
    degree: int
    components: tuple[str, str]
    petals: tuple[tuple[str, ...], tuple[str, ...]]

    def share(self, emotions: Mapping[str, float]) -> float:
        """How much of a distribution over the petals (label: p) could be this blend, 0..1.

        It is twice what the weaker component has, in all its forms: 1 where both have a half.
        """
        return 2.0 * min(sum(emotions[label] for label in forms) for forms in self.petals)


def read_schemes(store: Pairs) -> dict[str, EmotionScheme]:
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
            labels=tuple(_label(iri) for iri in iris),
            iris=iris,
            definitions=tuple(str(text["definition"][iri]) for iri in iris),
            words=tuple(tuple(sorted(words.get(iri, ()))) for iri in iris),
            **{axis: _frozen([column[iri] for iri in iris]) for axis, column in axes.items()},
        )
    return schemes


def read_mapping(store: Pairs, source: EmotionScheme, target: EmotionScheme) -> NDArray[np.float64]:
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


def read_dyads(store: Pairs) -> tuple[Dyad, ...]:
    """All dyads of a store, those of neighbours first, each degree in the order of the wheel."""
    order, intensity = _column(store, "order"), _column(store, "intensity")
    forms: dict[str, list[str]] = {}
    for petal, basic in store.pairs(terms.EMO + "basicEmotion"):
        forms.setdefault(str(basic), []).append(str(petal))
    components: dict[str, list[str]] = {}
    for dyad, emotion in store.pairs(terms.EMO + "component"):
        components.setdefault(str(dyad), []).append(str(emotion))
    degree = _column(store, "degree")
    text = {name: dict(store.pairs(terms.SKOS + name)) for name in ("prefLabel", "definition")}
    dyads = []
    for iri, pair in components.items():
        first, second = sorted(pair, key=lambda emotion: order[emotion])
        left, right = (
            tuple(_label(petal) for petal in sorted(forms[basic], key=lambda iri: intensity[iri]))
            for basic in (first, second)
        )
        dyads.append(
            Dyad(
                iri=iri,
                label=str(text["prefLabel"][iri]),
                definition=str(text["definition"][iri]),
                degree=int(degree[iri]),
                components=(_label(first), _label(second)),
                petals=(left, right),
            )
        )
    place = {_label(emotion): at for emotion, at in order.items() if emotion in forms}
    return tuple(sorted(dyads, key=lambda d: (d.degree, *(place[label] for label in d.components))))


def _label(iri: str) -> str:
    return iri.rsplit("/", 1)[1]


def _column(store: Pairs, name: str) -> dict[str, float]:
    return {str(subject): number(value) for subject, value in store.pairs(terms.EMO + name)}


def _frozen(values: object) -> NDArray[np.float64]:
    array = np.array(values, dtype=np.float64)
    array.flags.writeable = False
    return array
