"""What an answer says is what the graph says, in every format that can say it."""

import csv
import io
from collections.abc import Iterator
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emograph.adapters.web.http_error import HttpError
from emograph.adapters.web.tables import TABLES
from emograph.adapters.web.triples import GRAPHS, write_triples
from emograph.kg.terms import PREFIXES

JSON, XML, CSV, TSV = list(TABLES)[:4]
PARSED = {
    JSON: ox.QueryResultsFormat.JSON,
    XML: ox.QueryResultsFormat.XML,
    TSV: ox.QueryResultsFormat.TSV,
}

SPARQL = "{http://www.w3.org/2005/sparql-results#}"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
XML_TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
    | st.sampled_from("\t\n\r<>&\"'"),
    max_size=20,
)
IRIS = st.sampled_from(["urn:a", "http://example.org/é?x=1&y=2", "http://example.org/p#q"])
NUMBERS = st.integers().map(ox.Literal) | st.floats(allow_nan=False).map(ox.Literal)


def terms(text: st.SearchStrategy[str]) -> st.SearchStrategy[ox.Literal | ox.NamedNode]:
    literals = (
        st.builds(ox.Literal, text)
        | st.builds(
            lambda t, tag: ox.Literal(t, language=tag), text, st.sampled_from(["en", "de-at"])
        )
        | st.builds(lambda t, iri: ox.Literal(t, datatype=ox.NamedNode(iri)), text, IRIS)
    )
    return literals | IRIS.map(ox.NamedNode) | NUMBERS | st.booleans().map(ox.Literal)


def tables(text: st.SearchStrategy[str]) -> st.SearchStrategy[list[tuple[object, ...]]]:
    cell = st.none() | terms(text)
    return st.lists(st.tuples(cell, cell), max_size=4)


def read(media_type: str, rows: object) -> list[tuple[object, ...]]:
    written = TABLES[media_type].rows(("a", "b_é"), rows).encode()  # type: ignore[arg-type]
    parsed = ox.parse_query_results(written, PARSED[media_type])
    assert isinstance(parsed, ox.QuerySolutions)
    assert [variable.value for variable in parsed.variables] == ["a", "b_é"]
    return [tuple(row) for row in parsed]


def read_xml(text: str) -> Iterator[list[object]]:
    """What any reader of XML sees; Oxigraph's own leaves blanks out."""
    for result in ElementTree.fromstring(text).iter(SPARQL + "result"):
        row: dict[str | None, object] = {}
        for binding in result:
            term, value = binding[0], binding[0].text or ""
            language, datatype = term.get(LANGUAGE), term.get("datatype")
            if term.tag == SPARQL + "uri":
                row[binding.get("name")] = ox.NamedNode(value)
            elif datatype:
                row[binding.get("name")] = ox.Literal(value, datatype=ox.NamedNode(datatype))
            else:
                row[binding.get("name")] = ox.Literal(value, language=language)
        yield [row.get("a"), row.get("b")]


@given(tables(TEXT))
def test_json_and_tsv_say_every_term_exactly(rows: list[tuple[object, ...]]) -> None:
    assert read(JSON, rows) == rows
    assert read(TSV, rows) == rows


@given(tables(XML_TEXT))
def test_xml_says_every_term_that_xml_can_hold(rows: list[tuple[object, ...]]) -> None:
    assert [tuple(row) for row in read_xml(TABLES[XML].rows(("a", "b"), rows))] == rows  # type: ignore[arg-type]


@given(tables(TEXT))
def test_csv_says_the_values(rows: list[tuple[object, ...]]) -> None:
    written = TABLES[CSV].rows(("a", "b"), rows)  # type: ignore[arg-type]
    parsed = list(csv.reader(io.StringIO(written, newline="")))
    assert parsed[0] == ["a", "b"]
    assert parsed[1:] == [[getattr(term, "value", "") for term in row] for row in rows]


@pytest.mark.parametrize("media_type", PARSED)
def test_blank_nodes_triples_and_no_columns_are_said_too(media_type: str) -> None:
    node = ox.BlankNode("b")
    triple = ox.Triple(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), ox.Literal("<o>"))
    towards = ox.Literal("x", language="ar", direction=ox.BaseDirection.RTL)
    (row,) = read(media_type, [(triple, towards)])
    assert row == (triple, towards)
    (row,) = read(media_type, [(node, None)])
    assert isinstance(row[0], ox.BlankNode)
    empty = TABLES[media_type].rows((), [()])
    assert len(list(ox.parse_query_results(empty, PARSED[media_type]))) == 1  # type: ignore[arg-type]


@pytest.mark.parametrize("truth", [True, False])
def test_an_ask_is_read_back(truth: bool) -> None:
    for media_type, parsed in PARSED.items():
        assert bool(ox.parse_query_results(TABLES[media_type].truth(truth), parsed)) is truth
    assert TABLES[CSV].truth(truth) == str(truth).lower()


@pytest.mark.parametrize("character", ["\x00", "\x0b", "\x1f", "\uffff"])
def test_what_xml_cannot_hold_is_refused(character: str) -> None:
    literal = ox.Literal(character)
    with pytest.raises(HttpError, match="XML"):
        TABLES[XML].rows(("a",), [(literal,)])
    triple = ox.Triple(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), literal)
    with pytest.raises(HttpError, match="XML"):
        write_triples([triple], "application/rdf+xml")


@given(st.lists(terms(XML_TEXT), min_size=1, max_size=4, unique=True))
def test_triples_are_read_back_from_every_format(objects: list[ox.Literal]) -> None:
    triples = [ox.Triple(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), o) for o in objects]
    for media_type, rdf_format in GRAPHS.items():
        written = write_triples(triples, media_type)
        assert {quad.triple for quad in ox.parse(written, rdf_format)} == set(triples)


def test_turtle_declares_the_prefixes_that_it_uses() -> None:
    label = ox.NamedNode(PREFIXES["skos"] + "prefLabel")
    triple = ox.Triple(ox.NamedNode(PREFIXES["mikels"] + "awe"), label, ox.Literal("awe"))
    lines = write_triples([triple], "text/turtle").decode().splitlines()
    assert [line.split()[1] for line in lines[:-1]] == ["mikels:", "skos:"]
    assert lines[-1] == 'mikels:awe skos:prefLabel "awe" .'
    assert write_triples([], "text/turtle") == b""


@pytest.mark.parametrize("predicate", ["http://example.org/1", "http://example.org/p/"])
def test_rdf_xml_refuses_what_is_no_name(predicate: str) -> None:
    triple = ox.Triple(ox.NamedNode("urn:s"), ox.NamedNode(predicate), ox.Literal("o"))
    with pytest.raises(HttpError, match="RDF/XML"):
        write_triples([triple], "application/rdf+xml")
