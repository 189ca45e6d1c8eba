"""The knowledge graph: Turtle files in a store, and the typed views that the engine reads."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emograph.errors import KnowledgeError
from emograph.kg import terms
from emograph.kg.appraisals import Appraisal, read_appraisals
from emograph.kg.associations import Associations, read_associations
from emograph.kg.concepts import Concept, read_concepts
from emograph.kg.queries import ROWS, SECONDS, Table, ask
from emograph.kg.schemes import EmotionScheme, read_mapping, read_schemes
from emograph.kg.stores import GraphStore

if TYPE_CHECKING:
    import networkx as nx  # type: ignore[import-untyped]
    from rdflib import Dataset

ONTOLOGIES = Path(__file__).parent.parent / "ontologies"
"""The folder of the knowledge that comes with the package."""


def package_files() -> tuple[Path, ...]:
    """The Turtle files that come with the package, by name; the shapes are not knowledge."""
    return tuple(sorted(path for path in ONTOLOGIES.glob("*.ttl") if path.name != "shapes.ttl"))


class KnowledgeGraph:
    """The knowledge of one version: RDF to ask with SPARQL, and tables for reasoning.

    What is read once is kept, so the store must not change behind the graph.
    """

    def __init__(self, store: GraphStore, version: str) -> None:
        self._store = store
        self.version = version
        """The first 16 hex digits of the sha256 of all files, so it changes with the knowledge."""

    @classmethod
    def load(cls, store: GraphStore, files: Sequence[Path] | None = None) -> KnowledgeGraph:
        """Fill an empty store with Turtle files, each as a named graph of its own.

        Without `files` it is the knowledge of the package. Raises `KnowledgeError` where a file
        cannot be read or is not Turtle, or where two files have one name.
        """
        digest = hashlib.sha256()
        names: dict[str, Path] = {}
        for path in package_files() if files is None else files:
            if path.stem in names:
                raise KnowledgeError(
                    f"{names[path.stem]} and {path} would be one named graph.", "Rename one."
                )
            names[path.stem] = path
            try:
                turtle = path.read_bytes()
            except OSError as problem:
                raise KnowledgeError(
                    f"The knowledge file {path} cannot be read ({problem.strerror}).",
                    "Give a Turtle file that is there.",
                ) from problem
            store.load(turtle, terms.graph(path.stem))
            digest.update(f"{path.name}\0{len(turtle)}\0".encode() + turtle)
        return cls(store, digest.hexdigest()[:16])

    def query(self, sparql: str, seconds: float = SECONDS, rows: int = ROWS) -> Table:
        """Answer a SPARQL query; the default graph is the union of all files.

        SELECT, ASK (one column ``answer``), CONSTRUCT and DESCRIBE (subject, predicate, object).
        The prefixes of `emograph.kg.terms` are declared. At most `rows` rows are given. Raises
        `KnowledgeError` where the query is none, would change something, would ask another server
        (SERVICE), or takes longer than `seconds`.
        """
        return ask(self._store, sparql, seconds, rows)

    def concepts(self) -> tuple[Concept, ...]:
        """All concepts, by IRI."""
        return self._concepts

    def schemes(self) -> tuple[str, ...]:
        """The names of the emotion schemes."""
        return tuple(self._schemes)

    def scheme(self, name: str) -> EmotionScheme:
        """An emotion scheme by name; raises `KnowledgeError` where there is none."""
        if name not in self._schemes:
            raise KnowledgeError(
                f"The graph has no emotion scheme {name!r}.",
                f"Use one of: {', '.join(self._schemes)}.",
            )
        return self._schemes[name]

    def mapping(self, source: str, target: str) -> NDArray[np.float64]:
        """Weights from the emotions of one scheme (rows, adding up to 1) to those of another.

        ``p @ graph.mapping("mikels", "ekman")`` turns a distribution over Mikels into one over
        Ekman. Raises `KnowledgeError` where the graph has no such scheme or mapping.
        """
        return read_mapping(self._store, self.scheme(source), self.scheme(target))

    def appraisals(self) -> tuple[Appraisal, ...]:
        """All appraisals, by IRI."""
        return self._appraisals

    def associations(self) -> Associations:
        """What goes with which emotion: concepts and appraisals, in every scheme."""
        return self._associations

    def appraisal_associations(self) -> Associations:
        """Which concepts are judged in the way of which appraisal."""
        return self._appraisal_associations

    def to_rdflib(self) -> Dataset:
        """A copy as an rdflib dataset; changing it changes nothing here."""
        return self._store.to_rdflib()

    def to_networkx(self) -> nx.MultiDiGraph[str]:
        """The graph as a networkx MultiDiGraph; see `emograph.kg.networks.network`."""
        from emograph.kg.networks import network

        return network(self)

    @cached_property
    def _concepts(self) -> tuple[Concept, ...]:
        return read_concepts(self._store)

    @cached_property
    def _schemes(self) -> dict[str, EmotionScheme]:
        return read_schemes(self._store)

    @cached_property
    def _appraisals(self) -> tuple[Appraisal, ...]:
        return read_appraisals(self._store)

    @cached_property
    def _associations(self) -> Associations:
        return read_associations(self._store)

    @cached_property
    def _appraisal_associations(self) -> Associations:
        return read_associations(self._store, to="appraisal")
