"""Requests to a model server: bounded in number, size and time, tried again, faults told."""

from __future__ import annotations

import ipaddress
import json
import random
import re
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2

from emograph.errors import EmographError

MAX_BYTES = 4_000_000
"""The longest answer that is read."""

_CONNECT_SECONDS = 10.0
_BACKOFF_SECONDS = 0.5
_LONGEST_BACKOFF = 8.0
_LONGEST_WAIT = 30.0
_HOW = "Use openai:http://host:port/v1, with #MODEL after it where the server has several."
# Servers that cannot follow a schema or take no pictures say so with a 500 at times.
_NOT_PASSING = re.compile(r"grammar|schema|image|mmproj", re.IGNORECASE)
_JITTER = random.SystemRandom()


class ServerError(EmographError):
    """A model server that is not there, does not answer, or answers with something else."""


class RefusedError(ServerError):
    """The server understood where it was asked, but not what; `reason` is what it said."""

    def __init__(self, address: str, reason: str) -> None:
        super().__init__(
            f"The server at {address} refuses what it is asked ({reason}).",
            "Check that its model takes pictures, and that the server is up to date.",
        )
        self.reason = reason


class _PassingError(ServerError):
    """A fault that may be over in a moment: not before `after` seconds, where it says so."""

    after = 0.0


def place_parts(place: str) -> tuple[str, str | None]:
    """The address and the model of ``openai:http://host:port/v1#MODEL``; a model may be missing.

    >>> place_parts("openai:http://localhost:8000/v1#llava")
    ('http://localhost:8000/v1', 'llava')
    """
    address, _, model = place.strip().removeprefix("openai:").partition("#")
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    # A password in an address would be shown whenever the address is.
    if host and "@" in parts.netloc:
        raise ServerError(
            "The address of a model server has a user or a password in it.",
            "Leave them out, and give the server's key as a setting.",
        )
    if not host or parts.scheme not in ("http", "https") or parts.query:
        raise ServerError(f"{place!r} is no address of a model server.", _HOW)
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}", model.strip() or None


