"""The server of the HTTP API, which says when it answers."""

from __future__ import annotations

import logging
import socket

import uvicorn
from fastapi import FastAPI

from emograph.adapters.web.watching import REQUESTS

_MOST_CONNECTIONS = 200
_FAREWELL = 5  # seconds that open connections have to end


class Server(uvicorn.Server):
    """A server of an application that prints a greeting once it answers and can be ended."""

    def __init__(self, app: FastAPI, greeting: str) -> None:
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            server_header=False,
            limit_concurrency=_MOST_CONNECTIONS,
            timeout_graceful_shutdown=_FAREWELL,
        )
        super().__init__(config)
        self.greeting = greeting

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer, then print the greeting: whoever reads it may send a signal at once."""
        await super().startup(sockets)
        if self.started:
            print(self.greeting, flush=True)


def log_requests() -> None:
    """Write a line of JSON on standard error for each request from now on."""
    log = logging.getLogger(REQUESTS)
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False
