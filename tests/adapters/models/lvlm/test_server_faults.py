"""What goes wrong with a model server is told with what to do, and tried again if it passes."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import numpy as np
import pytest

from emograph.adapters.models.lvlm import server_http
from emograph.adapters.models.lvlm.server import ServerError, ServerLVLM, connect_server
from emograph.engine.images import open_photo
from emograph.engine.lvlm.model import LogLikelihoods, Naming, Question
from tests.adapters.models.lvlm.serving import KEY, Connect, connecting, counts, served

PHOTO = open_photo(np.full((40, 60, 3), (200, 100, 30), np.uint8))
NAMINGS = (
    Naming("scene", Question("Where is it?", ""), ("beach", "street"), 3),
    Naming("caption", Question("What happens?", "It shows"), (), 12),
)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served() as address:
        yield address


@pytest.fixture
def connect(
    address: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Connect]:
    """Connect to a model with a fault; each test has a model of its own."""
    monkeypatch.setattr(server_http, "_BACKOFF_SECONDS", 0.02)
    with connecting(address, request.node.name.partition("[")[0]) as connect:
        yield connect


def ask(model: ServerLVLM) -> LogLikelihoods:
    return model.look(PHOTO).log_likelihoods(Question("What is felt?", ""), ("joy", "fear"))


FAULTS = {
    "failing": "failed (loading the model). Look into its log",
    "overrun": "asked for too much (slow down). Try again later",
    "page": "is no OpenAI-compatible server (it sent a web page). Correct the address",
    "shape": "another shape than OpenAI's (choices.0.message: Field required). Correct",
    "choiceless": "answered without a choice. Look",
    "truncated": "ends in the middle. Look into its log",
    "thinks": "was cut off before it answered. Switch its thinking off",
    "unknown": "does not have the model (The model `unknown` does not exist). Name one",
    "moved": "sends its visitors on to http://elsewhere.example/v1/chat/completions. Give",
    "breaking": "broke off its answer",
    "huge": "sent more than 4 MB. Correct the address",
    "blind": "does not take the picture (image input is not supported: provide the mmproj). Name",
    "cut": "was cut off. Try again, or name a model",
}


@pytest.mark.parametrize(("fault", "told"), FAULTS.items(), ids=FAULTS)
def test_faults_are_told_with_what_to_do(connect: Connect, fault: str, told: str) -> None:
    with pytest.raises(ServerError) as caught:
        connect(fault, retries=1).look(PHOTO).name(NAMINGS)
    assert told in str(caught.value)
    assert caught.value.what.endswith(".")
    assert caught.value.todo.endswith(".")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("", "said nothing"),
        ("A dog on a beach.", "answered with no JSON"),
        ('{"scene": ["beach", ', "was cut off"),
        ('{"scene": {"is": 3}}', "something else than lists of words"),
        ("[" * 100_000, "answered with no JSON"),
    ],
)
def test_answers_that_are_no_lists(address: str, said: str, told: str) -> None:
    model = connect_server(f"openai:{address}/v1#says.{json.dumps(said)}")
    with pytest.raises(ServerError, match=told):
        model.look(PHOTO).name(NAMINGS)


@pytest.mark.parametrize("fault", ["slow", "trickling"])
def test_a_slow_server_is_not_waited_for(connect: Connect, fault: str) -> None:
    model, began = connect(fault, timeout=0.4), time.monotonic()
    with pytest.raises(ServerError, match=r"no answer within 0\.4 s\. Allow it more time"):
        ask(model)
    assert time.monotonic() - began < 1.4
    assert counts(model)["asked"] == 1


def test_what_passes_is_tried_again(connect: Connect) -> None:
    model = connect("flaky")
    assert np.exp(ask(model)).sum() == pytest.approx(1)
    assert counts(model)["asked"] == 2
    failing = connect("failing", retries=2)
    with pytest.raises(ServerError):
        ask(failing)
    assert counts(failing)["asked"] == 3


def test_a_server_is_not_asked_before_it_wants(connect: Connect) -> None:
    model, began = connect("busy"), time.monotonic()
    ask(model)
    assert 1 <= time.monotonic() - began < 5


def test_a_server_that_wants_an_hour_is_not_waited_for(connect: Connect) -> None:
    model = connect("overrun")
    with pytest.raises(ServerError, match="too much"):
        ask(model)
    assert counts(model)["asked"] == 1


def test_a_wish_to_wait_may_be_a_date() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=10), usegmt=True)
    assert 8 < server_http._seconds(later) <= 10
    assert [server_http._seconds(each) for each in (None, "soon", "-3", "nan", "2.5")] == [
        *(0, 0, 0, 0),
        2.5,
    ]


def test_few_requests_are_under_way_at_a_time(connect: Connect) -> None:
    model = connect("crowded", in_flight=3)
    view = model.look(None)
    with ThreadPoolExecutor(9) as pool:
        list(pool.map(lambda _: view.name(NAMINGS), range(9)))
    assert counts(model)["most"] == 3


def test_no_server_there() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        place = f"openai:http://127.0.0.1:{taken.getsockname()[1]}/v1"
        with pytest.raises(ServerError, match=r"There is no model server at http://127.*\. Start"):
            connect_server(place, retries=0)


def test_a_server_that_comes_up_late_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_http, "_BACKOFF_SECONDS", 0.4)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        place = f"openai:http://127.0.0.1:{listening.getsockname()[1]}/v1"

        def answer() -> None:
            listening.listen()
            caller, _ = listening.accept()
            with caller:
                caller.recv(10_000)
                body = b'{"data": [{"id": "late"}]}'
                caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

        late = threading.Timer(0.1, answer)
        late.start()
        assert connect_server(place).name == "openai:late"
        late.join()


def test_no_such_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(ServerError, match=r"The name nowhere\.invalid cannot be resolved\. Check"):
        connect_server("openai:http://nowhere.invalid/v1")


def test_no_secure_connection(address: str) -> None:
    place = address.replace("http:", "https:")
    with pytest.raises(ServerError, match=r"No secure connection .* Use http://"):
        connect_server(f"openai:{place}/v1")


def test_wrong_paths(address: str) -> None:
    with pytest.raises(ServerError, match=r"nothing at .*/models \(HTTP 404\)\. .* ends in /v1"):
        connect_server(f"openai:{address}")
    with pytest.raises(ServerError, match="no OpenAI-compatible server"):
        connect_server(f"openai:{address}/page/v1")


@pytest.mark.parametrize(
    "place",
    ["openai:", "openai:localhost:8000/v1", "openai:ftp://host/v1", "openai:http://h:99999/v1"],
)
def test_what_is_no_address(place: str) -> None:
    with pytest.raises(ServerError, match=r"is no address of a model server\. Use openai:http"):
        connect_server(place)


def test_passwords_do_not_belong_into_addresses() -> None:
    with pytest.raises(ServerError, match="a user or a password in it") as caught:
        connect_server("openai:http://me:hidden@localhost/v1")
    assert "hidden" not in str(caught.value)


# Keys


def test_a_key_lets_in(address: str) -> None:
    place = f"openai:{address}/closed/v1"
    assert connect_server(place, api_key=f" {KEY}\n").name == "openai:closed"
    with pytest.raises(ServerError, match=r"does not let you in \(HTTP 401\)\. Set the key"):
        connect_server(place)
    with pytest.raises(ServerError, match=r"Check the key for it\.") as caught:
        connect_server(place, api_key="sk-wrong")
    assert "sk-wrong" not in str(caught.value)


def test_keys_are_never_told(connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    model = connect("echoing", api_key=KEY)
    with pytest.raises(ServerError, match="refuses what it is asked") as caught:
        ask(model)
    assert KEY not in str(caught.value)
    assert KEY not in caplog.text
    assert KEY not in repr(model)
    with pytest.raises(ServerError, match="characters that no key has"):
        connect("echoing", api_key="sk-\n-geheim-ä")
