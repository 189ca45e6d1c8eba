"""What people may ask, and what they may not."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emograph.adapters.stores.oxigraph import open_store
from emograph.errors import KnowledgeError
from emograph.kg.graph import KnowledgeGraph
from emograph.kg.queries import ask

DOG = """
SELECT ?emotion ?p WHERE {
  ?a emo:subject object:dog ; emo:emotion ?emotion ; emo:probability ?p
} ORDER BY DESC(?p) LIMIT 1
"""


def test_select_gives_columns_and_typed_rows(graph: KnowledgeGraph) -> None:
    table = graph.query(DOG)
    assert table.columns == ("emotion", "p")
    [(emotion, p)] = table.rows
    assert emotion == "https://w3id.org/emograph/emotion/mikels/contentment"
    assert isinstance(p, float)
    assert table.complete


def test_ask_gives_one_cell(graph: KnowledgeGraph) -> None:
    assert graph.query("ASK { object:dog a emo:Concept }").rows == ((True,),)


def test_construct_gives_triples(graph: KnowledgeGraph) -> None:
    table = graph.query("CONSTRUCT { ?c a skos:Concept } WHERE { ?c emo:kind kind:action } LIMIT 2")
    assert table.columns == ("subject", "predicate", "object")
    assert len(table.rows) == 2


def test_unbound_is_none(graph: KnowledgeGraph) -> None:
    assert graph.query("SELECT ?x ?y { BIND(1 AS ?x) }").rows == ((1, None),)


def test_files_are_named_graphs(graph: KnowledgeGraph) -> None:
    names = graph.query("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g").rows
    assert ("https://w3id.org/emograph/graph/concepts",) in names
    assert ("https://w3id.org/emograph/graph/shapes",) not in names


def test_a_long_answer_is_cut_and_says_so(graph: KnowledgeGraph) -> None:
    table = graph.query("SELECT * { ?s ?p ?o }", rows=5)
    assert len(table.rows) == 5
    assert not table.complete


@pytest.mark.parametrize(
    "update",
    [
        "INSERT DATA { <urn:a> <urn:b> <urn:c> }",
        "DELETE WHERE { ?s ?p ?o }",
        "DROP ALL",
        "CLEAR DEFAULT",
        "LOAD <https://example.org/data.ttl>",
        "ASK { ?s ?p ?o } ; INSERT DATA { <urn:a> <urn:b> <urn:c> }",
    ],
)
def test_nothing_can_be_changed(graph: KnowledgeGraph, update: str) -> None:
    before = graph.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    with pytest.raises(KnowledgeError, match="cannot be read"):
        graph.query(update)
    assert graph.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == before


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { service silent <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { ?s ?p ?o . SERVICE<http://127.0.0.1:9/>{ ?s ?p ?o } }",
        "SELECT * { BIND('#' AS ?x) SERVICE ?x { ?s ?p ?o } }",
        "SELECT * { # a comment with ' in it\nSERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { FILTER(1 < 2) SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        'SELECT * { BIND("""a "" b""" AS ?x) SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }',
        "SELECT * { BIND('\\'' AS ?x) SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } #' }\n}",
        "SELECT * { ?s ?p 1.SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { ?s a emo:Concept.SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { ?s ?p 'x'@en.SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { ?s ?p ?o.SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { ?s ?p true.SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { ?s ?p _:b.SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { ?s ?p 1SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { ?s ?p trueSERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { ?s ?p emo:.SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { ?s ?p emo:SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { ?s ?p emo:a\\'.  SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } #'\n}",
        "SELECT * { ?s ?p emo:a\\#.  SERVICE <http://127.0.0.1:9/> { ?s ?p ?o }\n}",
        "SELECT * { ?s ?p ?o FILTER(?o<1)SERVICE<http://127.0.0.1:9/>{ ?s ?p ?o } }",
        "PREFIX : <http://127.0.0.1:9/> SELECT * { SERVICE:x { ?s ?p ?o } }",
        "PREFIX service: <http://127.0.0.1:9/> SELECT * { service:x { ?s ?p ?o } }",
        "SELECT * { \\u0053ERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    ],
)
def test_no_other_server_is_asked(graph: KnowledgeGraph, query: str) -> None:
    with pytest.raises(KnowledgeError, match=r"SERVICE|cannot be read"):
        graph.query(query)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?service { ?service skos:prefLabel 'SERVICE'@en }",
        "SELECT * { ?s skos:prefLabel '''a 'SERVICE' ''' } # SERVICE",
        "PREFIX x: <urn:SERVICE#> SELECT * { x:service x:SERVICE ?o }",
        "SELECT * { ?room_service emo:SERVICE ?o }",
        "SELECT * { <urn:a#SERVICE> ?p ?o }",
    ],
)
def test_the_word_service_may_be_used(graph: KnowledgeGraph, query: str) -> None:
    assert graph.query(query).rows == ()


def test_a_mistake_is_said_in_the_words_of_the_parser(graph: KnowledgeGraph) -> None:
    with pytest.raises(KnowledgeError, match=r"error at 1:\d+: expected"):
        graph.query("SELECT * { ?s ?p }")


def test_what_the_parser_expected_is_cut_short(graph: KnowledgeGraph) -> None:
    with pytest.raises(KnowledgeError, match=r"error at 1:\d+: expected") as caught:
        graph.query("SELECT * { ?s skos:prefLab")
    assert len(caught.value.what) < 300


@given(st.text())
def test_any_text_is_answered_or_refused(text: str) -> None:
    with contextlib.suppress(KnowledgeError):
        ask(open_store(), text, seconds=5)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * " + "{" * 2000 + "}" * 2000,
        "SELECT * { FILTER(" + "abs(" * 1000 + "1" + ")" * 1000 + ") }",
        "ASK { FILTER(" + "!" * 20_000 + "true) }",
    ],
    ids=["groups", "calls", "signs"],
)
def test_what_would_overrun_the_parser_is_refused(query: str) -> None:
    with pytest.raises(KnowledgeError, match="are allowed"):
        ask(open_store(), query)


def test_a_slow_query_is_given_up() -> None:
    store = open_store()
    triples = "".join(f"<urn:{number}> <urn:p> {number} .\n" for number in range(3000))
    store.load(triples.encode(), "urn:graph")
    started = time.monotonic()
    with pytest.raises(KnowledgeError, match=r"within 0\.05 s"):
        ask(store, "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f }", seconds=0.05)
    assert time.monotonic() - started < 2
    with pytest.raises(KnowledgeError, match=r"within 0 s"):
        ask(store, "SELECT * { ?a ?b ?c . ?d ?e ?f }", seconds=0, rows=2_000_000)
