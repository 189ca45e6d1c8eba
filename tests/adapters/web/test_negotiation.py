"""Which format an answer has is for the client to say."""

import pytest
from fastapi.testclient import TestClient

from emograph.adapters.web.negotiation import choose

OFFERED = ("application/json", "text/csv", "application/xml")


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, "application/json"),
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/*", "text/csv"),
        ("TEXT/CSV", "text/csv"),
        ("text/csv, application/xml", "text/csv"),
        ("text/csv;q=0.5, application/xml;q=0.7", "application/xml"),
        ("text/csv;q=0.5, */*;q=0.1", "text/csv"),
        ("application/json;q=0, */*", "text/csv"),
        ("application/*;q=0, */*", "text/csv"),
        ("application/xml;charset=utf-8;q=0.9, text/csv;q=0.8", "application/xml"),
        ("image/png", None),
        ("*/*;q=0", None),
        ("text/html,application/xml;q=0.9,*/*;q=0.8", "application/xml"),
        (";;,,/", None),
    ],
)
def test_the_client_gets_what_it_likes_best(accept: str | None, chosen: str | None) -> None:
    assert choose(accept, OFFERED) == chosen


@pytest.mark.parametrize(
    ("query", "accept", "kind"),
    [
        ("ASK {}", "application/sparql-results+xml", "application/sparql-results+xml"),
        ("ASK {}", "text/turtle, text/csv;q=0.1", "text/csv; charset=utf-8"),
        ("SELECT * {}", "application/json", "application/json"),
        ("SELECT * {}", "text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
        ("DESCRIBE <urn:a>", "application/n-triples", "application/n-triples"),
        ("DESCRIBE <urn:a>", "application/ld+json", "application/ld+json"),
        ("DESCRIBE <urn:a>", "text/csv, application/rdf+xml;q=0.2", "application/rdf+xml"),
    ],
)
def test_an_answer_says_its_format(client: TestClient, query: str, accept: str, kind: str) -> None:
    answer = client.get("/sparql", params={"query": query}, headers={"Accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)


@pytest.mark.parametrize(
    ("query", "accept"),
    [("ASK {}", "image/png"), ("ASK {}", "text/turtle"), ("DESCRIBE <urn:a>", "text/csv")],
)
def test_no_common_format_is_told(client: TestClient, query: str, accept: str) -> None:
    answer = client.get("/sparql", params={"query": query}, headers={"Accept": accept})
    assert answer.status_code == 406
    assert "Accept one of" in answer.text
