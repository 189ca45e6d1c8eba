"""Nothing that lies beside the server can be read through a request: no file, no address."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from socket import create_server
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

pytestmark = pytest.mark.weights

SECRET = "Only who reads this file knows of it."


@pytest.fixture
def tries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Names of a file that is there, in the working folder of the server and elsewhere."""
    secret = tmp_path / "secret.png"
    secret.write_text(SECRET, "utf-8")
    (tmp_path / "link.png").symlink_to(secret)
    monkeypatch.chdir(tmp_path)
    with closing(create_server(("127.0.0.1", 0))) as listening:
        listening.setblocking(False)
        address = f"127.0.0.1:{listening.getsockname()[1]}"
        yield [
            str(secret),
            secret.name,
            "link.png",
            f"./{secret.name}",
            f"../{tmp_path.name}/{secret.name}",
            f"{'../' * 12}{str(secret)[1:]}",
            f"{'..%2f' * 12}{quote(str(secret)[1:], safe='')}",
            "..\\" * 12 + secret.name,
            f"....//....//{secret.name}",
            f"file://{secret}",
            f"file:{secret}",
            f"FILE://localhost{secret}",
            f"{secret}\0.png",
            "/proc/self/environ",
            "/etc/passwd",
            f"http://{address}/secret",
            f"https://{address}/secret",
            f"ftp://{address}/secret",
            f"//{address}/secret",
            f"data:text/plain,{SECRET[:4]}",
            "http://169.254.169.254/latest/meta-data",
        ]
        with pytest.raises(BlockingIOError):  # nobody has called
            listening.accept()


def safe(answer: object) -> None:
    text, status = answer.text, answer.status_code  # type: ignore[attr-defined]
    assert SECRET not in text
    assert "root:x:" not in text
    assert status < 500, text


def test_by_no_parameter(writer: TestClient, tries: list[str]) -> None:
    for given in tries:
        parameters = {
            "/api/node": ["iri"],
            "/api/ontology/children": ["iri"],
            "/api/concepts": ["q"],
            "/api/retrieve": ["q"],
            "/api/gallery": ["offset", "limit"],
            "/graphs": ["graph"],
            "/sparql": ["query", "default-graph-uri"],
        }
        for path, names in parameters.items():
            for name in names:
                safe(writer.get(path, params={name: given}))
        graphs = {"query": "SELECT * { ?s ?p ?o } LIMIT 1", "named-graph-uri": given}
        safe(writer.get("/sparql", params=graphs))


def test_by_no_path(writer: TestClient, tries: list[str]) -> None:
    for given in tries:
        for path in ("/static/", "/api/samples/", "/api/gallery/", "/"):
            for name in (quote(given, safe=""), quote(given)):
                answer = writer.get(path + name)
                safe(answer)
                assert answer.status_code in (404, 405, 422) or answer.url.path == "/"


def test_by_no_body(writer: TestClient, tries: list[str], jpeg: bytes) -> None:
    for given in tries:
        safe(writer.post("/api/explain", content=given, headers={"Content-Type": "image/png"}))
        safe(writer.post("/api/explain", data={"photo": given}))
        safe(writer.post("/api/explain", files={"photo": ("x.png", given)}))
        safe(writer.post("/api/explain", params={"scheme": given}, files={"photo": jpeg}))
        safe(writer.post("/api/what-if", json={"id": given, "confidences": {given: 0.5}}))
        query = f"LOAD CSV FROM {json.dumps(given)} AS line RETURN line"
        safe(writer.post("/api/cypher", json={"query": query}))
        query = "LOAD CSV FROM $file AS line RETURN line"
        safe(writer.post("/api/cypher", json={"query": query, "parameters": {"file": given}}))
        for update in (f"LOAD <{given}>", f"LOAD <{given}> INTO GRAPH <urn:g>"):
            safe(writer.post("/update", data={"update": update}))


def test_a_photograph_s_name_opens_nothing_and_is_kept_without_a_folder(
    writer: TestClient, tries: list[str], jpeg: bytes
) -> None:
    for given in tries:
        sent = {"photo": (given.replace("\0", ""), jpeg, "image/jpeg")}
        answer = writer.post("/api/explain?keep=true", files=sent)
        assert answer.status_code == 200
        assert "/" not in answer.json()["explanation"]["image"]["source"]
    kept = writer.get("/api/gallery").text
    assert SECRET not in kept
    assert str(Path.cwd()) not in kept
    dumped = writer.get("/graphs?default", headers={"Accept": "application/n-triples"})
    assert dumped.status_code == 200
    assert str(Path.cwd()) not in dumped.text
