"""The graph for networkx: nodes with labels, edges with weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from emograph.kg.appraisals import Appraisal
from emograph.kg.associations import Associations
from emograph.kg.concepts import Concept
from emograph.kg.schemes import EmotionScheme

if TYPE_CHECKING:
    import networkx as nx  # type: ignore[import-untyped]


class Readable(Protocol):
    """What is read of a knowledge graph; see `emograph.kg.graph.KnowledgeGraph`."""

    version: str

    def concepts(self) -> tuple[Concept, ...]:
        """All concepts."""
        ...

    def appraisals(self) -> tuple[Appraisal, ...]:
        """All appraisals."""
        ...

    def schemes(self) -> tuple[str, ...]:
        """The names of the emotion schemes."""
        ...

    def scheme(self, name: str) -> EmotionScheme:
        """An emotion scheme by name."""
        ...

    def mapping(self, source: str, target: str) -> NDArray[np.float64]:
        """Weights from the emotions of one scheme to those of another."""
        ...

    def associations(self) -> Associations:
        """What goes with which emotion."""
        ...

    def appraisal_associations(self) -> Associations:
        """Which concepts are judged in the way of which appraisal."""
        ...


def network(graph: Readable) -> nx.MultiDiGraph[str]:
    """Concepts, appraisals and emotions as nodes, named by IRI, and what joins them as edges.

    Nodes have `type` and `label`, concepts `kind` too. Edges have `type`: ``broader``,
    ``association`` and ``appraisal`` (with `weight` = probability, `strength`, `source`), and
    ``mapping`` (with `weight`).
    """
    import networkx as nx

    result: nx.MultiDiGraph[str] = nx.MultiDiGraph(version=graph.version)
    for concept in graph.concepts():
        result.add_node(concept.iri, type="concept", label=concept.label, kind=concept.kind)
    for appraisal in graph.appraisals():
        result.add_node(appraisal.iri, type="appraisal", label=appraisal.label)
    schemes = [graph.scheme(name) for name in graph.schemes()]
    for scheme in schemes:
        for iri, label in zip(scheme.iris, scheme.labels, strict=True):
            result.add_node(iri, type="emotion", label=label, scheme=scheme.name)
    for concept in graph.concepts():
        result.add_edges_from(
            (concept.iri, wider, {"type": "broader"}) for wider in concept.broader
        )
    result.add_edges_from(_association_edges(graph))
    for source in schemes:
        for target in schemes:
            if source is not target:
                weights = graph.mapping(source.name, target.name)
                result.add_edges_from(
                    (
                        source.iris[row],
                        target.iris[column],
                        {"type": "mapping", "weight": float(weights[row, column])},
                    )
                    for row, column in zip(*weights.nonzero(), strict=True)
                )
    return result


def _association_edges(graph: Readable) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (subject, end, {"type": name, "weight": float(p), "strength": float(n), "source": source})
        for name, rows in (
            ("association", graph.associations()),
            ("appraisal", graph.appraisal_associations()),
        )
        for subject, end, source, p, n in zip(
            rows.subjects, rows.objects, rows.sources, rows.probability, rows.strength, strict=True
        )
    ]
