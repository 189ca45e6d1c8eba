"""Reading what a model server answered: words, and the log-probabilities of their tokens."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from emograph.adapters.models.lvlm.server_http import ServerError

UNKNOWN = 0.5
"""The confidence of an item whose tokens' probabilities the server does not tell."""

IMPOSSIBLE = -1000.0
"""The log-probability of what a server's grammar forbids; it may say -9999 or -inf."""

_STRING = re.compile(r'("(?:[^"\\]|\\.)*")(\s*:)?', re.DOTALL)

_Shape = TypeVar("_Shape", bound=BaseModel)


class Option(BaseModel):
    """A token that could stand somewhere, with its log-probability."""

    token: str
    logprob: float
    octets: list[Annotated[int, Field(ge=0, le=255)]] | None = Field(None, alias="bytes")

    @property
    def text(self) -> bytes:
        """The token's bytes; half a character cannot be told as text."""
        return bytes(self.octets) if self.octets else self.token.encode()


class Token(Option):
    """A token of an answer, with those that could have stood in its place."""

    top_logprobs: list[Option] | None = None

    @property
    def options(self) -> list[Option]:
        """The token itself, then the others that are listed; tokens without text do not count."""
        seen, options = set(), []
        for option in (self, *(self.top_logprobs or ())):
            if option.text and option.text not in seen:
                seen.add(option.text)
                options.append(option)
        return options


class _Logprobs(BaseModel):
    content: list[Token] | None = None


class _Message(BaseModel):
    content: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None
    logprobs: _Logprobs | None = None


class _Completion(BaseModel):
    choices: list[_Choice]


class _Model(BaseModel):
    id: str


class _Models(BaseModel):
    data: list[_Model]


@dataclass(frozen=True, slots=True)
class Reply:
    """The words of a completion, whether they were cut off, and its tokens, if told."""

    text: str
    cut: bool
    tokens: Sequence[Token]


@dataclass(frozen=True, slots=True)
class Said:
    """An item of a JSON answer, and the log-probabilities of its tokens, where they are known."""

    text: str
    logprobs: tuple[float, ...] = ()

    @property
    def confidence(self) -> float:
        """The probability of all its tokens together."""
        return math.exp(sum(self.logprobs)) if self.logprobs else UNKNOWN


def read_models(data: bytes, address: str) -> list[str]:
    """The names of the models that a server lists."""
    return [model.id for model in _parsed(_Models, data, address).data]


def read_reply(data: bytes, address: str) -> Reply:
    """The first choice of a completion."""
    completion = _parsed(_Completion, data, address)
    if not completion.choices:
        raise ServerError(
            f"The server at {address} answered without a choice.",
            "Look into its log, and try again.",
        )
    choice = completion.choices[0]
    tokens = (choice.logprobs.content if choice.logprobs else None) or []
    return Reply(choice.message.content or "", choice.finish_reason == "length", tokens)


def read_items(reply: Reply, address: str) -> dict[str, list[Said]]:
    """The items of each key of a flat JSON object, in the order in which they were said."""
    begins = max(reply.text.find("{"), 0)
    try:
        parsed, ends = json.JSONDecoder(strict=False).raw_decode(reply.text, begins)
        # A list is asked for, but one item alone is understood, and so is nothing.
        TypeAdapter(dict[str, list[str] | str | None]).validate_python(parsed)
    except (ValueError, RecursionError) as problem:
        raise _misread(reply, address, problem) from problem
    text = reply.text[begins:ends]
    spelled = b"".join(token.text for token in reply.tokens)
    # Before it there may be tokens of thought, which are no part of the answer.
    offset = spelled.rfind(text.encode())
    items: dict[str, list[Said]] = {}
    key = ""
    for match in _STRING.finditer(text):
        word = json.loads(match[1], strict=False)
        if match[2]:
            key = word
            items.setdefault(key, [])
            continue
        # JSON can spell half of a surrogate pair, which is no character.
        word = " ".join(word.encode(errors="ignore").decode().split())
        start = offset + len(text[: match.start(1) + 1].encode())
        end = start + len(match[1][1:-1].encode())
        if word:
            known = bool(spelled) and offset >= 0
            items[key].append(Said(word, _spelling(reply.tokens, start, end) if known else ()))
    return items


def _spelling(tokens: Sequence[Token], start: int, end: int) -> tuple[float, ...]:
    """The log-probabilities of the tokens that spell these bytes."""
    logprobs, at = [], 0
    for token in tokens:
        at, begins = at + len(token.text), at
        if begins < end and at > start:
            logprobs.append(bounded(token.logprob))
    return tuple(logprobs)


def bounded(logprob: float) -> float:
    """A log-probability that can be added up, whatever a server says for what cannot be."""
    return IMPOSSIBLE if math.isnan(logprob) else min(max(logprob, IMPOSSIBLE), 0.0)


def _parsed(shape: type[_Shape], data: bytes, address: str) -> _Shape:
    try:
        return shape.model_validate_json(data)
    except ValidationError as problem:
        first = problem.errors(include_input=False, include_url=False)[0]
        if first["type"] != "json_invalid":
            where = ".".join(map(str, first["loc"]))
            fault = ServerError(
                f"The server at {address} answered in another shape than OpenAI's "
                f"({where}: {first['msg']}).",
                "Correct the address, or update the server.",
            )
        elif "EOF" in first["msg"] and data.lstrip().startswith((b"{", b"[")):
            fault = ServerError(
                f"The answer of the server at {address} ends in the middle.",
                "Look into its log, and try again.",
            )
        else:
            kind = "a web page" if data.lstrip().startswith(b"<") else "no JSON"
            fault = ServerError(
                f"What answers at {address} is no OpenAI-compatible server (it sent {kind}).",
                "Correct the address; it ends in /v1 with most servers.",
            )
        raise fault from problem


def _misread(reply: Reply, address: str, problem: Exception) -> ServerError:
    text = reply.text.strip()
    if not text and reply.cut:
        return ServerError(
            f"The model at {address} was cut off before it answered.",
            "Switch its thinking off in the server, or name a model that does not think.",
        )
    if not text:
        return ServerError(
            f"The model at {address} said nothing.", "Try again, or name another model."
        )
    if reply.cut or ("{" in text and "}" not in text):
        return ServerError(
            f"The answer of the model at {address} was cut off.",
            "Try again, or name a model that keeps to what it is asked.",
        )
    what = (
        "something else than lists of words" if isinstance(problem, ValidationError) else "no JSON"
    )
    return ServerError(
        f"The model at {address} answered with {what}.",
        "Take a server that keeps to a JSON schema, or a larger model.",
    )
