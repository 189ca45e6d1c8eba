"""Appraisals: the ways to judge what one sees, from which emotions arise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from emograph.kg import terms
from emograph.kg.stores import Pairs, number

DIMENSIONS = (
    "novelty",
    "pleasantness",
    "goalConduciveness",
    "copingPotential",
    "normCompatibility",
)


@dataclass(frozen=True, slots=True)
class Appraisal:
    """A pattern of appraisal after Scherer and Ortony, Clore and Collins.

    `dimensions` gives each of `DIMENSIONS` in -1..1. The emotions that arise are associations with
    the appraisal as their subject.
    """

    iri: str
    label: str
    alt_labels: tuple[str, ...]
    definition: str
    dimensions: Mapping[str, float]


def read_appraisals(store: Pairs) -> tuple[Appraisal, ...]:
    """All appraisals of a store, by IRI."""
    iris = sorted(
        str(subject)
        for subject, node_type in store.pairs(terms.RDF + "type")
        if node_type == terms.EMO + "Appraisal"
    )
    label = dict(store.pairs(terms.SKOS + "prefLabel"))
    definition = dict(store.pairs(terms.SKOS + "definition"))
    columns = {name: dict(store.pairs(terms.EMO + name)) for name in DIMENSIONS}
    alt: dict[str, list[str]] = {iri: [] for iri in iris}
    for subject, word in store.pairs(terms.SKOS + "altLabel"):
        if subject in alt:
            alt[str(subject)].append(str(word))
    return tuple(
        Appraisal(
            iri=iri,
            label=str(label[iri]),
            alt_labels=tuple(sorted(alt[iri])),
            definition=str(definition[iri]),
            dimensions={name: number(column[iri]) for name, column in columns.items()},
        )
        for iri in iris
    )
