"""Vision-language models behind OpenAI-compatible servers: vLLM, llama.cpp, Ollama, LM Studio."""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

from emograph.adapters.models.lvlm.server_http import (
    Line,
    RefusedError,
    ServerError,
    place_parts,
)
from emograph.adapters.models.lvlm.server_reading import (
    UNKNOWN,
    Reply,
    Said,
    Token,
    read_items,
    read_models,
    read_reply,
)
from emograph.adapters.models.lvlm.server_votes import KEY, log_likelihoods
from emograph.engine.images import Photo
from emograph.engine.lvlm.model import LogLikelihoods, Named, Naming, Question, Sampling, Told
from emograph.errors import VoteError

__all__ = ["ServerError", "ServerLVLM", "ServerView", "connect_server", "picture_url"]

_SIDE = 1024
_QUALITY = 90
# From the form that binds an answer most to that which every server takes.
_FORMS = ("bounded schema", "schema", "json", "words")
_BOUND_FORMS = 2
# OpenAI and vLLM list 20 tokens at most, TGI 5.
_LISTED = (20, 5, None)
# More labels than this are not told to a model in words.
_MANY = 100
_LIKELIEST = Sampling()
_PER_ITEM = 3
_LETTERS = 6
# What JSON adds to an answer, in tokens.
_MARGIN = 24
_FORM = re.compile(r"schema|format|grammar", re.IGNORECASE)
_NOT_SEEN = re.compile(r"image|vision|visual|multi-?modal|mmproj", re.IGNORECASE)


def connect_server(
    place: str,
    *,
    api_key: str | None = None,
    timeout: float = 60.0,
    retries: int = 2,
    in_flight: int = 4,
) -> ServerLVLM:
    """The model at ``openai:http://host:port/v1#MODEL``, or the first one that the server lists.

    At most `in_flight` requests are under way at a time, each takes `timeout` seconds at most, and
    what may be over in a moment is tried again `retries` times. Raises ServerError.
    """
    address, model = place_parts(place)
    line = Line(address, api_key, timeout, retries, in_flight)
    try:
        return ServerLVLM(line, model or _first_model(line))
    except ServerError:
        line.close()
        raise


def _first_model(line: Line) -> str:
    models = read_models(line.get("models"), line.address)
    if not models:
        raise ServerError(
            f"The server at {line.address} has no model.", "Let it load one and try again."
        )
    return models[0]


class ServerLVLM:
    """Sees pictures through the chat completions of a server.

    Answers are bound to a JSON schema. A server that refuses one is asked for JSON, and at last in
    words; whatever is not among a question's labels is dropped. It is remembered which form of a
    question the server takes. May be used by several threads.
    """

    name: str

    def __init__(self, line: Line, model: str) -> None:
        self.name = f"openai:{model}"
        self._line, self._model = line, model
        self._forms: dict[str, int] = {}
        self._listed = 0

    def look(self, photo: Photo | None) -> ServerView:
        """Encode a photo, once for all that is asked of it; None asks the same without one."""
        return ServerView(self, None if photo is None else picture_url(photo))

    def look_each(self, photos: Sequence[Photo], namings: Sequence[Naming]) -> list[Told]:
        """Look at several photos and name what each shows, as many at a time as the line allows."""

        def look(photo: Photo) -> Told:
            view = self.look(photo)
            return Told(view, view.name(namings))

        with ThreadPoolExecutor(self._line.in_flight) as pool:
            return list(pool.map(look, photos))

    def close(self) -> None:
        """Close all connections."""
        self._line.close()

    @property
    def address(self) -> str:
        """Where the server is."""
        return self._line.address

    def complete(
        self,
        purpose: str,
        text: str,
        picture: str | None,
        schema: dict[str, Any],
        **options: Any,
    ) -> tuple[Reply, bool]:
        """What the model says, in JSON after a schema, and whether the server held it to that.

        Which form the server takes is remembered by `purpose`.
        """
        form = self._forms.get(purpose, 0)
        while True:
            listed = _LISTED[self._listed]
            body = {"model": self._model, **_asked(text, picture, schema, _FORMS[form]), **options}
            if listed:
                body |= {"logprobs": True, "top_logprobs": listed}
            try:
                data = self._line.post("chat/completions", body)
            except RefusedError as refusal:
                reason = refusal.reason.replace(self._model, "")
                if listed and "logprob" in reason.lower():
                    self._listed = max(self._listed, _LISTED.index(listed) + 1)
                elif picture and _NOT_SEEN.search(reason) and not _FORM.search(reason):
                    raise ServerError(
                        f"The model {self._model} does not take the picture ({refusal.reason}).",
                        "Name a vision-language model; llama.cpp needs its --mmproj as well.",
                    ) from refusal
                elif form + 1 < len(_FORMS):
                    form += 1
                else:
                    raise
                continue
            self._forms[purpose] = form
            return read_reply(data, self.address), form < _BOUND_FORMS


