"""Thousands of requests made from the API's own description, right and wrong: none breaks it."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, TypeAlias

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation

from emograph.kg import terms

pytestmark = [pytest.mark.slow, pytest.mark.weights]

Operation: TypeAlias = APIOperation[Any, Any, Any, Any]
AnyCase: TypeAlias = Case[Operation]

EACH = 65
"""Requests of each kind, right and wrong, to each operation that takes anything."""
CYPHER = "MATCH (e:Emotion) RETURN e LIMIT 3"


def operations(client: TestClient) -> Iterator[Operation]:
    schema = schemathesis.openapi.from_asgi("/openapi.json", client.app)
    return (found.ok() for found in schema.get_all_operations() if isinstance(found, Ok))


def ask(operation: Operation, mode: GenerationMode, known: dict[str, str]) -> Counter[str]:
    """Send requests of a kind, half of which name things that there are; gives the statuses."""
    told: Counter[str] = Counter()
    turn = 0

    @settings(
        max_examples=EACH,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: AnyCase) -> None:
        nonlocal turn
        turn += 1
        if turn % 2:
            for place in (case.query, case.path_parameters, case.body):
                if isinstance(place, dict):
                    place.update({name: known[name] for name in known.keys() & place.keys()})
        answer = case.call()
        told[str(answer.status_code)] += 1
        assert answer.status_code < 500, (case.as_curl_command(), answer.text)
        if case.path.startswith("/api/") and answer.status_code >= 400:
            assert answer.json().keys() == {"error", "todo"}

    try:
        send()
    except Unsatisfiable:  # an operation that takes nothing cannot be asked wrongly
        assert not told
    return told


def test_no_request_breaks_the_server(writer: TestClient, cat: bytes) -> None:
    kept = writer.post("/api/explain?keep=true", files={"photo": cat}).json()
    known = {
        "id": kept["id"],
        "sha256": kept["explanation"]["image"]["sha256"],
        "iri": terms.concept("object", "dog"),
        "graph": terms.graph("core"),
        "name": "coffee",
        "scheme": "ekman",
        "query": "SELECT ?s { ?s a emo:Emotion } LIMIT 3",
        "q": "awe 0.7, fear 0.3",
    }
    # The first search by words has to read the model for them.
    assert writer.get("/api/retrieve?q=a quiet morning").status_code == 200
    told: dict[str, Counter[str]] = {}
    for operation in operations(writer):
        counts = told[f"{operation.method} {operation.path}"] = Counter()
        there = known | ({"query": CYPHER} if operation.path == "/api/cypher" else {})
        if operation.method == "delete":  # the one image that is kept is still asked for
            there.pop("sha256")
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            counts.update(ask(operation, mode, there))
    assert sum(map(Counter.total, told.values())) >= 2000
    # Almost everything was also asked rightly.
    assert [name for name, counts in told.items() if not any(s[0] == "2" for s in counts)] == [
        "delete /api/gallery/{sha256}"
    ]
    assert writer.post("/api/explain", files={"photo": cat}).status_code == 200
