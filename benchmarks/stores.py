"""How long a store of a million triples takes, beside rdflib, raw pyoxigraph and networkx."""

from __future__ import annotations

import tempfile
import time
from collections import defaultdict
from collections.abc import Callable

import networkx as nx  # type: ignore[import-untyped]
import pyoxigraph as ox
from measuring import median_ms, print_figure, print_machine
from rdflib import Graph, URIRef

from emograph.adapters.stores.oxigraph import open_store
from emograph.kg import terms
from emograph.kg.graph import KnowledgeGraph
from emograph.kg.stores import GraphStore

IMAGES = 150_000
CONCEPTS = 20_000
ASSOCIATIONS = 200_000
EMOTIONS = 8
GRAPH = terms.graph("benchmark")
IMAGE = terms.BASE + "image/77"
CONCEPT = terms.concept("object", "7")
# image → concept → association → emotion, with what the associations add up to.
SUM = f"""
SELECT ?emotion (SUM(?p) AS ?sum) WHERE {{
  <{IMAGE}> <{terms.EMO}shows> ?concept .
  ?association <{terms.EMO}subject> ?concept ;
    <{terms.EMO}emotion> ?emotion ; <{terms.EMO}probability> ?p .
}} GROUP BY ?emotion
"""
LOOKUP = f"SELECT ?p ?o WHERE {{ <{CONCEPT}> ?p ?o }}"


def main() -> None:
    data = "".join(_lines()).encode()
    print_machine()
    print(f"{data.count(b'.' + bytes([10])):,} triples; medians")
    _ours(data)
    _disk(data)
    _raw(data)
    _networkx(_rdflib(data))


def _lines() -> list[str]:
    """N-Triples: what images show, what concepts are kinds of, what goes with which emotion."""
    emo, concept = terms.EMO, terms.concept("object", "")
    lines = [
        f"<{terms.BASE}image/{i}> <{emo}shows> <{concept}{(i * k) % CONCEPTS}> .\n"
        for i in range(IMAGES)
        for k in (7, 11)
    ]
    lines += [
        f"<{concept}{i}> <{terms.SKOS}broader> <{concept}{i // 5}> .\n" for i in range(CONCEPTS)
    ]
    for i in range(ASSOCIATIONS):
        node = f"<{terms.BASE}association/{i}>"
        lines += [
            f"{node} <{emo}subject> <{concept}{i % CONCEPTS}> .\n",
            f"{node} <{emo}emotion> <{terms.emotion('mikels', str(i * 3 % EMOTIONS))}> .\n",
            f'{node} <{emo}probability> "{(i % 97) / 97:.4f}"^^<{terms.XSD}decimal> .\n',
        ]
    lines += [f'<{concept}{i}> <{terms.SKOS}prefLabel> "concept {i}" .\n' for i in range(CONCEPTS)]
    lines += [
        f'<{terms.BASE}image/{i}> <{terms.DCTERMS}identifier> "{i}" .\n'
        for i in range(1_000_000 - len(lines))
    ]
    return lines


def _ours(data: bytes) -> None:
    store = open_store()
    _print_time("emograph, memory: load", lambda: store.load(data, GRAPH), "<= 6")
    _print_answers("emograph, memory", store)


def _disk(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"disk:{folder}/store")
        _print_time("emograph, disk: load", lambda: store.load(data, GRAPH), "-")
        _print_answers("emograph, disk", store)
        store.close()


def _print_answers(name: str, store: GraphStore) -> None:
    graph = KnowledgeGraph(store)
    assert len(graph.query(SUM).rows) > 1
    assert len(graph.about(CONCEPT)) == len(graph.query(LOOKUP).rows) > 1
    _print_median(f"{name}: 3-hop sum, query()", lambda: graph.query(SUM), "<= 1")
    _print_median(f"{name}: look-up, query()", lambda: graph.query(LOOKUP), "-")
    _print_median(f"{name}: look-up, about()", lambda: graph.about(CONCEPT), "<= 0.2")


def _raw(data: bytes) -> None:
    store = ox.Store()
    name = ox.NamedNode(GRAPH)
    _print_time(
        "pyoxigraph: load",
        lambda: store.bulk_load(data, ox.RdfFormat.TURTLE, to_graph=name),
        "-",
    )

    def ask(query: str) -> list[object]:
        found = store.query(query, use_default_graph_as_union=True)
        assert isinstance(found, ox.QuerySolutions)
        return list(found)

    _print_median("pyoxigraph: 3-hop sum", lambda: ask(SUM), "-")
    _print_median("pyoxigraph: look-up, by SPARQL", lambda: ask(LOOKUP), "-")
    node = ox.NamedNode(CONCEPT)
    _print_median(
        "pyoxigraph: look-up, by pattern",
        lambda: [(q.predicate, q.object) for q in store.quads_for_pattern(node, None, None)],
        "-",
    )


def _rdflib(data: bytes) -> Graph:
    graph = Graph()
    _print_time("rdflib: load", lambda: graph.parse(data, format="nt"), "-")
    _print_median("rdflib: 3-hop sum", lambda: list(graph.query(SUM)), "-", 20)
    node = URIRef(CONCEPT)
    _print_median("rdflib: look-up", lambda: list(graph.predicate_objects(node)), "-")
    return graph


def _networkx(triples: Graph) -> None:
    network = nx.MultiDiGraph()
    _print_time(
        "networkx: fill, from parsed triples",
        lambda: network.add_edges_from((str(s), str(o), str(p)) for s, p, o in triples),
        "-",
    )
    shows, subject, emotion, probability = (
        terms.EMO + name for name in ("shows", "subject", "emotion", "probability")
    )

    def add_up() -> dict[str, float]:
        sums: dict[str, float] = defaultdict(float)
        for _, concept, kind in network.out_edges(IMAGE, keys=True):
            if kind != shows:
                continue
            for association, _, role in network.in_edges(concept, keys=True):
                if role != subject:
                    continue
                ends = {key: end for _, end, key in network.out_edges(association, keys=True)}
                sums[ends[emotion]] += float(ends[probability])
        return sums

    _print_median("networkx: 3-hop sum, by hand", add_up, "-")
    _print_median("networkx: look-up", lambda: list(network.out_edges(CONCEPT, keys=True)), "-")


def _print_time(what: str, work: Callable[[], object], target: str) -> None:
    start = time.perf_counter()
    work()
    print_figure(what, time.perf_counter() - start, "s", target)


def _print_median(what: str, work: Callable[[], object], target: str, times: int = 300) -> None:
    print_figure(what, median_ms(work, times), "ms", target)


if __name__ == "__main__":
    main()
