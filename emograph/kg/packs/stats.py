"""Figures of a body of knowledge: how many concepts and associations, how deep, how complete."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from emograph.kg import terms
from emograph.kg.associations import read_associations
from emograph.kg.concepts import Concept, read_concepts
from emograph.kg.stores import GraphStore


@dataclass(frozen=True, slots=True)
class Stats:
    """How much there is, by name and largest first.

    `depth` is the most steps upwards from a concept; `covered` and `inherited` are the shares 0..1
    of concepts that can be seen of which something is said themselves, and of those above them.
    """

    concepts: int
    by_kind: Mapping[str, int]
    by_vocabulary: Mapping[str, int]
    associations: int
    by_source: Mapping[str, int]
    covered: float
    inherited: float
    depth: int


def stats(store: GraphStore, base: str = "") -> Stats:
    """Figures of all that a store knows, or of the concepts and sources below an IRI."""
    everything = read_concepts(store)
    concepts = [concept for concept in everything if concept.iri.startswith(base)]
    above = {concept.iri: concept.broader for concept in everything}
    tables = (read_associations(store), read_associations(store, to="appraisal"))
    own = {concept.iri for concept in concepts}
    rows = [
        (subject, source)
        for table in tables
        for subject, source in zip(table.subjects, table.sources, strict=True)
        if not base or subject in own or source.startswith(base)
    ]
    said = {subject for table in tables for subject in table.subjects}
    return Stats(
        concepts=len(concepts),
        by_kind=_counted([concept.kind or "no kind" for concept in concepts]),
        by_vocabulary=_counted([concept.vocabulary or "none" for concept in concepts]),
        associations=len(rows),
        by_source=_counted([_last(source) for _, source in rows]),
        covered=_share(concepts, dict.fromkeys(above, ()), said),
        inherited=_share(concepts, above, said),
        depth=max((_depth(concept.iri, above) for concept in concepts), default=0),
    )


def _share(
    concepts: Sequence[Concept], above: Mapping[str, Sequence[str]], said: set[str]
) -> float:
    seen = [concept for concept in concepts if concept.kind]
    known = sum(any(said & level for level in _levels(c.iri, above)) for c in seen)
    return known / len(seen) if seen else 0.0


def _depth(iri: str, above: Mapping[str, Sequence[str]]) -> int:
    return len(_levels(iri, above)) - 1


def _levels(iri: str, above: Mapping[str, Sequence[str]]) -> list[set[str]]:
    """A concept, the ones above it, those above them and so on, each once."""
    levels, met = [{iri}], {iri}
    while True:
        higher = {parent for node in levels[-1] for parent in above.get(node, ())} - met
        if not higher:
            return levels
        levels.append(higher)
        met |= higher


def _counted(names: Sequence[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items(), key=lambda item: (-item[1], item[0])))


def _last(iri: str) -> str:
    return iri.removeprefix(terms.source("")).rsplit("/", 1)[-1] or "no source"
