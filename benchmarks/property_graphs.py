"""How long the property graph takes: projecting, asking in Cypher, and pushing to a Neo4j server.

    python benchmarks/property_graphs.py [neo4j://HOST:PORT]

The server's database must be empty; the user and password are the settings of emograph.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import pyoxigraph as ox
import skimage
from measuring import median_ms, print_figure, print_machine

import emograph
from emograph.adapters.stores.kglite.graph import KgliteGraph
from emograph.adapters.stores.oxigraph import open_store
from emograph.errors import KnowledgeError
from emograph.kg import terms
from emograph.kg.graph import KnowledgeGraph
from emograph.kg.observations import Observations
from emograph.kg.projection.projecting import project, project_part, touched
from emograph.kg.property_graphs import PropertyGraph
from emograph.kg.provenance import explanation_iri
from emograph.kg.stores import GraphStore
from emograph.opening import open_graph

CONCEPTS, EMOTIONS, RELATIONSHIPS = 20_000, 8, 100_000
GRAPH = terms.graph("benchmark")
# Concept to the two above it, and from each what goes with it, weighed by how near it is.
THREE_HOPS = """
MATCH (c:Concept {iri: $iri})-[:BROADER]->(d:Concept)-[:BROADER]->(f:Concept)
      -[a:ASSOCIATED_WITH]->(e:Emotion)
RETURN e.iri AS emotion, sum(a.weight) AS weight ORDER BY weight DESC
"""


def main() -> None:
    print_machine()
    shipped = KnowledgeGraph.load(open_store()).store
    print_figure(
        "project the shipped graph, median of 5",
        median_ms(lambda: project(shipped.quads()), 5) / 1000,
        "s",
        "<= 1",
    )
    _observation(shipped)
    store = _synthetic()
    embedded = KgliteGraph()
    _once(f"{RELATIONSHIPS:,} relationships into kglite", lambda: embedded.push(store), "-")
    _ask("kglite, pipe included", embedded, "<= 2")
    embedded.close()
    if len(sys.argv) > 1:
        _server(sys.argv[1], store)


def _observation(store: GraphStore) -> None:
    photo = f"{skimage.__path__[0]}/data/chelsea.png"
    document = emograph.explain(photo, lvlm=None).to_dict()
    Observations(store).keep(document)
    graph = explanation_iri(document)
    print_figure(
        f"project one observation of {sum(1 for _ in store.quads(graph))} triples, median of 50",
        median_ms(lambda: project_part(store, touched(store, [graph])), 50),
        "ms",
        "<= 10",
    )


def _server(address: str, store: GraphStore) -> None:
    server = open_graph(address)
    if server.cypher("MATCH (n) RETURN count(n) AS n").rows[0][0]:
        raise KnowledgeError(f"The database at {address} is not empty.", "Name one that is.")
    _once(f"push {RELATIONSHIPS:,} relationships to Neo4j", lambda: server.push(store), "<= 30")
    _once("push the same again", lambda: server.push(store), "<= 3")
    _ask("Neo4j", server, "-")
    server.push(open_store())
    server.close()


def _once(what: str, work: Callable[[], object], target: str) -> None:
    start = time.perf_counter()
    work()
    print_figure(what, time.perf_counter() - start, "s", target)


def _ask(what: str, graph: PropertyGraph, target: str) -> None:
    iri = terms.concept("object", str(CONCEPTS - 1))
    assert graph.cypher(THREE_HOPS, {"iri": iri}).rows
    print_figure(
        f"{what}: weighted 3 hops, median of 200",
        median_ms(lambda: graph.cypher(THREE_HOPS, {"iri": iri}), 200),
        "ms",
        target,
    )


def _synthetic() -> GraphStore:
    """Concepts that are kinds of each other, and associations with emotions, in one named graph."""
    emo, skos = terms.EMO, terms.SKOS
    iris = [f"<{terms.concept('object', str(i))}>" for i in range(CONCEPTS)]
    emotions = [f"<{terms.emotion('mikels', str(i))}>" for i in range(EMOTIONS)]
    lines = [f"{e} a <{emo}Emotion> ." for e in emotions]
    for i, iri in enumerate(iris):
        lines.append(f'{iri} a <{emo}Concept> ; <{skos}prefLabel> "concept {i}"@en .')
        lines += [f"{iri} <{skos}broader> {iris[i // k]} ." for k in (3, 7) if i // k != i]
    links = sum("broader" in line for line in lines)
    lines += [
        f"<{terms.BASE}association/{i}> a <{emo}Association> ; "
        f"<{emo}subject> {iris[i % CONCEPTS]} ; <{emo}emotion> {emotions[i * 3 % EMOTIONS]} ; "
        f"<{emo}probability> {(1 + i % 97) / 100} ; <{emo}strength> 10.0 ; "
        f"<{terms.DCTERMS}source> <{terms.source('emograph')}> ."
        for i in range(RELATIONSHIPS - links)
    ]
    store = open_store()
    store.replace({GRAPH: (q.triple for q in ox.parse("\n".join(lines), ox.RdfFormat.TURTLE))})
    return store


if __name__ == "__main__":
    main()
