"""SPARQL 1.1 Service Description: what the endpoint can do, as RDF."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox
from fastapi import Response

from emograph.adapters.web.answers import respond
from emograph.adapters.web.service import Service
from emograph.adapters.web.triples import write_triples
from emograph.kg.terms import RDF

_SD = "http://www.w3.org/ns/sparql-service-description#"
_FORMATS = "http://www.w3.org/ns/formats/"
_PREFIXES = {"rdf": RDF, "sd": _SD, "formats": _FORMATS}
_WRITTEN = (
    "SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV",
    "Turtle", "N-Triples", "RDF_XML", "JSON-LD",
)  # fmt: skip


def describe(service: Service, endpoint: str, media_type: str) -> Response:
    """The description of the service at an address.

    It names at most as many graphs as an answer may have rows.
    """
    graphs = service.graph.store.graphs()
    most = service.limits.rows
    triples = list(_triples(endpoint, graphs[:most], service.writable))
    return respond(
        write_triples(triples, media_type, _PREFIXES),
        media_type,
        most if len(graphs) > most else None,
    )


def _triples(endpoint: str, graphs: tuple[str, ...], writable: bool) -> Iterator[ox.Triple]:
    service, dataset, default = ox.BlankNode(), ox.BlankNode(), ox.BlankNode()
    kind = ox.NamedNode(RDF + "type")
    yield ox.Triple(service, kind, _sd("Service"))
    yield ox.Triple(service, _sd("endpoint"), ox.NamedNode(endpoint))
    yield ox.Triple(service, _sd("supportedLanguage"), _sd("SPARQL11Query"))
    if writable:
        yield ox.Triple(service, _sd("supportedLanguage"), _sd("SPARQL11Update"))
    yield ox.Triple(service, _sd("feature"), _sd("UnionDefaultGraph"))
    for name in _WRITTEN:
        yield ox.Triple(service, _sd("resultFormat"), ox.NamedNode(_FORMATS + name))
    yield ox.Triple(service, _sd("defaultDataset"), dataset)
    yield ox.Triple(dataset, kind, _sd("Dataset"))
    yield ox.Triple(dataset, _sd("defaultGraph"), default)
    yield ox.Triple(default, kind, _sd("Graph"))
    for iri in graphs:
        graph = ox.BlankNode()
        yield ox.Triple(dataset, _sd("namedGraph"), graph)
        yield ox.Triple(graph, kind, _sd("NamedGraph"))
        yield ox.Triple(graph, _sd("name"), ox.NamedNode(iri))


def _sd(name: str) -> ox.NamedNode:
    return ox.NamedNode(_SD + name)
