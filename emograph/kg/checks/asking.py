"""Patterns of SPARQL over knowledge, answered by Oxigraph: rdflib takes minutes for some."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from emograph.kg.authoring.header import PREFIXES

if TYPE_CHECKING:
    from rdflib import Graph

    from emograph.kg.stores import GraphStore

Ask = Callable[[str], Iterator[Mapping[str, str]]]
"""Answers the pattern of a WHERE clause: one mapping a solution, from variable to IRI or text."""


def asker(knowledge: Graph | GraphStore) -> Ask:
    """What answers patterns over an rdflib graph or a store; prefixes of `header` are declared."""
    from pyoxigraph import QuerySolutions
    from rdflib import Graph

    solve = _copied(knowledge) if isinstance(knowledge, Graph) else knowledge.solve

    def ask(pattern: str) -> Iterator[Mapping[str, str]]:
        solutions = solve(f"SELECT DISTINCT * WHERE {{ {pattern} }}", PREFIXES)
        assert isinstance(solutions, QuerySolutions)  # noqa: S101 - what SELECT gives
        names = [variable.value for variable in solutions.variables]
        for row in solutions:
            yield {name: _text(row[name]) for name in names if row[name] is not None}

    return ask


def _copied(graph: Graph) -> Callable[[str, Mapping[str, str]], object]:
    from pyoxigraph import RdfFormat, Store

    store = Store()
    store.bulk_load(graph.serialize(format="nt", encoding="utf-8"), RdfFormat.N_TRIPLES)
    return lambda sparql, prefixes: store.query(sparql, prefixes=dict(prefixes))


def _text(term: object) -> str:
    return str(getattr(term, "value", term))
