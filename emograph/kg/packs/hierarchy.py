"""Checks how a pack's concepts hang together: what is above them, and whether they can be seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from emograph.kg import terms
from emograph.kg.packs.faults import Fault
from emograph.kg.packs.pack import ASSOCIATIONS, Pack
from emograph.kg.packs.surroundings import Surroundings

_BROADER = terms.SKOS + "broader"
_KIND = terms.EMO + "kind"
_CONCEPT = terms.EMO + "Concept"
_LABEL = terms.SKOS + "prefLabel"
_LINKS = ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch", "broader")

NAMED_KINDS = ("scene", "object", "action")
"""The kinds that are named by how near an image lies to a text; others have their own detectors."""


def hierarchy_faults(pack: Pack, known: Surroundings) -> Iterator[Fault]:
    """Cycles, and warnings of concepts that no image shows or that are there already."""
    above: dict[str, tuple[str, ...]] = dict(known.above)
    for node in pack.nodes:
        own = tuple(value.value for value in pack.values(node, _BROADER))
        if own:
            above[node] = (*above.get(node, ()), *own)
    yield from _cycles(pack, above)
    yield from _unseeable(pack, known, above)
    yield from _doubles(pack, known)


def _cycles(pack: Pack, above: Mapping[str, Sequence[str]]) -> Iterator[Fault]:
    told: set[str] = set()
    for node in pack.nodes:
        for value in pack.values(node, _BROADER):
            path = _path(value.value, node, above)
            if path and not told & set(path):
                told |= set(path)
                names = " → ".join(pack.short(iri) for iri in (node, *path))
                text = f"The concept is above itself: {names}."
                todo = "Remove one skos:broader of these."
                yield pack.fault(node, _BROADER, text, todo, value.value)


def _path(start: str, goal: str, above: Mapping[str, Sequence[str]]) -> list[str]:
    """A shortest way upwards from start to goal, both included; empty where there is none."""
    came: dict[str, str] = {start: ""}
    level = [start]
    while level and goal not in came:
        below, level = level, []
        for node in below:
            for higher in above.get(node, ()):
                if higher not in came:
                    came[higher] = node
                    level.append(higher)
    path = [goal] if goal in came else []
    while path and came[path[-1]]:
        path.append(came[path[-1]])
    return path[::-1]


def _unseeable(
    pack: Pack, known: Surroundings, above: Mapping[str, Sequence[str]]
) -> Iterator[Fault]:
    below: dict[str, list[str]] = defaultdict(list)
    for node, higher in above.items():
        for iri in higher:
            below[iri].append(node)
    for node in pack.of_type(_CONCEPT):
        for value in pack.values(node, _KIND):
            name = value.value.removeprefix(terms.kind(""))
            is_kind = value.value in known.types or value.value in pack.nodes
            if name not in NAMED_KINDS and is_kind:
                text = f"No detector names concepts of the kind {pack.short(value.value)}."
                todo = f"Use {', '.join(f'kind:{kind}' for kind in NAMED_KINDS)} if it can be seen."
                yield pack.fault(node, _KIND, text, todo, value.value, warning=True)
    told: set[str] = set()
    for node in pack.of_type(*ASSOCIATIONS):
        for value in pack.values(node, terms.EMO + "subject"):
            subject = value.value
            types = pack.types(subject) | known.types.get(subject, frozenset())
            if _CONCEPT in types and subject not in told and not _seen(pack, known, subject, below):
                told.add(subject)
                name = pack.short(subject)
                text = f"No image shows {name}: neither it nor what is below has a kind."
                todo = "Give it an emo:kind, or put concepts that have one below it."
                yield pack.fault(node, terms.EMO + "subject", text, todo, subject, warning=True)


def _seen(
    pack: Pack, known: Surroundings, concept: str, below: Mapping[str, Sequence[str]]
) -> bool:
    queue, met = [concept], {concept}
    while queue:
        node = queue.pop()
        if node in known.kinds or pack.values(node, _KIND):
            return True
        fresh = [n for n in below.get(node, ()) if n not in met]
        met.update(fresh)
        queue += fresh
    return False


def _doubles(pack: Pack, known: Surroundings) -> Iterator[Fault]:
    """Concepts of one name and kind, which detectors cannot tell apart."""
    links: dict[str, set[str]] = defaultdict(set)
    for _, (subject, _, value) in pack.alignments:
        links[subject].add(value.value)
    own: dict[tuple[str, str], str] = {}
    for node in pack.of_type(_CONCEPT):
        for name in _LINKS:
            links[node] |= {value.value for value in pack.values(node, terms.SKOS + name)}
        for kind in pack.values(node, _KIND):
            for label in pack.values(node, _LABEL):
                key = (kind.value, label.value.casefold())
                other = own.setdefault(key, node) if key not in known.named else known.named[key]
                if other != node and other not in links[node]:
                    text = f"{pack.short(other)} has the same name and kind."
                    todo = "Link them by skos:exactMatch or skos:broader, or choose another name."
                    yield pack.fault(node, _LABEL, text, todo, label.value, warning=True)
