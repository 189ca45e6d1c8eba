"""Random RDF that is nasty to project."""

from __future__ import annotations

import pyoxigraph as ox
from hypothesis import strategies as st

from emograph.kg.terms import DCTERMS, EMO, OWL, RDF, RDFS, SKOS, XSD

_NAMES = (
    "urn:a", "urn:b", "urn:c", "https://example.org/a", "https://example.org/x#iri",
    "https://example.org/2-Ω", EMO + "Concept", "urn:",
)  # fmt: skip
_PREDICATES = (
    SKOS + "prefLabel", SKOS + "altLabel", SKOS + "broader", EMO + "order", EMO + "valence",
    EMO + "subject", EMO + "emotion", EMO + "appraisal", EMO + "from", EMO + "to", EMO + "weight",
    EMO + "probability", EMO + "strength", EMO + "count", DCTERMS + "source", DCTERMS + "issued",
    RDFS + "label", "urn:x:prefLabel", "urn:x:iri", "urn:x:graph", "urn:x:rdf", "urn:x:key",
    "urn:x:weight", "urn:x:broader", "urn:x:associatedWith", "urn:x:predicate", "urn:x:source",
    RDF + "type",
)  # fmt: skip
_CLASSES = (
    EMO + "Association", EMO + "AppraisalAssociation", EMO + "Mapping", EMO + "Concept",
    OWL + "Class", "urn:x:Concept", "urn:x:Resource", RDFS + "Resource", "urn:x:é",
)  # fmt: skip
_GRAPHS = ("urn:g", "urn:h", "https://example.org/a")
_DATATYPES = (
    "urn:x:datatype",
    *(
        XSD + name
        for name in (
            "decimal", "double", "float", "integer", "long", "boolean", "date", "string",
        )
    ),
)  # fmt: skip
_SPELLINGS = (
    "1", "0", "-0", "20.0", "0.5", "1e3", "1E3", "1000", "INF", "NaN", "true", "false",
    "2026-01-01", "99999999999999999999", "-9223372036854775808", "9223372036854775808",
    "+7", "007", "",
    "0.1000000000000000055511151231257827", "10000000000000000", "no number", " 5",
)  # fmt: skip

named = st.sampled_from(_NAMES).map(ox.NamedNode)
blank = st.sampled_from("bcd").map(ox.BlankNode)
resources = named | blank
texts = st.text(st.characters(codec="utf-8"), max_size=8) | st.sampled_from(
    ('say "no"', "a\nb\r\t", "back\\slash", "\x00\x7f", "🌊\u2028", "<urn:a> .", "x" * 3000)
)
literals = (
    st.builds(ox.Literal, texts)
    | st.builds(
        lambda text, language: ox.Literal(text, language=language),
        texts,
        st.sampled_from(("en", "de", "en-GB")),
    )
    | st.builds(
        lambda text, datatype: ox.Literal(text, datatype=ox.NamedNode(datatype)),
        st.sampled_from(_SPELLINGS),
        st.sampled_from(_DATATYPES),
    )
    | st.just(
        ox.Literal("rtl", language="en", direction=ox.BaseDirection("rtl")),
    )
)
graphs = (
    st.sampled_from(_GRAPHS).map(ox.NamedNode)
    | st.just(ox.DefaultGraph())
    | st.just(ox.BlankNode("g"))
)
_predicates = st.sampled_from(_PREDICATES).map(ox.NamedNode)
_triples = st.builds(ox.Triple, resources, _predicates, resources | literals)
_any = st.builds(ox.Quad, resources, _predicates, resources | literals | _triples, graphs)
_typed = st.builds(
    ox.Quad,
    resources,
    st.just(ox.NamedNode(RDF + "type")),
    st.sampled_from(_CLASSES).map(ox.NamedNode),
    graphs,
)


@st.composite
def _association(draw: st.DrawFn) -> list[ox.Quad]:
    """An association node that is whole, or nearly so."""
    subject, graph = draw(resources), draw(graphs)
    kind, start, end, weight = draw(
        st.sampled_from(
            (
                ("Association", "subject", "emotion", "probability"),
                ("AppraisalAssociation", "subject", "appraisal", "probability"),
                ("Mapping", "from", "to", "weight"),
            )
        )
    )
    statements: list[tuple[str, ox.NamedNode | ox.BlankNode | ox.Literal]] = [
        (RDF + "type", ox.NamedNode(EMO + kind)),
        (EMO + start, draw(resources)),
        (EMO + end, draw(resources)),
        (EMO + weight, draw(literals)),
        (EMO + "total", ox.Literal(3)),
        (DCTERMS + "source", draw(resources | literals)),
        (DCTERMS + "source", draw(resources)),
    ]
    return [
        ox.Quad(subject, ox.NamedNode(predicate), term, graph)
        for predicate, term in statements
        if draw(st.integers(0, 9))
    ]


datasets = st.lists((_any | _typed).map(lambda quad: [quad]) | _association(), max_size=14).map(
    lambda parts: {quad for part in parts for quad in part}
)
"""Sets of quads in named graphs and the default graph."""
