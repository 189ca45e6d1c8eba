"""The graph for networkx: nodes with labels, edges with weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import networkx as nx  # type: ignore[import-untyped]

    from emograph.kg.graph import KnowledgeGraph


def network(graph: KnowledgeGraph) -> nx.MultiDiGraph[str]:
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


def _association_edges(graph: KnowledgeGraph) -> list[tuple[str, str, dict[str, Any]]]:
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
