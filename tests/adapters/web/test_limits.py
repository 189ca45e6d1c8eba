"""No request takes more than its share, and none tells more than it should."""

import asyncio
import threading
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from emograph.adapters.web.answers import TRUNCATED
from emograph.adapters.web.http_error import HttpError
from emograph.adapters.web.service import Limits
from emograph.adapters.web.slots import Slots
from emograph.errors import KnowledgeError

Serve = Callable[..., TestClient]

ALL = "SELECT * { ?s ?p ?o }"
# Ten million rows are counted, which takes far longer than these tests let it.
LONG = (
    "SELECT (COUNT(*) AS ?n) {"
    + "".join(f" VALUES ?v{n} {{ 0 1 2 3 4 5 6 7 8 9 }}" for n in range(7))
    + "}"
)


@pytest.mark.parametrize("query", [ALL, "CONSTRUCT WHERE { ?s ?p ?o }"])
def test_an_answer_that_is_cut_short_says_so(serve: Serve, query: str) -> None:
    accept = {"Accept": "text/csv, application/n-triples"}
    cut = serve(Limits(rows=3)).get("/sparql", params={"query": query}, headers=accept)
    assert cut.headers[TRUNCATED] == "3"
    whole = serve(Limits(rows=4)).get("/sparql", params={"query": query}, headers=accept)
    assert TRUNCATED not in whole.headers
    assert len(whole.text.splitlines()) == len(cut.text.splitlines()) + 1


def test_an_answer_has_a_greatest_size(serve: Serve) -> None:
    answer = serve(Limits(answer=20)).get("/sparql", params={"query": ALL})
    assert answer.status_code == 503
    assert "too large" in answer.text


def test_a_body_has_a_greatest_size(serve: Serve) -> None:
    client = serve(Limits(body=100), writable=True)
    long = "ASK {} #" + "x" * 100
    for path, kind in (("/sparql", "query"), ("/update", "update")):
        headers = {"Content-Type": f"application/sparql-{kind}"}
        assert client.post(path, content=long, headers=headers).status_code == 413
        assert client.post(path, data={kind: long}).status_code == 413


def test_a_query_has_a_greatest_length_and_depth(client: TestClient) -> None:
    for query in ("ASK {} #" + "x" * 10_000, "ASK " + "{" * 1000 + "}" * 1000):
        answer = client.post("/sparql", data={"query": query})
        assert answer.status_code == 400
        assert "allowed" in answer.text


def test_queries_that_go_on_leave_the_server_answering(serve: Serve) -> None:
    with serve(Limits(seconds=0.1, slots=2, patience=0)) as client:
        for _ in range(2):
            late = client.get("/sparql", params={"query": LONG})
            assert late.status_code == 503
            assert "0.1 s" in late.text
            assert "retry-after" not in late.headers
        busy = client.get("/sparql", params={"query": "ASK {}"})
        assert busy.status_code == 503
        assert busy.headers["retry-after"].isdigit()
        assert client.get("/health").json()["status"] == "ok"


def test_a_slot_is_free_again_when_its_thread_has_ended() -> None:
    end, slots = threading.Event(), Slots(1, 0.1, 0.1)

    async def ask() -> None:
        with pytest.raises(HttpError, match="within"):
            await slots.run(lambda _: end.wait())
        with pytest.raises(HttpError, match="busy"):
            await slots.run(lambda _: None)
        end.set()
        assert await slots.run(lambda _: "answer") == "answer"

    asyncio.run(ask())


def test_what_fails_is_told_without_what_the_machine_is_like(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(_: float) -> None:
        raise RuntimeError("/home/someone/store is broken")

    def full(_: float) -> None:
        try:
            raise OSError("/home/someone/store is full")
        except OSError as problem:
            raise KnowledgeError(f"It failed ({problem}).", "Mend it.") from problem

    def wrong(_: float) -> None:
        raise KnowledgeError("This is no query.", "Correct it.")

    slots = Slots(1, 10, 10)
    for work in (broken, full):
        with pytest.raises(HttpError) as caught:
            asyncio.run(slots.run(work))
        assert caught.value.status == 500
        assert "someone" not in caught.value.message
        assert "someone" in caplog.text
        caplog.clear()
    with pytest.raises(KnowledgeError, match="no query"):
        asyncio.run(slots.run(wrong))
    assert not caplog.records
