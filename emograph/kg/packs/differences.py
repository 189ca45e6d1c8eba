"""What changed between two versions of a pack, in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import pyoxigraph as ox

from emograph.kg import terms
from emograph.kg.packs.pack import ASSOCIATIONS, TERMS, TYPE

_Said = Mapping[str, frozenset[str]]
_ENDS = tuple(terms.EMO + name for name in ("subject", "emotion", "appraisal"))
_SOURCE = terms.DCTERMS + "source"
_LONGEST = 60


def differences(old: Iterable[ox.Triple], new: Iterable[ox.Triple]) -> Iterator[str]:
    """One sentence for each term or association that came, went or changed; none if all is equal.

    Associations are told apart by what they join and their source, whatever their IRIs are.
    """
    before, after = _nodes(old), _nodes(new)
    for node in sorted({*before, *after}):
        if node not in before:
            yield f"added {node}{_weight(after[node])}"
        elif node not in after:
            yield f"removed {node}{_weight(before[node])}"
        else:
            yield from _changes(node, before[node], after[node])


def _changes(node: str, before: _Said, after: _Said) -> Iterator[str]:
    for predicate in sorted({*before, *after}):
        gone = before.get(predicate, frozenset()) - after.get(predicate, frozenset())
        came = after.get(predicate, frozenset()) - before.get(predicate, frozenset())
        if gone and came:
            yield f"changed {node}: {predicate} from {_listed(gone)} to {_listed(came)}"
        elif gone:
            yield f"changed {node}: {predicate} no longer {_listed(gone)}"
        elif came:
            yield f"changed {node}: {predicate} now also {_listed(came)}"


def _nodes(triples: Iterable[ox.Triple]) -> dict[str, _Said]:
    """What is said of each term and association, by readable name and predicate."""
    said: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for triple in triples:
        subject, value = triple.subject, triple.object
        if isinstance(subject, ox.NamedNode) and isinstance(value, ox.NamedNode | ox.Literal):
            said[subject.value][triple.predicate.value].add(value.value)
    known = TERMS | ASSOCIATIONS | {terms.OWL + "Ontology"}
    return {
        _name(node, about): {short(p): frozenset(values) for p, values in about.items()}
        for node, about in said.items()
        if about[TYPE] & known
    }


def _name(node: str, about: Mapping[str, set[str]]) -> str:
    if not about.get(TYPE, set()) & ASSOCIATIONS:
        return short(node)
    ends = " with ".join(short(min(about[end])) for end in _ENDS if about.get(end))
    source = f" by {short(min(about[_SOURCE]))}" if about.get(_SOURCE) else ""
    return f"association of {ends}{source}"


def short(iri: str) -> str:
    """An IRI with the prefix that queries may use, a pack's own without its address."""
    packs = terms.BASE + "pack/"
    if iri.startswith(packs):
        return iri.removeprefix(packs)
    fitting = [(len(base), name) for name, base in terms.PREFIXES.items() if iri.startswith(base)]
    if not fitting:
        return iri
    length, name = max(fitting)
    return f"{name}:{iri[length:]}"


def _weight(said: _Said) -> str:
    probability = said.get("emo:probability")
    return f" (probability {min(probability)})" if probability else ""


def _listed(values: Iterable[str]) -> str:
    texts = [short(value) for value in sorted(values)]
    cut = [text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…" for text in texts]
    return ", ".join(f'"{text}"' if " " in text else text for text in cut)
