"""`emograph serve`: the knowledge graph over HTTP."""

from __future__ import annotations

import ipaddress
import socket
import sys
from typing import Annotated

import typer

from emograph.errors import EmographError
from emograph.kg.queries import ROWS, SECONDS


def serve(
    store: Annotated[
        str | None,
        typer.Option(help="The store to serve: disk:FOLDER or memory.", show_default=False),
    ] = None,
    host: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 is reached from everywhere.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")
    ] = 8000,
    writable: Annotated[
        bool, typer.Option("--writable", help="Carry out updates, whoever sends them.")
    ] = False,
    seconds: Annotated[
        float, typer.Option(min=0.1, help="Time that a request may take.")
    ] = SECONDS,
    rows: Annotated[int, typer.Option(min=1, help="Rows that an answer may have.")] = ROWS,
) -> None:
    """Serve the knowledge graph: SPARQL at /sparql, whole graphs at /graphs, a page at /."""
    from emograph.adapters.web.app import create_app
    from emograph.adapters.web.server import Server
    from emograph.adapters.web.service import Limits
    from emograph.assembly import open_knowledge
    from emograph.config import load_settings

    with _listen(host, port) as place:
        graph = open_knowledge(load_settings(store=store), writable=writable)
        app = create_app(
            graph,
            Limits(seconds=seconds, rows=rows),
            writable=writable,
            hosts=["localhost", "127.0.0.1", "[::1]"] if _is_loopback(host) else ["*"],
        )
        named = f"[{host}]" if ":" in host else host
        state = "open for updates" if writable else "read-only"
        greeting = f"Serving http://{named}:{place.getsockname()[1]}/, {state}. Ctrl+C ends it."
        if writable and not _is_loopback(host):
            print("Whoever reaches this address can change the store.", file=sys.stderr)
        try:
            Server(app, greeting).run(sockets=[place])
        finally:
            graph.close()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        place = socket.create_server((host, port), family=family)
    except OSError as problem:
        reason = str(problem.strerror).partition(" (")[0]
        raise EmographError(
            f"Nothing can listen on {host} port {port}: {reason}.",
            "Name another --port, or an address of this machine as --host.",
        ) from problem
    # Only of a socket that is known to be TCP does asyncio send small answers at once; opened anew
    # by its number, it is.
    return socket.socket(fileno=place.detach())


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