class ServerView:
    """One picture, or none, in front of the model of a server, whose eyes nobody can borrow."""

    pooled = None

    def __init__(self, model: ServerLVLM, picture: str | None) -> None:
        self._model, self._picture = model, picture

    def log_likelihoods(self, question: Question, answers: Sequence[str]) -> LogLikelihoods:
        """Log P(answer | picture, question) of each answer, as far as the server tells it.

        The server is made to give one of the answers, and their probabilities are read off the
        tokens that it lists at each place of it; answers that begin alike take a few requests more
        (`server_votes.log_likelihoods`). Raises ServerError where it lists none.
        """
        if not answers:
            return np.zeros(0)
        likely = log_likelihoods(
            lambda among: self._answer(question, answers, among), tuple(dict.fromkeys(answers))
        )
        if likely is None:
            raise ServerError(
                f"The model at {self._model.address} does not answer with any of the answers.",
                "Take a server that keeps to a JSON schema, or a larger model.",
            )
        return np.array([likely[answer] for answer in answers])

    def _answer(
        self, question: Question, answers: Sequence[str], among: tuple[str, ...]
    ) -> tuple[Sequence[Token], bool]:
        """The tokens of an answer, where all answers are told and the model is held to some."""
        reply, is_held = self._model.complete(
            "choosing",
            _in_words(question, answers),
            self._picture,
            _object({KEY: {"type": "string", "enum": list(among)}}),
            temperature=0.0,
            seed=0,
            # A token is a byte at least.
            max_tokens=_MARGIN + max(len(answer.encode(errors="replace")) for answer in among),
        )
        if not any(token.top_logprobs for token in reply.tokens):
            raise VoteError(
                f"The server at {self._model.address} gives no log-probabilities, without which "
                "its model cannot vote.",
                "Start one that gives them, such as vLLM or llama.cpp, or name another lvlm=….",
            )
        return reply.tokens, is_held

    def name(
        self, namings: Sequence[Naming], sampling: Sampling = _LIKELIEST
    ) -> list[tuple[Named, ...]]:
        """The items that answer each question, all asked at once.

        An item that is not among its question's labels, whatever its case, is dropped. The
        confidence is 0.5 where the server gives no log-probabilities.
        """
        if not namings:
            return []
        keys = _keys(namings)
        asked = "\n".join(
            f"- {key}{'' if naming.labels else ' (a few words)'}: "
            + _in_words(naming.question, naming.labels)
            for key, naming in zip(keys, namings, strict=True)
        )
        reply, _ = self._model.complete(
            " ".join(
                f"{key} {len(naming.labels)}" for key, naming in zip(keys, namings, strict=True)
            ),
            f"Answer these questions in one JSON object, each under its key.\n{asked}",
            self._picture,
            _object({key: _listing(naming) for key, naming in zip(keys, namings, strict=True)}),
            temperature=sampling.temperature,
            seed=sampling.seed,
            # JSON's own signs take about as many tokens as the words.
            max_tokens=sum(2 * naming.tokens + _MARGIN for naming in namings),
        )
        items = read_items(reply, self._model.address)
        return [
            _named(naming, items.get(key, [])) for key, naming in zip(keys, namings, strict=True)
        ]


