"""Images that were kept are looked through, found, and removed."""

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

pytestmark = pytest.mark.weights


@pytest.fixture
def keeper(writer: TestClient, photos: Path) -> TestClient:
    """A client of a server that has kept three photographs."""
    for name in ("chelsea.png", "coffee.png", "rocket.jpg"):
        sent = (f"C:\\pictures\\{name}", (photos / name).read_bytes())
        assert writer.post("/api/explain?keep=1", files={"photo": sent}).status_code == 200
    return writer


def names(answer: Any) -> list[str]:
    return [hit["name"] for hit in answer["hits"]]


def test_the_newest_come_first(keeper: TestClient) -> None:
    told = keeper.get("/api/gallery").json()
    assert told["total"] == 3
    assert names(told) == ["rocket.jpg", "coffee.png", "chelsea.png"]
    assert names(keeper.get("/api/gallery?offset=1&limit=1").json()) == ["coffee.png"]
    assert told["hits"][0]["score"] is None
    assert told["hits"][0]["why"] == []


def test_each_has_a_thumbnail(keeper: TestClient) -> None:
    hit = keeper.get("/api/gallery").json()["hits"][0]
    picture = keeper.get(f"/api/gallery/{hit['sha256']}/thumbnail")
    assert picture.headers["content-type"] == "image/jpeg"
    assert picture.content.startswith(b"\xff\xd8")
    assert keeper.get(f"/api/gallery/{hit['sha256']}").json() == hit


def test_they_are_found_by_emotion_words_and_likeness(keeper: TestClient, photos: Path) -> None:
    found = keeper.get("/api/retrieve", params={"q": "contentment", "k": 2}).json()
    assert len(found["hits"]) == 2
    assert names(found)[0] == "chelsea.png"
    assert found["hits"][0]["score"] >= found["hits"][1]["score"]
    assert found["hits"][0]["why"]
    words = keeper.get("/api/retrieve", params={"q": "a cat"}).json()
    assert names(words)[0] == "chelsea.png"
    sent = {"photo": ("x.jpg", (photos / "rocket.jpg").read_bytes())}
    like = keeper.post("/api/retrieve", files=sent, data={"q": "contentment", "k": "1"})
    assert like.status_code == 200
    assert len(like.json()["hits"]) == 1


def test_what_is_no_question_is_refused(keeper: TestClient, cat: bytes) -> None:
    asked = keeper.get("/api/retrieve", params={"q": "awe without qwertyuiop"})
    assert asked.status_code == 400
    assert asked.json()["todo"]
    for k in ("0", "-1", "many", "1" * 400, "²", "201"):
        answer = keeper.post("/api/retrieve", files={"photo": cat}, data={"k": k})
        assert answer.status_code == 400
    assert keeper.post("/api/retrieve", files={"photo": b"no image"}).status_code == 400


def test_an_empty_gallery_answers(client: TestClient) -> None:
    assert client.get("/api/gallery").json() == {"total": 0, "hits": []}
    assert client.get("/api/retrieve?q=awe").json() == {"total": 0, "hits": []}


def test_an_image_is_removed_with_its_explanations(keeper: TestClient, client: TestClient) -> None:
    sha256 = keeper.get("/api/gallery").json()["hits"][0]["sha256"]
    assert client.delete(f"/api/gallery/{sha256}").status_code == 403
    assert keeper.delete(f"/api/gallery/{sha256}").status_code == 204
    assert keeper.delete(f"/api/gallery/{sha256}").status_code == 404
    assert keeper.get(f"/api/gallery/{sha256}/thumbnail").status_code == 404
    assert keeper.get("/api/gallery").json()["total"] == 2
    asked = "SELECT (COUNT(*) AS ?n) { ?e a emo:Explanation }"
    rows = keeper.get("/sparql", params={"query": asked}).json()["results"]["bindings"]
    assert rows[0]["n"]["value"] == "2"


def test_an_image_is_named_by_its_digest(client: TestClient) -> None:
    for name in ("x", "..", "%2e%2e", "A" * 64, "0" * 63):
        assert client.get(f"/api/gallery/{name}/thumbnail").status_code in (404, 422)
