"""`emograph serve` as a process of its own: token, photographs, log, clients that leave."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.weights]

TOKEN = "only-for-this-test"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("server") / "stderr"


@pytest.fixture(scope="module")
def client(told: Path) -> Iterator[httpx2.Client]:
    words = ("serve", "--port", "0", "--store", "memory", "--writable", "--workers", "1")
    with told.open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "emograph.cli", *words, "--queue", "1", "--max-upload", "1"],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={**os.environ, "EMOGRAPH_TOKEN": TOKEN},
        )
        assert server.stdout is not None
        found = re.match(r"Serving (http://\S+/), ", server.stdout.readline())
        assert found
        with httpx2.Client(base_url=found[1], headers=BEARER, timeout=120) as client:
            yield client
        server.terminate()
        server.wait(30)


def test_the_page_is_there_at_once_and_asks_nothing(client: httpx2.Client) -> None:
    assert httpx2.get(client.base_url).status_code == 200
    assert httpx2.get(client.base_url.join("api/schemes")).status_code == 401


def test_a_photograph_is_kept_and_found(client: httpx2.Client, cat: bytes) -> None:
    sent = {"photo": ("private name.png", cat, "image/png")}
    answer = client.post("api/explain?keep=true", files=sent)
    assert answer.status_code == 200
    assert client.get("api/retrieve?q=contentment").json()["hits"][0]["name"] == "private name.png"
    changed = client.post("api/what-if", json={"id": answer.json()["id"], "confidences": {}})
    assert changed.json()["headline"] == answer.json()["headline"]


def test_what_is_too_large_is_refused_before_it_is_sent_whole(client: httpx2.Client) -> None:
    answer = client.post("api/explain", files={"photo": b"\xff" * 3_000_000})
    assert answer.status_code == 413
    assert client.get("health").status_code == 200


def test_a_client_that_leaves_gives_its_place_to_others(client: httpx2.Client, cat: bytes) -> None:
    for _ in range(6):  # one may be told at once that there is no place
        with suppress(httpx2.TimeoutException):
            client.post("api/explain", files={"photo": cat}, timeout=0.02)
    for _ in range(30):
        answer = client.post("api/explain", files={"photo": cat})
        if answer.status_code == 200:
            break
        assert answer.status_code == 503
        time.sleep(float(answer.headers["Retry-After"]))
    assert answer.status_code == 200


def test_the_log_has_a_line_of_json_for_each_and_nothing_private(
    client: httpx2.Client, told: Path
) -> None:
    client.get("sparql", params={"query": "private query"})
    client.get("health")  # a line is written when its answer has gone
    rows = [json.loads(line) for line in told.read_text("utf-8").splitlines()]
    assert {"/", "/api/explain", "/api/retrieve", "/sparql"} <= {row["path"] for row in rows}
    assert "private" not in told.read_text("utf-8")
    assert TOKEN not in told.read_text("utf-8")
