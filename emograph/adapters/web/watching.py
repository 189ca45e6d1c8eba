"""Watches requests: an id for each, one line in the log, and figures for Prometheus."""

from __future__ import annotations

import json
import logging
import re
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import generate_latest
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REQUESTS = "emograph.requests"
"""The logger that gets a line of JSON for each request."""

_log = logging.getLogger(REQUESTS)
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_METHODS = ("GET", "HEAD", "POST", "DELETE", "OPTIONS", "PUT", "PATCH")
_LONGEST = 200
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Figures:
    """What is counted of a server; each has its own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self.requests = Counter(
            "emograph_requests",
            "Requests by route, method and status.",
            ["route", "method", "status"],
            registry=self._registry,
        )
        self.seconds = Histogram(
            "emograph_request_seconds",
            "Time from a request to the end of its answer.",
            ["route"],
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self.explanations = Counter(
            "emograph_explanations", "Photographs that were explained.", registry=self._registry
        )
        self.failures = Counter(
            "emograph_explanation_failures",
            "Photographs that were not explained, by the status of the answer.",
            ["status"],
            registry=self._registry,
        )

    def watch(self, name: str, what: str, number: Callable[[], float]) -> None:
        """Tell a number that is read anew each time."""
        Gauge(f"emograph_{name}", what, registry=self._registry).set_function(number)

    def text(self) -> bytes:
        """All figures in the text format of Prometheus."""
        return generate_latest(self._registry)


class Watch:
    """Gives each request an id, and counts and logs it when its answer has ended.

    The log has no query, no body and no header: those may be private.
    """

    def __init__(self, app: ASGIApp, figures: Figures) -> None:
        self._app = app
        self._figures = figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        id = given if _ID.fullmatch(given) else secrets.token_hex(8)
        start = time.perf_counter()
        status, size = 500, 0

        async def watched(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = id
            else:
                size += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            self._tell(scope, id, status, size, time.perf_counter() - start)

    def _tell(self, scope: Scope, id: str, status: int, size: int, seconds: float) -> None:
        # What no route answers has no name of its own, lest clients make up any number of them.
        route = getattr(scope.get("route"), "path", "none")
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._figures.requests.labels(route, method, str(status)).inc()
        self._figures.seconds.labels(route).observe(seconds)
        _log.info(
            "%s",
            json.dumps(
                {
                    "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
                    "id": id,
                    "method": method,
                    "path": scope["path"][:_LONGEST],
                    "status": status,
                    "ms": round(1000 * seconds, 1),
                    "bytes": size,
                }
            ),
        )
