"""SPARQL 1.1 Protocol, after the W3C's own tests of it; the names in brackets are theirs."""

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from rdflib import RDF, Graph, Namespace, URIRef

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
ONE, TWO = "http://example.org/one", "http://example.org/two"
EVERY = "SELECT DISTINCT ?s { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } } ORDER BY ?s"
NAMED = "SELECT DISTINCT ?s { GRAPH ?g { ?s ?p ?o } } ORDER BY ?s"
DEFAULT = "SELECT DISTINCT ?s { ?s ?p ?o } ORDER BY ?s"


def subjects(answer: Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [row["s"]["value"] for row in answer.json()["results"]["bindings"]]


def truth(answer: Response) -> bool:
    assert answer.status_code == 200, answer.text
    return bool(answer.json()["boolean"])


def post(
    client: TestClient, body: str | bytes, kind: str | None, path: str = "/sparql"
) -> Response:
    return client.post(path, content=body, headers={"Content-Type": kind} if kind else {})


def test_a_query_comes_by_get_or_post(client: TestClient) -> None:
    """[query_get, query_post_form, query_post_direct]."""
    assert truth(client.get("/sparql", params={"query": "ASK {}"}))
    assert truth(client.post("/sparql", data={"query": "ASK {}"}))
    assert truth(post(client, "ASK {}", QUERY))
    assert truth(post(client, "ASK {}", QUERY + "; charset=UTF-8"))


@pytest.mark.parametrize(
    ("query", "dataset", "expected"),
    [
        (EVERY, {}, ["urn:a", "urn:b"]),
        (DEFAULT, {}, ["urn:a", "urn:b"]),
        (DEFAULT, {"default-graph-uri": [ONE]}, ["urn:a"]),
        (DEFAULT, {"default-graph-uri": [ONE, TWO]}, ["urn:a", "urn:b"]),
        (NAMED, {"default-graph-uri": [ONE]}, []),
        (NAMED, {"named-graph-uri": [TWO]}, ["urn:b"]),
        (NAMED, {"named-graph-uri": [ONE, TWO]}, ["urn:a", "urn:b"]),
        (DEFAULT, {"named-graph-uri": [TWO]}, []),
        (EVERY, {"default-graph-uri": [ONE], "named-graph-uri": [TWO]}, ["urn:a", "urn:b"]),
        (DEFAULT, {"default-graph-uri": ["http://example.org/unknown"]}, []),
    ],
)
def test_the_dataset_is_the_one_that_the_request_names(
    client: TestClient, query: str, dataset: dict[str, list[str]], expected: list[str]
) -> None:
    """[query_dataset_default_graph(s)_get/post, …_named_graphs_…, query_dataset_full]."""
    assert subjects(client.get("/sparql", params={"query": query, **dataset})) == expected
    assert subjects(client.post("/sparql", data={"query": query, **dataset})) == expected
    direct = client.post("/sparql", content=query, params=dataset, headers={"Content-Type": QUERY})
    assert subjects(direct) == expected


@pytest.mark.parametrize("named", [f"FROM <{ONE}>", f"from<{ONE}>", f"FROM # here\n<{ONE}>"])
def test_from_names_the_dataset_too(client: TestClient, named: str) -> None:
    query = DEFAULT.replace("{", f"{named} {{")
    assert subjects(client.get("/sparql", params={"query": query})) == ["urn:a"]


def test_the_request_wins_over_from(client: TestClient) -> None:
    """[query_multiple_dataset]."""
    query = DEFAULT.replace("{", f"FROM <{TWO}> {{")
    answer = client.get("/sparql", params={"query": query, "default-graph-uri": ONE})
    assert subjects(answer) == ["urn:a"]


def test_the_word_from_elsewhere_names_no_dataset(client: TestClient) -> None:
    query = 'PREFIX from: <urn:> SELECT ?s { ?s from:p ?from FILTER(str(?from) != "FROM <urn:>") }'
    assert sorted(subjects(client.get("/sparql", params={"query": query}))) == ["urn:a", "urn:b"]


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("SELECT (1 AS ?one) {}", "application/sparql-results+json"),
        ("ASK {}", "application/sparql-results+json"),
        ("DESCRIBE <urn:a>", "text/turtle; charset=utf-8"),
        ("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", "text/turtle; charset=utf-8"),
    ],
)
def test_each_form_of_query_has_its_own_kind_of_answer(
    client: TestClient, query: str, kind: str
) -> None:
    """[query_content_type_select, …_ask, …_describe, …_construct]."""
    answer = client.get("/sparql", params={"query": query})
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    assert answer.headers["vary"] == "Accept"


