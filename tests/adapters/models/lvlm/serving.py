"""An OpenAI-compatible server in a process of its own, in front of any vision-language model.

Whatever the model, `create_app` tells its log-likelihoods and confidences as those of tokens. A
model's name may begin with a fault, as in ``slow.test``, which the server then has.

    python -m tests.adapters.models.lvlm.serving MODULE:FUNCTION
"""

import base64
import importlib
import json
import math
import re
import socket
import subprocess
import sys
import threading
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from emograph.adapters.models.lvlm.server import ServerLVLM, connect_server, picture_url
from emograph.engine.images import Photo, open_photo
from emograph.engine.lvlm.model import (
    LogLikelihoods,
    Named,
    Naming,
    Question,
    Sampling,
    Told,
    View,
    VisionLanguageModel,
)
from tests.adapters.models.lvlm.serving_faults import faulty, refusal

KEY = "sk-very-secret"
NOISE = 0.4
"""What a server that tells raw probabilities gives at each token to words that are no answer."""
UNLISTED = ("LABEL  7", "unicorn")
"""What the model says where nobody tells it which labels there are."""

LIKELIEST = Sampling()
ROOT = Path(__file__).parents[4]
Connect = Callable[..., ServerLVLM]
Tokens = list[tuple[str, float, Mapping[str, float]]]


class Scripted:
    """A model whose answers follow from the colour of a picture, the question and the words."""

    name = "scripted"

    def look(self, photo: Photo | None) -> View:
        seen = () if photo is None else photo.pixels.mean((0, 1)) // 64
        return ScriptedView(str([int(value) for value in seen]))

    def look_each(self, photos: Sequence[Photo], namings: Sequence[Naming]) -> list[Told]:
        views = [self.look(photo) for photo in photos]
        return [Told(view, view.name(namings)) for view in views]