def _named(naming: Naming, items: Sequence[Said]) -> tuple[Named, ...]:
    """The items among a question's labels, each as it was said first; free words are one item."""
    if not naming.labels:
        text, opening = ", ".join(item.text for item in items), naming.question.opening.strip()
        if opening and text.lower().startswith(opening.lower()):
            text = text[len(opening) :].lstrip(" :,…")
        logprobs = [logprob for item in items for logprob in item.logprobs]
        sure = math.exp(sum(logprobs) / len(logprobs)) if logprobs else UNKNOWN
        return (Named(text, sure),) if text else ()
    labels = {_plain(label): label for label in reversed(naming.labels)}
    named: dict[str, Named] = {}
    for item in items:
        label = item.text if item.text in naming.labels else labels.get(_plain(item.text))
        if label is not None and label not in named:
            named[label] = Named(label, item.confidence)
    return tuple(named.values())


def _plain(label: str) -> str:
    return " ".join(label.casefold().split())


def _keys(namings: Sequence[Naming]) -> list[str]:
    """The kinds, numbered where one is asked for twice."""
    kinds = [naming.kind for naming in namings]
    return [
        kind if kinds.count(kind) == 1 else f"{kind} {kinds[:i].count(kind) + 1}"
        for i, kind in enumerate(kinds)
    ]


def _in_words(question: Question, answers: Sequence[str]) -> str:
    """A question as it is asked in words, with its answers unless they are too many."""
    text = question.text
    if opening := question.opening.strip():
        text += f" The answer goes on after: “{opening} …”"
    if answers and len(answers) <= _MANY:
        text += f" Answer with: {', '.join(answers)}."
    return text


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _listing(naming: Naming) -> dict[str, Any]:
    if not naming.labels:
        return {"type": "string", "maxLength": _LETTERS * naming.tokens}
    labels = {"type": "string", "enum": list(dict.fromkeys(naming.labels))}
    return {"type": "array", "items": labels, "maxItems": max(1, naming.tokens // _PER_ITEM)}


def _asked(text: str, picture: str | None, schema: dict[str, Any], form: str) -> dict[str, Any]:
    """The messages, and the form of the answer, as the server is asked for them."""
    bound: dict[str, Any] = {}
    if "schema" in form:
        if form == "schema":
            schema = _without(schema, ("maxItems", "maxLength"))
        told = {"name": KEY, "strict": True, "schema": schema}
        bound = {"response_format": {"type": "json_schema", "json_schema": told}}
    else:
        # Labels are told with their question, unless there are too many.
        text += f"\nReply with JSON of this schema only: {json.dumps(_without(schema, ('enum',)))}"
        if form == "json":
            bound = {"response_format": {"type": "json_object"}}
    content: Any = text
    if picture:
        content = [
            {"type": "image_url", "image_url": {"url": picture}},
            {"type": "text", "text": text},
        ]
    return {"messages": [{"role": "user", "content": content}], **bound}


def _without(schema: Any, keys: Sequence[str]) -> Any:
    if not isinstance(schema, dict):
        return schema
    return {key: _without(value, keys) for key, value in schema.items() if key not in keys}


def picture_url(photo: Photo) -> str:
    """A photo as a JPEG within an address, the way that servers take it."""
    image = Image.fromarray(photo.pixels)
    image.thumbnail((_SIDE, _SIDE), Image.Resampling.LANCZOS)
    jpeg = BytesIO()
    image.save(jpeg, "JPEG", quality=_QUALITY)
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg.getvalue()).decode()}"