def test_other_methods_are_refused(client: TestClient) -> None:
    """[bad_query_method]."""
    for path, allowed in {
        "/sparql": "GET, POST",
        "/update": "POST",
        "/graphs": "GET, HEAD",
    }.items():
        answer = client.put(path, params={"query": "ASK {}"})
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


def test_there_is_one_query(client: TestClient) -> None:
    """[bad_multiple_queries]."""
    two = {"query": ["ASK {}", "SELECT * {}"]}
    assert client.get("/sparql", params=two).status_code == 400
    assert client.post("/sparql", data=two).status_code == 400
    assert client.post("/sparql", data={"query": "ASK {}"}, params=two).status_code == 400
    both = client.post(
        "/sparql", content="ASK {}", params={"query": "ASK {}"}, headers={"Content-Type": QUERY}
    )
    assert both.status_code == 400
    assert client.post("/sparql", data={"default-graph-uri": ONE}).status_code == 400
    assert client.get("/sparql", params={"default-graph-uri": ONE}).status_code == 400


@pytest.mark.parametrize("kind", ["text/plain", None, UPDATE])
def test_a_query_of_another_kind_of_content_is_refused(
    client: TestClient, kind: str | None
) -> None:
    """[bad_query_wrong_media_type, bad_query_missing_form_type, bad_query_missing_direct_type]."""
    for body in ("ASK {}", "query=ASK%20%7B%7D"):
        assert post(client, body, kind).status_code == 415


def test_what_is_not_utf_8_is_refused(client: TestClient) -> None:
    """[bad_query_non_utf8]."""
    assert post(client, "ASK {}".encode("utf-16"), QUERY + "; charset=UTF-16").status_code == 415
    assert post(client, b'ASK { ?s ?p "\xff" }', QUERY).status_code == 400
    assert post(client, b"query=ASK%20%7B%7D%FF", FORM).status_code == 400
    assert client.get("/sparql?query=ASK%20%7B%7D%FF").status_code == 400


@pytest.mark.parametrize(
    "query",
    ["ASK {", "", "CLEAR ALL", "ASK { ?s ?p unknown:o }", "SELECT (<urn:f>(1) AS ?x) {}"],
)
def test_what_is_no_query_is_told_plainly(client: TestClient, query: str) -> None:
    """[bad_query_syntax]."""
    answer = client.get("/sparql", params={"query": query})
    assert (answer.status_code, answer.headers["content-type"]) == (
        400,
        "text/plain; charset=utf-8",
    )
    assert "Traceback" not in answer.text
    assert "/" not in answer.text.replace(query, "")


def test_a_graph_that_has_no_iri_is_refused(client: TestClient) -> None:
    answer = client.get("/sparql", params={"query": "ASK {}", "default-graph-uri": "not an IRI"})
    assert answer.status_code == 400


def test_an_update_is_no_query(client: TestClient, writer: TestClient) -> None:
    """[bad_update_get]."""
    for one in (client, writer):
        assert one.get("/sparql", params={"update": "CLEAR ALL"}).status_code == 400
        assert one.get("/update", params={"update": "CLEAR ALL"}).status_code == 405
        assert one.post("/sparql", data={"update": "CLEAR ALL"}).status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://127.0.0.1:1/sparql> { ?s ?p ?o } }",
        "SELECT * { service silent<http://127.0.0.1:1/sparql> { ?s ?p ?o } }",
    ],
)
def test_no_other_server_is_asked(client: TestClient, query: str) -> None:
    answer = client.get("/sparql", params={"query": query})
    assert answer.status_code == 400
    assert "SERVICE" in answer.text


def test_without_a_query_the_service_is_described(client: TestClient, writer: TestClient) -> None:
    for one, languages in ((client, 1), (writer, 2)):
        answer = one.get("/sparql")
        assert answer.headers["content-type"] == "text/turtle; charset=utf-8"
        found = Graph().parse(data=answer.text, format="turtle")
        service = found.value(None, RDF.type, SD.Service)
        assert found.value(service, SD.endpoint) == URIRef("http://testserver/sparql")
        assert len(list(found.objects(service, SD.supportedLanguage))) == languages
        assert {str(name) for name in found.objects(None, SD.name)} == {ONE, TWO}
    assert client.get("/sparql", headers={"Accept": "application/ld+json"}).json()
