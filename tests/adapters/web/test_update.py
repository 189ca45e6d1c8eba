"""SPARQL 1.1 Update over HTTP: only where the server was started for it."""

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

UPDATE = "application/sparql-update"
INSERT = "INSERT DATA { GRAPH <urn:new> { <urn:n> <urn:p> 'é' } }"
ADDED = "ASK { GRAPH <urn:new> { <urn:n> <urn:p> 'é' } }"


def holds(client: TestClient, query: str) -> bool:
    return bool(client.get("/sparql", params={"query": query}).json()["boolean"])


def direct(client: TestClient, update: str | bytes, kind: str = UPDATE, **more: object) -> Response:
    return client.post("/update", content=update, headers={"Content-Type": kind}, **more)  # type: ignore[arg-type]


def test_a_server_is_read_only(client: TestClient) -> None:
    assert client.post("/update", data={"update": INSERT}).status_code == 403
    assert direct(client, INSERT).status_code == 403
    assert not holds(client, ADDED)


def test_an_update_comes_as_a_form_or_as_itself(writer: TestClient) -> None:
    """[update_post_form, update_post_direct]."""
    assert direct(writer, INSERT).status_code == 204
    assert holds(writer, ADDED)
    assert writer.post("/update", data={"update": "DROP GRAPH <urn:new>"}).status_code == 204
    assert not holds(writer, ADDED)


def test_what_is_no_update_changes_nothing(writer: TestClient) -> None:
    """[bad_multiple_updates, bad_update_wrong_media_type, …_missing_form_type, …_non_utf8]."""
    two = {"update": ["CLEAR ALL", "CLEAR ALL"]}
    assert writer.post("/update", data=two).status_code == 400
    assert direct(writer, "CLEAR ALL", params={"update": "CLEAR ALL"}).status_code == 400
    assert writer.post("/update", data={"query": "ASK {}"}).status_code == 400
    assert direct(writer, "CLEAR ALL", "text/plain").status_code == 415
    assert writer.post("/update", content="update=CLEAR%20ALL").status_code == 415
    utf_16 = "CLEAR ALL".encode("utf-16")
    assert direct(writer, utf_16, UPDATE + "; charset=UTF-16").status_code == 415
    assert direct(writer, "CLEAR NONSENSE").status_code == 400
    assert direct(writer, INSERT + "; CLEAR NONSENSE").status_code == 400
    assert not holds(writer, ADDED)
    assert holds(writer, "ASK { GRAPH ?g { ?s ?p ?o } }")


def test_the_dataset_of_an_update_is_written_in_it(writer: TestClient) -> None:
    """[bad_update_dataset_conflict]; the parameters are refused rather than not heeded."""
    for name in ("using-graph-uri", "using-named-graph-uri"):
        assert direct(writer, INSERT, params={name: "urn:g"}).status_code == 400
        form = {"update": INSERT, name: "urn:g"}
        assert writer.post("/update", data=form).status_code == 400
    assert not holds(writer, ADDED)


@pytest.mark.parametrize(
    "update",
    [
        "LOAD <file:///etc/hostname>",
        "LOAD SILENT <http://127.0.0.1:1/> INTO GRAPH <urn:g>",
        "INSERT { ?s ?p ?o } WHERE { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
    ],
)
def test_nothing_is_fetched(writer: TestClient, update: str) -> None:
    answer = direct(writer, update)
    assert answer.status_code == 400
    assert "not allowed" in answer.text


def test_a_page_of_another_site_changes_nothing(writer: TestClient) -> None:
    for origin in ("https://elsewhere.example", "http://testserver:81", "null"):
        answer = writer.post("/update", data={"update": INSERT}, headers={"Origin": origin})
        assert answer.status_code == 403
    assert not holds(writer, ADDED)
    own = {"Origin": "http://testserver"}
    assert writer.post("/update", data={"update": INSERT}, headers=own).status_code == 204
