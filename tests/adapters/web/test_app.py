"""What is said of the server beside its answers: description, pages, headers."""

import html
import re
from collections.abc import Callable
from urllib.parse import urljoin

import pytest
from fastapi.testclient import TestClient

from emograph.adapters.stores.oxigraph import open_store
from emograph.adapters.web.app import create_app
from emograph.adapters.web.pages import EXAMPLES
from emograph.kg.graph import KnowledgeGraph
from emograph.version import __version__

Serve = Callable[..., TestClient]


def test_health_tells_what_is_served(client: TestClient, writer: TestClient) -> None:
    told = client.get("/health").json()
    assert told.keys() == {"status", "version", "graph", "writable", "engine"}
    assert told["engine"] == "none"
    assert (told["status"], told["version"], told["writable"]) == ("ok", __version__, False)
    assert writer.get("/health").json()["writable"] is True


def test_openapi_describes_what_there_is(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    methods = {path: set(ways) for path, ways in document["paths"].items()}
    assert methods == {
        "/api/concepts": {"get"},
        "/api/cypher": {"post"},
        "/api/examples": {"get"},
        "/api/explain": {"post"},
        "/api/gallery": {"get"},
        "/api/gallery/{sha256}": {"get", "delete"},
        "/api/gallery/{sha256}/thumbnail": {"get"},
        "/api/node": {"get"},
        "/api/ontology": {"get"},
        "/api/ontology/children": {"get"},
        "/api/packs": {"get"},
        "/api/retrieve": {"get", "post"},
        "/api/samples": {"get"},
        "/api/samples/{name}": {"get"},
        "/api/schemes": {"get"},
        "/api/what-if": {"post"},
        "/metrics": {"get"},
        "/sparql": {"get", "post"},
        "/update": {"post"},
        "/graphs": {"get"},
        "/health": {"get"},
    }
    asked = document["paths"]["/sparql"]["get"]
    assert [p["name"] for p in asked["parameters"]] == [
        "query",
        "default-graph-uri",
        "named-graph-uri",
    ]
    assert {"200", "400", "406", "503"} == set(asked["responses"])
    assert "text/csv" in asked["responses"]["200"]["content"]
    posted = document["paths"]["/sparql"]["post"]["requestBody"]["content"]
    assert set(posted) == {"application/sparql-query", "application/x-www-form-urlencoded"}
    updated = document["paths"]["/update"]["post"]
    assert "204" in updated["responses"]
    assert "application/sparql-update" in updated["requestBody"]["content"]
    operations = [
        way["operationId"] for ways in document["paths"].values() for way in ways.values()
    ]
    assert len(operations) == len(set(operations))


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/health",
        "/sparql",
        "/graphs",
        "/nothing",
        "/static/page.css",
        "/api/schemes",
        "/metrics",
    ],
)
def test_every_answer_is_secured(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "access-control-allow-origin" not in headers
    assert client.options(path, headers={"Origin": "https://elsewhere.example"}).status_code >= 400


def test_the_pages_need_nothing_from_elsewhere(client: TestClient) -> None:
    for path in ("/", "/graphs"):
        page = client.get(path, headers={"Accept": "text/html"})
        addresses = re.findall(r'(?:href|src)="([^"]*)"', page.text)
        assert addresses
        for address in map(html.unescape, addresses):
            assert not address.startswith(("http:", "https:", "//"))
            if not address.startswith("#"):
                assert client.get(urljoin(str(page.url), address)).is_success


def test_every_example_on_the_page_has_an_answer() -> None:
    client = TestClient(create_app(KnowledgeGraph.load(open_store())))
    for query in EXAMPLES.values():
        answer = client.get("/sparql", params={"query": query})
        assert answer.status_code == 200
        if answer.headers["content-type"].startswith("text/turtle"):
            assert "skos:definition" in answer.text
        else:
            assert answer.json()["results"]["bindings"]


@pytest.mark.parametrize(
    "path", ["/nothing", "/static/", "/static/../app.py", "/static/%2e%2e/app.py"]
)
def test_nothing_else_is_served(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (
        404,
        "text/plain; charset=utf-8",
    )


def test_only_the_names_of_the_server_are_answered(serve: Serve) -> None:
    client = serve(hosts=["localhost", "127.0.0.1"])
    assert client.get("/health", headers={"Host": "localhost:8000"}).status_code == 200
    assert client.get("/health", headers={"Host": "elsewhere.example:8000"}).status_code == 400
