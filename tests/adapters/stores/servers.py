"""Real graph servers on loopback, each in a process of its own, for the time of a test.

Neo4j is started from a folder with a ``start`` script: ``../shared/neo4j`` beside the checkout, or
what EMOGRAPH_TEST_NEO4J names. Where there is none, EMOGRAPH_TEST_NEO4J_URI may name a server whose
database is empty. With EMOGRAPH_REQUIRE_NEO4J set, a test that finds neither fails.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import neo4j
import pytest
from neo4j.exceptions import Neo4jError, ServiceUnavailable

_CHECKOUT = Path(__file__).parents[3]
_BOOT_SECONDS = 90.0
_ARCADE = """
import os, sys
import arcadedb_embedded as arcadedb
bolt, http, folder, password = sys.argv[1:]
server = arcadedb.create_server(folder, root_password=password, config={
    "server_plugins": "Bolt:com.arcadedb.bolt.BoltProtocolPlugin",
    "bolt_port": int(bolt), "http_port": int(http),
})
server.start()
server.create_database("emograph")
print("ready", flush=True)
sys.stdin.read()
server.stop()
os._exit(0)  # the JVM keeps threads that would hold the process
"""


@dataclass(frozen=True)
class Server:
    """Where a graph server listens, and how to sign in."""

    uri: str
    user: str = "neo4j"
    password: str | None = None
    database: str | None = None

    @property
    def address(self) -> str:
        return self.uri if self.database is None else f"{self.uri}/{self.database}"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


class Neo4jProcess:
    """A Neo4j that can be stopped, killed and started again on the same port and data."""

    def __init__(self, start: Path, folder: Path, password: str | None = None) -> None:
        self._start, self._folder, self._password = start, folder, password
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.server = Server(f"bolt://127.0.0.1:{self._port}", password=password)

    def start(self) -> None:
        words = [str(self._start), str(self._port), str(self._folder)]
        log = (self._folder.parent / f"{self._folder.name}.log").open("ab")
        self._process = subprocess.Popen(
            words + ([self._password] if self._password else []), stdout=log, stderr=log
        )
        _wait_for(self.server, self._process)

    def stop(self, *, kill: bool = False) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill() if kill else process.terminate()
            process.wait(60)


def neo4j_process(folder: Path, password: str | None = None) -> Neo4jProcess:
    """A Neo4j to start; skips the test (or fails it, see above) where there is none."""
    named = os.environ.get("EMOGRAPH_TEST_NEO4J")
    start = (Path(named) if named else _CHECKOUT.parent / "shared" / "neo4j") / "start"
    if not start.is_file():
        missing(f"{start} is not there, so no Neo4j server could be started.")
    return Neo4jProcess(start, folder, password)


@contextmanager
def neo4j_server(folder: Path, password: str | None = None) -> Iterator[Server]:
    """An empty Neo4j, started or the one that EMOGRAPH_TEST_NEO4J_URI names."""
    uri = os.environ.get("EMOGRAPH_TEST_NEO4J_URI")
    if uri:
        yield _named_server(uri)
        return
    process = neo4j_process(folder, password)
    process.start()
    try:
        yield process.server
    finally:
        process.stop(kill=True)  # its folder goes with the test


@contextmanager
def arcadedb_server(folder: Path) -> Iterator[Server]:
    """An empty ArcadeDB that speaks Bolt."""
    port, password = free_port(), "playwithdata"
    log = (folder.parent / f"{folder.name}.log").open("ab")
    process = subprocess.Popen(
        [sys.executable, "-c", _ARCADE, str(port), str(free_port()), str(folder), password],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        cwd=folder.parent,  # where it writes its own log
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if line.strip() == b"ready":
                break
        else:
            pytest.fail(f"ArcadeDB did not start; see {log.name}.")
        yield Server(f"bolt://127.0.0.1:{port}", "root", password, "emograph")
    finally:
        process.kill()
        process.wait(60)


def missing(reason: str) -> None:
    """Skip the test with a reason; fail it where servers are required."""
    told = f"{reason} Set EMOGRAPH_TEST_NEO4J_URI to a Neo4j whose database is empty."
    if os.environ.get("EMOGRAPH_REQUIRE_NEO4J"):
        pytest.fail(told)
    pytest.skip(told)


def _named_server(uri: str) -> Server:
    server = Server(
        uri,
        os.environ.get("EMOGRAPH_NEO4J_USER", "neo4j"),
        os.environ.get("EMOGRAPH_NEO4J_PASSWORD"),
    )
    with _driver(server) as driver:
        records, _, _ = driver.execute_query("MATCH (n) RETURN count(n) AS n")
    if records[0]["n"]:
        missing(f"The database at {uri} is not empty, so the tests leave it alone.")
    return server


def _wait_for(server: Server, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _BOOT_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with _driver(server) as driver:
                driver.verify_connectivity()
                return
        except (ServiceUnavailable, Neo4jError, OSError):
            time.sleep(0.3)
    pytest.fail(f"Neo4j did not start on {server.uri}.")


def _driver(server: Server) -> neo4j.Driver:
    auth = (server.user, server.password) if server.password else None
    return neo4j.GraphDatabase.driver(server.uri, auth=auth)
