"""`emograph serve`: photographs explained and the knowledge asked over HTTP, with a web page."""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from emograph.commands.options import LvlmOption, ProfileOption, given
from emograph.errors import EmographError
from emograph.kg.queries import ROWS, SECONDS

if TYPE_CHECKING:
    from emograph.engine.engine import Engine


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
        bool,
        typer.Option("--writable", help="Keep photographs and carry out updates, if asked to."),
    ] = False,
    token: Annotated[
        str | None,
        typer.Option(
            help="What requests must bring as Authorization: Bearer TOKEN; better set as "
            "EMOGRAPH_TOKEN, which others of this machine do not see.",
            show_default=False,
        ),
    ] = None,
    scheme: Annotated[
        str | None,
        typer.Option(
            help="Emotion scheme of answers, where none is asked for.", show_default=False
        ),
    ] = None,
    lvlm: LvlmOption = None,
    profile: ProfileOption = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Photographs explained at once; one a core, if not given.",
            show_default=False,
        ),
    ] = None,
    queue: Annotated[
        int, typer.Option(min=0, help="Photographs that may wait; more are refused.")
    ] = 8,
    max_upload: Annotated[
        float, typer.Option(min=0.001, help="Size that an upload may have, in MB.")
    ] = 20,
    seconds: Annotated[
        float, typer.Option(min=0.1, help="Time that a request may take.")
    ] = SECONDS,
    rows: Annotated[int, typer.Option(min=1, help="Rows that an answer may have.")] = ROWS,
) -> None:
    """Serve a web page at / that explains photographs, an API for it, and SPARQL at /sparql.

    Photographs are not kept unless that is asked for and the server is --writable.
    """
    from emograph.adapters.web.app import create_app
    from emograph.adapters.web.gallery import Gallery
    from emograph.adapters.web.server import Server, log_requests
    from emograph.adapters.web.service import Limits
    from emograph.assembly import load, open_knowledge
    from emograph.config import load_settings
    from emograph.retrieving import Retriever, open_index

    chosen = given(store=store, scheme=scheme, profile=profile, lvlm=lvlm)
    settings = load_settings(**chosen, token=token)
    at_once = workers or os.cpu_count() or 1
    secret = None if settings.token is None else settings.token.get_secret_value()

    def load_engine() -> Engine:
        # Photographs that are explained at once share the cores.
        threads = max(1, settings.threads // at_once)
        return load(**{**settings.model_dump(), "threads": threads, "token": None})

    with _listen(host, port) as place:
        graph = open_knowledge(settings, writable=writable)
        app = create_app(
            graph,
            Limits(
                seconds=seconds,
                rows=rows,
                upload=int(max_upload * 1_000_000),
                workers=at_once,
                waiting=queue,
            ),
            writable=writable,
            hosts=["localhost", "127.0.0.1", "[::1]"] if _is_loopback(host) else ["*"],
            token=secret,
            load_engine=load_engine,
            gallery=Gallery(
                graph.store,
                lambda: open_index(settings.store, writable=writable),
                lambda index, engine: Retriever(index, settings, engine),
            ),
        )
        named = f"[{host}]" if ":" in host else host
        state = "open for changes" if writable else "read-only"
        greeting = f"Serving http://{named}:{place.getsockname()[1]}/, {state}. Ctrl+C ends it."
        if not _is_loopback(host) and secret is None:
            can = "change the store" if writable else "ask this server"
            print(f"Whoever reaches this address can {can}; --token prevents it.", file=sys.stderr)
        log_requests()
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
