"""Who may ask, and what every answer carries."""

import json
import logging
import re
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from emograph.adapters.web.watching import REQUESTS

Serve = Callable[..., TestClient]

TOKEN = "a long & sécret wörd"
ASKED = ("/api/schemes", "/sparql", "/graphs", "/metrics", "/openapi.json", "/nothing", "/update")


def bearer(token: str) -> dict[bytes, bytes]:
    return {b"Authorization": b"Bearer " + token.encode()}


@pytest.mark.parametrize("path", ASKED)
def test_with_a_token_nothing_is_told_without_it(serve: Serve, path: str) -> None:
    client = serve(token=TOKEN)
    nothing: dict[bytes, bytes] = {}
    for headers in (nothing, bearer(""), bearer(TOKEN[:-1]), bearer(TOKEN + "x")):
        answer = client.get(path, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    basic = {b"Authorization": b"Basic " + TOKEN.encode()}
    assert client.get(path, headers=basic).status_code == 401
    assert client.get(path, headers=bearer(TOKEN)).status_code != 401


def test_the_page_and_the_sign_of_life_need_no_token(serve: Serve) -> None:
    client = serve(token=TOKEN)
    page = client.get("/")
    assert page.status_code == 200
    for address in re.findall(r'(?:href|src)="(static/[^"]+)"', page.text):
        assert client.get("/" + address).status_code == 200
    assert client.get("/health").status_code == 200
    for path in ("/health/", "/static/..%2fgraphs", "/static/graphs", "/health/..%2fgraphs"):
        assert client.get(path).status_code in (401, 404)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://testserver.elsewhere.example"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_pages_of_other_sites_send_nothing(writer: TestClient, headers: dict[str, str]) -> None:
    for path in ("/api/explain", "/api/what-if", "/api/retrieve", "/api/cypher", "/update"):
        form = {"data": {"update": "CLEAR ALL"}} if path == "/update" else {}
        answer = writer.post(path, headers=headers, **form)  # type: ignore[arg-type]
        assert answer.status_code == 403
    assert writer.delete(f"/api/gallery/{'0' * 64}", headers=headers).status_code == 403


def test_requests_have_an_id(client: TestClient) -> None:
    sane = client.get("/health", headers={"X-Request-ID": "abc-123"})
    assert sane.headers["x-request-id"] == "abc-123"
    for given in ("", "x" * 65, "a b", "<script>", "a\tb"):
        made = client.get("/health", headers={"X-Request-ID": given}).headers["x-request-id"]
        assert re.fullmatch("[0-9a-f]{16}", made)


def test_the_log_has_one_line_a_request_and_nothing_private(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, REQUESTS)
    client = serve(token="private1")
    client.get("/sparql?query=private2", headers={**bearer("private1"), b"Cookie": b"private3"})
    client.post("/api/cypher", json={"query": "private4"}, headers=bearer("private1"))
    client.get("/nothing%0Aline", headers=bearer("wrong-private5"))
    lines = [record.getMessage() for record in caplog.records if record.name == REQUESTS]
    assert len(lines) == 3
    told = [json.loads(line) for line in lines]
    assert [(row["method"], row["path"], row["status"]) for row in told[:2]] == [
        ("GET", "/sparql", 400),
        ("POST", "/api/cypher", 400),
    ]
    assert all(
        row.keys() == {"time", "id", "method", "path", "status", "ms", "bytes"} for row in told
    )
    assert "private" not in "".join(lines)
    assert not any("\n" in line for line in lines)


def test_figures_are_told_to_prometheus(client: TestClient) -> None:
    client.get("/health")
    client.get("/nothing/1")
    client.get("/nothing/2")
    text = client.get("/metrics").text
    assert 'emograph_requests_total{method="GET",route="/health",status="200"} 1.0' in text
    assert 'emograph_requests_total{method="GET",route="none",status="404"} 2.0' in text
    assert "emograph_waiting 0.0" in text
    assert "emograph_request_seconds_bucket" in text