class Line:
    """The requests to one server, of which at most `in_flight` are under way at a time.

    What may be over in a moment (no connection, 429, 5xx) is tried again up to `retries` times,
    ever later, and not before the server wants it; a server that asks for more than half a minute
    is not waited for. An answer that takes more than `timeout` seconds is not asked for again.
    Redirects are not followed: pictures and keys go to the address that was given, or nowhere.
    """

    def __init__(
        self, address: str, api_key: str | None, timeout: float, retries: int, in_flight: int
    ) -> None:
        self.address = address
        self._key = (api_key or "").strip()
        self._timeout, self._retries = timeout, retries
        self.in_flight = in_flight
        self._permits = threading.BoundedSemaphore(in_flight)
        # A compressed answer could grow beyond its bound within one piece.
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        if self._key:
            if not (self._key.isascii() and self._key.isprintable()):
                raise ServerError(
                    f"The key for {address} has characters that no key has.", "Set it again."
                )
            headers["Authorization"] = f"Bearer {self._key}"
        self._client = httpx2.Client(
            headers=headers,
            timeout=httpx2.Timeout(timeout, connect=min(timeout, _CONNECT_SECONDS), pool=None),
            limits=httpx2.Limits(max_connections=in_flight),
            follow_redirects=False,
            # A proxy is for what lies beyond this machine.
            trust_env=not _is_loopback(urlsplit(address).hostname or ""),
        )

    def get(self, path: str) -> bytes:
        """The answer to a GET request."""
        return self._ask("GET", path, None)

    def post(self, path: str, body: Mapping[str, Any]) -> bytes:
        """The answer to a JSON body; RefusedError where the server does not take it."""
        return self._ask("POST", path, json.dumps(body).encode())

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def _ask(self, method: str, path: str, body: bytes | None) -> bytes:
        for attempt in range(self._retries + 1):
            try:
                with self._permits:
                    return self._exchange(method, path, body)
            except _PassingError as fault:
                if attempt == self._retries or fault.after > _LONGEST_WAIT:
                    raise
                backoff = min(_BACKOFF_SECONDS * 2**attempt, _LONGEST_BACKOFF)
                # Of many that were turned away, not all come back at the same moment.
                time.sleep(fault.after + backoff * _JITTER.uniform(0.5, 1.0))
        raise ValueError("retries must not be negative")

    def _exchange(self, method: str, path: str, body: bytes | None) -> bytes:
        deadline = time.monotonic() + self._timeout
        received = bytearray()
        headers = {"Content-Type": "application/json"} if body is not None else {}
        url = f"{self.address}/{path}"
        try:
            with self._client.stream(method, url, content=body, headers=headers) as response:
                for piece in response.iter_bytes():
                    received += piece
                    if len(received) > MAX_BYTES:
                        raise ServerError(
                            f"The server at {self.address} sent more than "
                            f"{MAX_BYTES // 1_000_000} MB.",
                            f"Correct the address. {_HOW}",
                        )
                    # Each read has its time-out; a server that trickles never exceeds it.
                    if time.monotonic() > deadline:
                        raise self._too_slow()
        except httpx2.HTTPError as problem:
            raise self._unreached(problem) from problem
        if response.is_success:
            return bytes(received)
        raise self._fault(path, response, bytes(received))

    def _unreached(self, problem: httpx2.HTTPError) -> ServerError:
        causes = _causes(problem)
        here, reason = self.address, self._reason(str(problem) or type(problem).__name__)
        if isinstance(problem, httpx2.ReadTimeout | httpx2.WriteTimeout):
            return self._too_slow()
        if any(isinstance(cause, socket.gaierror) for cause in causes):
            host = urlsplit(here).hostname
            return ServerError(
                f"The name {host} cannot be resolved.", "Check it for a typing error."
            )
        if any(isinstance(cause, ssl.SSLError) for cause in causes):
            return ServerError(
                f"No secure connection to {here} can be made ({reason}).",
                "Use http:// if it has no TLS, or have its certificate trusted by this machine.",
            )
        if isinstance(problem, httpx2.ConnectError | httpx2.ConnectTimeout):
            return _PassingError(
                f"There is no model server at {here} ({reason}).",
                f"Start it, or correct the address. {_HOW}",
            )
        if isinstance(problem, httpx2.NetworkError | httpx2.RemoteProtocolError):
            return _PassingError(
                f"The server at {here} broke off its answer ({reason}).",
                "Look into its log, and try again.",
            )
        return ServerError(f"The server at {here} cannot be asked ({reason}).", _HOW)

    def _fault(self, path: str, response: httpx2.Response, body: bytes) -> ServerError:
        here, status = self.address, response.status_code
        reason = self._reason(_told(body) or f"HTTP {status} {response.reason_phrase}")
        if status in (400, 413, 415, 422) or (status >= 500 and _NOT_PASSING.search(reason)):
            return RefusedError(here, reason)
        if status in (401, 403):
            return ServerError(
                f"The server at {here} does not let you in (HTTP {status}).",
                "Check the key for it." if self._key else "Set the key for it.",
            )
        if status == 404 and path != "models" and "model" in reason.lower():
            return ServerError(
                f"The server at {here} does not have the model ({reason}).",
                "Name one that it has: openai:http://host:port/v1#MODEL.",
            )
        if status in (404, 405):
            return ServerError(
                f"There is nothing at {here}/{path} (HTTP {status}).",
                "Correct the address; it ends in /v1 with most servers.",
            )
        if response.has_redirect_location:
            to = urlsplit(str(response.url.join(response.headers["location"])))
            return ServerError(
                f"The server at {here} sends its visitors on to "
                f"{to.scheme}://{to.hostname}{to.path}.",
                "Give that address, if you trust it.",
            )
        if status == 429 or (status >= 500 and status != 501):
            fault = _PassingError(
                f"The server at {here} is asked for too much ({reason})."
                if status == 429
                else f"The server at {here} failed ({reason}).",
                "Try again later, or ask it for less at a time."
                if status == 429
                else "Look into its log, and try again.",
            )
            fault.after = _seconds(response.headers.get("retry-after"))
            return fault
        return ServerError(f"The server at {here} answered {reason}.", _HOW)

    def _too_slow(self) -> ServerError:
        return ServerError(
            f"The server at {self.address} gave no answer within {self._timeout:g} s.",
            "Allow it more time, or let it serve a smaller model.",
        )

    def _reason(self, text: str) -> str:
        """A server's own words: one short line, without the key that some repeat."""
        if self._key:
            text = text.replace(self._key, "…")
        return " ".join(text.split())[:200].rstrip(". ")


def _told(body: bytes) -> str:
    """What the body of a refusal says, in whichever of the usual shapes; "" for a page."""
    text = body[:100_000].decode(errors="replace").strip()
    try:
        told = json.loads(text)
    except ValueError:
        return "" if text.startswith("<") else text
    for key in ("error", "detail", "message", "msg"):
        while isinstance(told, list) and told:
            told = told[0]
        if isinstance(told, dict):
            told = told.get(key, told)
    return told if isinstance(told, str) else json.dumps(told)


def _seconds(retry_after: str | None) -> float:
    """How long a Retry-After header asks to wait, given in seconds or as a date."""
    try:
        return max(0.0, float(retry_after or 0))
    except ValueError:
        pass
    try:
        date = parsedate_to_datetime(retry_after or "")
    except ValueError:
        return 0.0
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max(0.0, (date - datetime.now(UTC)).total_seconds())


def _causes(problem: BaseException) -> list[BaseException]:
    causes: list[BaseException] = []
    cause: BaseException | None = problem
    while cause is not None and cause not in causes:
        causes.append(cause)
        cause = cause.__cause__ or cause.__context__
    return causes


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
