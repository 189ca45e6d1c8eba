"""Digests of named graphs: equal where the graphs are, whatever their blank nodes are called."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable

import pyoxigraph as ox

from emograph.kg.projection.values import Term


def digest(quads: Iterable[ox.Quad]) -> str:
    """The sha256 of a named graph's sorted N-Quads, in hexadecimal.

    Blank nodes are told apart by what is said of them. Where that leaves some alike, their labels
    count too: such a graph may have another digest when it is read anew, but never the digest of
    another graph. So it takes little time, which canonical labels do not for every graph.
    """
    lines: list[str] = []
    blank: list[ox.Quad] = []
    for quad in quads:
        line = str(quad)
        if "_:" in line and _blanks(quad):
            blank.append(quad)
        else:
            lines.append(line)
    if blank:
        colours = _colours(blank)
        if len(set(colours.values())) < len(colours):
            lines += colours
        lines += (_spell(quad, colours) for quad in blank)
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def _colours(quads: list[ox.Quad]) -> dict[str, str]:
    """A colour for each blank node, refined by those of its neighbours until no more differ."""
    about: defaultdict[str, list[ox.Quad]] = defaultdict(list)
    for quad in quads:
        for label in _blanks(quad):
            about[label].append(quad)
    colours = dict.fromkeys(about, "")
    while True:
        refined = {
            label: _hash(sorted(_spell(quad, colours, label) for quad in found))
            for label, found in about.items()
        }
        if len(set(refined.values())) == len(set(colours.values())):
            return refined
        colours = refined


def _blanks(quad: ox.Quad) -> set[str]:
    found: set[str] = set()
    for term in (quad.subject, quad.object, quad.graph_name):
        _gather(term, found)
    return found


def _gather(term: Term | ox.DefaultGraph, found: set[str]) -> None:
    if isinstance(term, ox.BlankNode):
        found.add(str(term))
    elif isinstance(term, ox.Triple):
        _gather(term.subject, found)
        _gather(term.object, found)


def _spell(quad: ox.Quad, colours: dict[str, str], this: str = "") -> str:
    terms = (quad.subject, quad.predicate, quad.object, quad.graph_name)
    return " ".join(_spell_term(term, colours, this) for term in terms)


def _spell_term(term: Term | ox.DefaultGraph, colours: dict[str, str], this: str) -> str:
    if isinstance(term, ox.BlankNode):
        return "_:this" if str(term) == this else f"_:{colours[str(term)]}"
    if isinstance(term, ox.Triple):
        parts = (term.subject, term.predicate, term.object)
        return " ".join(("<<(", *(_spell_term(part, colours, this) for part in parts), ")>>"))
    return str(term)


def _hash(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
