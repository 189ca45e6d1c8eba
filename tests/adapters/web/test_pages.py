"""The page and what it is made of."""

import gzip
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from emograph.adapters import web

STATIC = Path(web.__file__).parent / "static"
FILES = sorted(path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*") if path.is_file())


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_served_as_it_is(client: TestClient, name: str) -> None:
    answer = client.get(f"/static/{name}")
    assert answer.status_code == 200
    assert answer.content == (STATIC / name).read_bytes()
    assert answer.headers["cache-control"] == "no-cache"
    again = client.get(f"/static/{name}", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_files_are_packed_for_who_takes_them_so(client: TestClient) -> None:
    plain = client.get("/static/page.css", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    packed = client.get("/static/page.css", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content
    assert packed.headers["vary"] == "Accept-Encoding"


def test_the_page_is_light(client: TestClient) -> None:
    """All that the page is made of, packed: 300 kB are allowed before there is a photograph."""
    total = len(gzip.compress(client.get("/").content))
    total += sum(len(gzip.compress((STATIC / name).read_bytes())) for name in FILES)
    samples = client.get("/api/samples").json()
    total += sum(len(client.get(f"/api/samples/{row['name']}").content) for row in samples)
    assert total <= 250_000


def test_the_samples_are_photographs_with_credits(client: TestClient) -> None:
    samples = client.get("/api/samples").json()
    assert len(samples) >= 3
    for row in samples:
        assert row["credit"]
        picture = client.get(f"/api/samples/{row['name']}")
        assert picture.headers["content-type"] == "image/jpeg"
        assert len(picture.content) <= 60_000