class ScriptedView:
    pooled = None

    def __init__(self, seen: str) -> None:
        self.seen = seen

    def chance(self, *words: object) -> float:
        return (zlib.crc32(repr((self.seen, *words)).encode()) + 1) / 2**32

    def log_likelihoods(self, question: Question, answers: Sequence[str]) -> LogLikelihoods:
        return np.array([math.log(self.chance(question.text, answer)) for answer in answers])

    def name(
        self, namings: Sequence[Naming], sampling: Sampling = LIKELIEST
    ) -> list[tuple[Named, ...]]:
        drawn = sampling.seed if sampling.temperature else None
        return [
            tuple(
                Named(label, 0.1 + 0.8 * self.chance(label))
                for label in sorted(
                    naming.labels or ("a calm sea",),
                    key=lambda label: self.chance(naming.question.text, label, drawn),
                )[: max(1, naming.tokens // 3)]
            )
            for naming in namings
        ]


def as_seen(photo: Photo | None) -> Photo | None:
    """The photo as it comes out of its JPEG, and so as a server sees it."""
    return None if photo is None else decoded(picture_url(photo))


def decoded(url: str) -> Photo:
    return open_photo(base64.b64decode(url.removeprefix("data:image/jpeg;base64,")))


def pieces(text: str, is_odd: bool = False) -> list[str]:
    """The tokens of a text: at most three letters, or one sign.

    With `is_odd`, how many letters follows from the letters, so that words which begin alike are
    cut differently.
    """
    if not is_odd:
        return re.findall(r"[^\W_]{1,3}|[\W_]", text)
    cut = []
    while text:
        length = 1 + zlib.crc32(text[:5].encode()) % 4
        cut.append(text[:length])
        text = text[length:]
    return cut


class Asked:
    """A chat completion, with the questions read back out of the prompt."""

    def __init__(self, body: dict[str, Any], model: VisionLanguageModel) -> None:
        content = body["messages"][0]["content"]
        parts = content if isinstance(content, list) else [{"type": "text", "text": content}]
        self.text = next(part["text"] for part in parts if part["type"] == "text")
        pictures = [p["image_url"]["url"] for p in parts if p["type"] == "image_url"]
        self.has_picture = bool(pictures)
        self.view = model.look(decoded(pictures[0]) if pictures else None)
        self.form = body.get("response_format", {})
        self.is_held = self.form.get("type") == "json_schema"
        self.schema = (
            self.form["json_schema"]["schema"]
            if self.is_held
            else json.loads(self.text.partition("schema only: ")[2])
        )
        self.sampling = Sampling(body["temperature"], body["seed"])
        self.listed = body.get("top_logprobs", 0) if body.get("logprobs") else 0

    def vote(self, name: str) -> Tokens:
        """The likeliest answer among those allowed, with what could stand at each of its tokens."""
        question, told = in_words(self.text.partition("\n")[0])
        among = self.schema["properties"]["answer"].get("enum", told)
        is_raw = name.startswith("raw")
        known = told if is_raw else among
        masses = np.exp(self.view.log_likelihoods(question, known))
        chances = dict(zip(known, masses / masses.sum(), strict=True))
        if name == "shouts":
            among = [answer.capitalize() for answer in among]
            chances = {answer.capitalize(): chance for answer, chance in chances.items()}
        answer = max(among, key=lambda each: chances[each])
        if name == "raves":
            chances, answer = {"nothing of it": 1.0}, "nothing of it"
        is_odd = name.endswith("odd")
        spelled = {each: [*pieces(json.dumps(each)[1:-1], is_odd), '"'] for each in chances}
        tokens: Tokens = [(piece, 0.0, {}) for piece in pieces('{"answer": "')]
        for depth, piece in enumerate(spelled[answer]):
            so_far = spelled[answer][:depth]
            options: dict[str, float] = defaultdict(float)
            for each, chance in chances.items():
                if spelled[each][:depth] == so_far:
                    options[spelled[each][depth]] += chance
            total = sum(options.values()) / (1 - NOISE if is_raw else 1)
            logs = {each: math.log(chance / total) for each, chance in options.items()}
            if is_raw:
                logs["The"] = math.log(NOISE)
            tokens.append((piece, logs[piece], logs))
        return [*tokens, ("}", 0.0, {})]

    def named(self) -> Tokens:
        """The items of all questions: the tokens of a label are together as sure as the label.

        Each token of free words is as sure as they are.
        """
        lines = dict(re.findall(r"^- (.+?)(?: \(a few words\))?: (.+)$", self.text, re.MULTILINE))
        tokens: Tokens = []

        def say(text: str, logprob: float = 0.0) -> None:
            tokens.extend((piece, logprob, {}) for piece in pieces(text))

        namings = []
        for key, asked in self.schema["properties"].items():
            question, told = in_words(lines[key])
            labels = asked.get("items", {}).get("enum", told)
            if asked["type"] == "array" and not labels:
                labels = list(UNLISTED)
            namings.append(
                Naming(key, question, tuple(labels), 3 * asked.get("maxItems", 2)),
            )
        answers = self.view.name(namings, self.sampling)
        for i, (naming, items) in enumerate(zip(namings, answers, strict=True)):
            is_list = self.schema["properties"][naming.kind]["type"] == "array"
            say(f'{", " if i else "{"}"{naming.kind}": {"[" if is_list else ""}')
            for j, item in enumerate(items):
                say(f'{", " if j else ""}"')
                label, sure = json.dumps(item.label)[1:-1], math.log(item.confidence)
                say(label, sure / len(pieces(label)) if naming.labels else sure)
                say('"')
            say("]" if is_list else "")
        say("}")
        return tokens


def in_words(text: str) -> tuple[Question, list[str]]:
    """A question and its answers, as they are told in a prompt."""
    match = re.fullmatch(
        r"(.*?)(?: The answer goes on after: “(.*?) …”)?(?: Answer with: (.*)\.)?", text
    )
    assert match
    return Question(match[1], match[2] or ""), match[3].split(", ") if match[3] else []


def completion(tokens: Tokens, listed: int, cut: bool = False) -> dict[str, Any]:
    if cut:
        tokens = tokens[: len(tokens) // 2]

    def told(piece: str, logprob: float) -> dict[str, Any]:
        return {"token": piece, "logprob": logprob, "bytes": list(piece.encode())}

    content = [
        {
            **told(piece, logprob),
            "top_logprobs": [
                told(*each)
                for each in sorted((options or {piece: logprob}).items(), key=lambda o: -o[1])
            ][:listed],
        }
        for piece, logprob, options in tokens
    ]
    choice = {
        "index": 0,
        "finish_reason": "length" if cut else "stop",
        "message": {"role": "assistant", "content": "".join(piece for piece, _, _ in tokens)},
        "logprobs": {"content": content} if listed else None,
    }
    return {"object": "chat.completion", "choices": [choice]}


class Counts:
    """How often each model was asked, how many at once, and the last request."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.asked: dict[str, int] = defaultdict(int)
        self.now: dict[str, int] = defaultdict(int)
        self.most: dict[str, int] = defaultdict(int)
        self.last: dict[str, dict[str, Any]] = {}

    @contextmanager
    def counting(self, name: str, body: dict[str, Any]) -> Iterator[int]:
        with self.lock:
            self.asked[name] += 1
            self.now[name] += 1
            self.most[name] = max(self.most[name], self.now[name])
            self.last[name] = body
            nth = self.asked[name]
        try:
            yield nth
        finally:
            with self.lock:
                self.now[name] -= 1


def create_app(model: VisionLanguageModel) -> FastAPI:
    """A server of the model, with all faults that can be named."""
    app, counts = FastAPI(), Counts()

    @app.get("/v1/models")
    def models() -> dict[str, Any]:
        return {"object": "list", "data": [{"id": model.name}, {"id": "another"}]}

    @app.get("/without/v1/models")
    def no_models() -> dict[str, Any]:
        return {"object": "list", "data": []}

    @app.get("/page/v1/models")
    def page() -> HTMLResponse:
        return HTMLResponse("<!doctype html><title>A router</title>")

    @app.get("/closed/v1/models")
    def closed(request: Request) -> Response:
        if request.headers.get("authorization") == f"Bearer {KEY}":
            return JSONResponse({"data": [{"id": "closed"}]})
        return refusal(401, f"wrong key {request.headers.get('authorization')}")

    @app.get("/counts/{name}")
    def count(name: str) -> dict[str, Any]:
        last = counts.last.get(name)
        return {"asked": counts.asked[name], "most": counts.most[name], "last": last}

    @app.post("/v1/chat/completions")
    def complete(body: dict[str, Any], request: Request) -> Response:
        name = body["model"]
        fault = name.partition(".")[0]
        with counts.counting(name, body) as nth:
            if response := faulty(fault, nth, body, request):
                return response
            asked = Asked(body, model)
            if fault == "blind" and asked.has_picture:
                return refusal(500, "image input is not supported: provide the mmproj")
            is_vote = "answer" in asked.schema["properties"]
            tokens = asked.vote(fault) if is_vote else asked.named()
            listed = 0 if fault == "untold" else asked.listed
            answer = json.dumps(completion(tokens, listed, fault == "cut"))
            if fault == "truncated":
                answer = answer[: len(answer) // 2]
            return Response(answer, media_type="application/json")

    return app


def scripted() -> VisionLanguageModel:
    return Scripted()


@contextmanager
def served(factory: str = f"{__name__}:scripted") -> Iterator[str]:
    """The address of a server of what a function makes, given as ``module:function``."""
    command = [sys.executable, "-m", "tests.adapters.models.lvlm.serving", factory]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


@contextmanager
def connecting(address: str, test: str) -> Iterator[Connect]:
    """Connects to models of a fault, which no other test asks."""
    models = []

    def connect(fault: str = "good", **options: Any) -> ServerLVLM:
        models.append(connect_server(f"openai:{address}/v1#{fault}.{test}", **options))
        return models[-1]

    yield connect
    for model in models:
        model.close()


def counts(model: ServerLVLM) -> Any:
    """How often the server was asked for this model, how many times at once, and the last body."""
    name = model.name.removeprefix("openai:")
    return httpx2.get(f"{model.address.removesuffix('/v1')}/counts/{name}").json()


def main() -> None:
    module, _, function = sys.argv[1].partition(":")
    model = getattr(importlib.import_module(module), function)()
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(
            uvicorn.Config(create_app(model), log_level="critical", timeout_graceful_shutdown=1)
        )
        listening.listen()
        print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
        server.run(sockets=[listening])


if __name__ == "__main__":
    main()
