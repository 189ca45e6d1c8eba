"""The knowledge graph: Turtle files in a store, and the typed views that the engine reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emograph.errors import KnowledgeError
from emograph.kg import terms
from emograph.kg.appraisals import Appraisal, read_appraisals
from emograph.kg.associations import Associations, read_associations
from emograph.kg.concepts import Concept, read_concepts
from emograph.kg.digests import bring_up_to_date, knowledge_graphs, read_version
from emograph.kg.queries import ROWS, SECONDS, Table, ask, change
from emograph.kg.schemes import Dyad, EmotionScheme, read_dyads, read_mapping, read_schemes
from emograph.kg.stores import GraphStore, Value

if TYPE_CHECKING:
    import networkx as nx  # type: ignore[import-untyped]
    from pyoxigraph import Triple
    from rdflib import Dataset

ONTOLOGIES = Path(__file__).parent.parent / "ontologies"
"""The folder of the knowledge that comes with the package."""


def package_files() -> tuple[Path, ...]:
    """The Turtle files that come with the package, by name; the shapes are not knowledge."""
    return tuple(sorted(path for path in ONTOLOGIES.glob("*.ttl") if path.name != "shapes.ttl"))


class KnowledgeGraph:
    """The knowledge of one version: RDF to ask with SPARQL, and tables for reasoning.

    Knowledge is what the package and the packs say; what else a store holds, such as observations,
    can be asked for but is in no table. What is read once is kept until the next `update`, so the
    store must not be changed by others behind the graph.
    """

    def __init__(self, store: GraphStore) -> None:
        self.store = store
        """The store that it is read from."""
        self.version = read_version(store)
        """16 hex digits that change with the knowledge; observations do not change them."""
        self._tables = _Tables(store)

    @classmethod
    def load(
        cls,
        store: GraphStore,
        files: Sequence[Path] | None = None,
        packs: Mapping[str, Iterable[Triple]] | None = None,
    ) -> KnowledgeGraph:
        """Bring a store up to date with Turtle files, each a named graph of its own, and read it.

        Without `files` it is the knowledge of the package. Files that the store has are passed
        over; changed ones are replaced and missing ones removed in one transaction. `packs` are
        triples by the name of a pack, set in the store besides those that it has.

        Raises `KnowledgeError` where a file cannot be read or is not Turtle, or where two have one
        name; and `StaleStoreError` where the store is not up to date and was opened for reading.
        """
        bring_up_to_date(store, package_files() if files is None else files)
        if packs:
            store.replace({terms.pack_graph(name): triples for name, triples in packs.items()})
        return cls(store)

    def close(self) -> None:
        """Let go of the store; nothing may be asked after."""
        self.store.close()

    def query(self, sparql: str, seconds: float = SECONDS, rows: int = ROWS) -> Table:
        """Answer a SPARQL query; the default graph is the union of all files.

        SELECT, ASK (one column ``answer``), CONSTRUCT and DESCRIBE (subject, predicate, object).
        The prefixes of `emograph.kg.terms` are declared. At most `rows` rows are given. Raises
        `KnowledgeError` where the query is none, would change something, would ask another server
        (SERVICE), or takes longer than `seconds`.
        """
        return ask(self.store, sparql, seconds, rows)

    def update(self, sparql: str) -> None:
        """Carry out a SPARQL update in one transaction; it takes as long as it takes.

        The prefixes of `emograph.kg.terms` are declared. Any named graph may be changed. Those of
        the package stay as they were made until its files change or the store is upgraded; for
        knowledge of one's own there are packs. Raises `KnowledgeError` where the store was opened
        for reading, or where the update is none, is too long, or fetches something (SERVICE, LOAD).
        """
        change(self.store, sparql)
        self.version = read_version(self.store)
        self._tables = _Tables(self.store)

    def about(self, iri: str) -> tuple[tuple[str, Value], ...]:
        """Predicate and object of every triple whose subject is the IRI; no query is as fast.

        Raises `KnowledgeError` where it is no IRI.
        """
        return tuple(self.store.about(iri))

    def concepts(self) -> tuple[Concept, ...]:
        """All concepts, by IRI."""
        return self._tables.concepts

    def schemes(self) -> tuple[str, ...]:
        """The names of the emotion schemes."""
        return tuple(self._tables.schemes)

    def scheme(self, name: str) -> EmotionScheme:
        """An emotion scheme by name; raises `KnowledgeError` where there is none."""
        if name not in self._tables.schemes:
            raise KnowledgeError(
                f"The graph has no emotion scheme {name!r}.",
                f"Use one of: {', '.join(self._tables.schemes)}.",
            )
        return self._tables.schemes[name]

    def mapping(self, source: str, target: str) -> NDArray[np.float64]:
        """Weights from the emotions of one scheme (rows, adding up to 1) to those of another.

        ``p @ graph.mapping("mikels", "ekman")`` turns a distribution over Mikels into one over
        Ekman. Raises `KnowledgeError` where the graph has no such scheme or mapping.
        """
        return read_mapping(self._tables, self.scheme(source), self.scheme(target))

    def dyads(self) -> tuple[Dyad, ...]:
        """Blends of two basic emotions of Plutchik, the common ones (of neighbours) first."""
        return read_dyads(self._tables)

    def appraisals(self) -> tuple[Appraisal, ...]:
        """All appraisals, by IRI."""
        return self._tables.appraisals

    def associations(self) -> Associations:
        """What goes with which emotion: concepts and appraisals, in every scheme."""
        return self._tables.associations

    def appraisal_associations(self) -> Associations:
        """Which concepts are judged in the way of which appraisal."""
        return self._tables.appraisal_associations

    def to_rdflib(self) -> Dataset:
        """A copy as an rdflib dataset; changing it changes nothing here."""
        return self.store.to_rdflib()

    def to_networkx(self) -> nx.MultiDiGraph[str]:
        """The graph as a networkx MultiDiGraph; see `emograph.kg.networks.network`."""
        from emograph.kg.networks import network

        return network(self)


class _Tables:
    """The knowledge of a store, its observations left aside; each table is read when asked for."""

    def __init__(self, store: GraphStore) -> None:
        self._store = store
        self._graphs = knowledge_graphs(store)

    def pairs(self, predicate: str) -> Iterator[tuple[Value, Value]]:
        """Subject and object of every triple of the knowledge with the predicate."""
        return chain.from_iterable(self._store.pairs(predicate, graph) for graph in self._graphs)

    @cached_property
    def concepts(self) -> tuple[Concept, ...]:
        return read_concepts(self)

    @cached_property
    def schemes(self) -> dict[str, EmotionScheme]:
        return read_schemes(self)

    @cached_property
    def appraisals(self) -> tuple[Appraisal, ...]:
        return read_appraisals(self)

    @cached_property
    def associations(self) -> Associations:
        return read_associations(self)

    @cached_property
    def appraisal_associations(self) -> Associations:
        return read_associations(self, to="appraisal")
