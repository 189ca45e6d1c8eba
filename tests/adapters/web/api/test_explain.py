"""A photograph is explained, and asked about."""

from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from fastapi.testclient import TestClient

from emograph.adapters.web.explaining import Recent
from emograph.adapters.web.http_error import HttpError
from emograph.adapters.web.service import Limits
from emograph.engine.engine import Engine
from emograph.engine.explanation.document import schema
from emograph.errors import AssetError

Serve = Callable[..., TestClient]

IMAGE = {"Content-Type": "image/png"}

pytestmark = pytest.mark.weights


def explain(client: TestClient, photo: bytes, **parameters: str) -> Any:
    answer = client.post(
        "/api/explain", params=parameters, files={"photo": ("cat.png", photo, "image/png")}
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_photograph_is_explained(client: TestClient, cat: bytes) -> None:
    told = explain(client, cat)
    jsonschema.validate(told["explanation"], schema())
    assert told["headline"] == "This picture evokes contentment"
    cues = {cue["id"] for cue in told["explanation"]["cues"]}
    assert cues == {*told["order"]["matter"], *told["order"]["faint"]}
    assert told["colours"].keys() == told["explanation"]["emotions"].keys()
    assert {node["type"] for node in told["graph"]["nodes"]} >= {"cue", "concept", "emotion"}
    assert told["paths"][0]["way"].startswith("“")
    assert told["explanation"]["image"]["source"] == "cat.png"


def test_it_can_be_the_whole_body(client: TestClient, cat: bytes) -> None:
    answer = client.post("/api/explain", content=cat, headers={"Content-Type": "image/png"})
    document, other = answer.json()["explanation"], explain(client, cat)["explanation"]
    assert document["emotions"] == other["emotions"]
    assert document["image"]["source"] == "photo"


def test_in_another_scheme(client: TestClient, cat: bytes) -> None:
    assert explain(client, cat, scheme="ekman")["explanation"]["scheme"] == "ekman"
    wrong = client.post("/api/explain?scheme=none", files={"photo": cat})
    assert wrong.status_code == 400
    assert "mikels" in wrong.json()["todo"]


def test_a_cue_can_be_left_out_or_seen_less_surely(client: TestClient, cat: bytes) -> None:
    told = explain(client, cat)
    first, second, *_ = told["order"]["matter"]
    asked = {"id": told["id"], "confidences": {first: 0.0, second: 0.5}}
    answer = client.post("/api/what-if", json=asked)
    changed = answer.json()["explanation"]
    assert changed["without"] == [first]
    assert changed["as_if"] == {second: 0.5}
    assert changed["emotions"] != told["explanation"]["emotions"]
    # It is always asked of what was seen, not of the last answer.
    back = client.post("/api/what-if", json={"id": told["id"], "confidences": {}}).json()
    assert back["explanation"]["emotions"] == told["explanation"]["emotions"]
    assert back["id"] == told["id"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"id": "unknown", "confidences": {}}, 404),
        ({"id": "unknown"}, 400),
        ({"id": 1, "confidences": {}}, 400),
        ({"id": "x", "confidences": {"cue": 1.5}}, 400),
        ({"id": "x", "confidences": {"cue": "much"}}, 400),
        ([], 400),
    ],
)
def test_wrong_questions_are_refused(client: TestClient, body: object, status: int) -> None:
    answer = client.post("/api/what-if", json=body)
    assert answer.status_code == status
    assert answer.json().keys() == {"error", "todo"}
    assert all(answer.json().values())


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b"\xff", b'{"id": "\\ud800"}'])
def test_what_is_no_json_is_refused(client: TestClient, body: bytes) -> None:
    for path in ("/api/what-if", "/api/cypher"):
        answer = client.post(path, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 400
        assert client.post(path, content=body).status_code == 415


def test_only_so_many_explanations_are_remembered(engine: Engine, cat: bytes) -> None:
    recent, explanation = Recent(2), engine.explain(cat)
    ids = [recent.add(explanation) for _ in range(3)]
    assert len(recent) == 2
    with pytest.raises(HttpError, match="forgotten"):
        recent.what_if(ids[0], {})
    assert recent.what_if(ids[2], {}) is explanation


def test_pixels_are_not_remembered(client: TestClient, cat: bytes) -> None:
    explainer = client.app.state.service.explainer  # type: ignore[attr-defined]
    kept = explainer.recent.what_if(explain(client, cat)["id"], {})
    assert kept.photo.pixels.size == 3
    assert (kept.photo.width, kept.photo.height) == (451, 300)


def test_nothing_is_kept_unless_asked_and_allowed(
    client: TestClient, writer: TestClient, cat: bytes
) -> None:
    refused = client.post("/api/explain?keep=true", files={"photo": cat})
    assert refused.status_code == 403
    explain(writer, cat)
    assert writer.get("/api/gallery").json() == {"total": 0, "hits": []}
    explain(writer, cat, keep="true")
    explain(writer, cat, keep="true")
    assert writer.get("/api/gallery").json()["total"] == 1
    asked = "SELECT (COUNT(*) AS ?n) { ?e a emo:Explanation }"
    rows = writer.get("/sparql", params={"query": asked}).json()["results"]["bindings"]
    assert rows[0]["n"]["value"] == "1"


def test_the_page_is_there_before_the_engine(serve: Serve, cat: bytes) -> None:
    def broken() -> Engine:
        raise AssetError("The weights at /home/someone are broken.", "Fetch them again.")

    client = serve(load_engine=broken)
    assert client.get("/").status_code == 200
    answer = client.post("/api/explain", files={"photo": cat})
    assert answer.status_code == 503
    assert "someone" not in answer.text
    assert client.get("/health").json()["engine"] == "failed"


def test_a_server_without_an_engine_says_so(serve: Serve, cat: bytes) -> None:
    client = serve(load_engine=None)
    assert client.post("/api/explain", files={"photo": cat}).status_code == 503
    assert client.get("/api/retrieve?q=awe").status_code == 503


def test_an_upload_has_a_greatest_size(serve: Serve, cat: bytes) -> None:
    client = serve(Limits(upload=100_000))
    for answer in (
        client.post("/api/explain", files={"photo": cat}),
        client.post("/api/explain", content=iter([cat]), headers=IMAGE),
    ):
        assert answer.status_code == 413
        assert "100000 bytes" in answer.json()["error"]


def test_what_is_no_photograph_is_told_in_two_sentences(client: TestClient) -> None:
    told = client.post("/api/explain", files={"photo": ("notes.txt", b"hello")}).json()
    assert told["error"] == "The file notes.txt is not an image that can be read."
    assert told["todo"].startswith("Give a JPEG")
