"""A connection to a graph server that speaks Bolt: Neo4j, and servers compatible with it."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from emograph.errors import KnowledgeError

if TYPE_CHECKING:
    import neo4j

SCHEMES = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")
"""How the address of such a server begins."""

# A server that is being restarted is waited for this long within a push.
_RETRY_SECONDS = 120.0
_CONNECT_SECONDS = 10.0

# What the driver logs is raised as well; whoever wants its log sets up logging.
logging.getLogger("neo4j").addHandler(logging.NullHandler())


class Connection:
    """One server and one of its databases; reads and writes run in managed transactions.

    `address` is ``neo4j://host[:port][/database]`` (or ``bolt://…``, with ``+s`` for TLS); the port
    is 7687 and the database the server's default where they are left out. Transient faults, among
    them a server that restarts, are tried again by the driver. Raises `KnowledgeError` where the
    server is not there or does not let the user in.
    """

    def __init__(self, address: str, user: str, password: str | None) -> None:
        import neo4j

        uri, database = _parts(address)
        with faults(address):
            self._driver = neo4j.GraphDatabase.driver(
                uri,
                auth=(user, password) if password else None,
                connection_timeout=_CONNECT_SECONDS,
                max_transaction_retry_time=_RETRY_SECONDS,
                notifications_min_severity="OFF",
            )
        self.address, self._database = address, database
        try:
            with faults(address):
                self._driver.verify_connectivity()
                self.agent = self._driver.get_server_info().agent
        except KnowledgeError:
            self.close()
            raise

    @property
    def is_neo4j(self) -> bool:
        """False for a compatible server, such as ArcadeDB, which lacks Neo4j's own indexes."""
        return "compatible" not in self.agent

    @property
    def version(self) -> tuple[int, ...]:
        """The version of the server (of what it is compatible with), such as ``(5, 26)``."""
        digits = self.agent.partition("/")[2].split(" ")[0].split(".")
        return tuple(int(part) for part in digits if part.isdigit())

    def read(self, cypher: str, **parameters: Any) -> list[dict[str, Any]]:
        """All rows of a query, in a read transaction."""
        with faults(self.address), self._session("READ") as session:
            return session.execute_read(_rows, cypher, parameters)

    def write(self, cypher: str, **parameters: Any) -> list[dict[str, Any]]:
        """The rows of a statement that changes something, in one write transaction.

        The statement must do no harm when it is carried out twice: where the connection is lost
        while a transaction is committed, nobody knows whether it was, and it is done again.
        """
        from neo4j.exceptions import IncompleteCommit

        with faults(self.address), self._session("WRITE") as session:
            while True:
                try:
                    return session.execute_write(_rows, cypher, parameters)
                except IncompleteCommit:
                    continue

    def define(self, statement: str) -> None:
        """Carry out a statement on the schema, which no managed transaction takes."""
        with faults(self.address), self._session("WRITE") as session:
            session.run(statement).consume()

    @contextmanager
    def ask(
        self, cypher: str, parameters: Mapping[str, Any], seconds: float
    ) -> Iterator[neo4j.Result]:
        """The result of a person's query, which the server gives up after `seconds`."""
        import neo4j

        query = neo4j.Query(cypher, timeout=seconds)
        with faults(self.address), self._session("READ") as session:
            yield session.run(query, dict(parameters))

    def close(self) -> None:
        """Close all connections of the driver."""
        self._driver.close()

    def _session(self, mode: str) -> neo4j.Session:
        return self._driver.session(database=self._database, default_access_mode=mode)


@contextmanager
def faults(address: str) -> Iterator[None]:
    """Turns the driver's errors into a `KnowledgeError` that says what to do."""
    from neo4j.exceptions import (
        AuthError,
        ClientError,
        ConfigurationError,
        DriverError,
        Neo4jError,
        ServiceUnavailable,
    )

    try:
        yield
    except AuthError as problem:
        raise KnowledgeError(
            f"The server at {address} does not let the user in.",
            "Set EMOGRAPH_NEO4J_USER and EMOGRAPH_NEO4J_PASSWORD.",
        ) from problem
    except ClientError as problem:
        raise _asked_wrongly(address, problem) from problem
    except (ServiceUnavailable, ConfigurationError, OSError, ValueError) as problem:
        raise KnowledgeError(
            f"There is no graph server at {address} ({_first_line(problem)}).",
            "Start it, or correct the address: neo4j://host:port/database.",
        ) from problem
    except (Neo4jError, DriverError) as problem:
        raise KnowledgeError(
            f"The server at {address} failed: {_first_line(problem)}.",
            "Look into its log, and try again.",
        ) from problem


def _asked_wrongly(address: str, problem: Any) -> KnowledgeError:
    code = str(problem.code or "")
    if "Timeout" in code or "TimedOut" in code or "Terminated" in code:
        return KnowledgeError(
            "The query was not answered in time.",
            "Ask for less: bind more of the pattern, or add a LIMIT.",
        )
    if "DatabaseNotFound" in code:
        return KnowledgeError(
            f"The server at {address} has no such database.",
            "Name one that it has: neo4j://host:port/database.",
        )
    return KnowledgeError(
        f"The query cannot be answered: {_first_line(problem)}.", "Correct the query."
    )


def _first_line(problem: Any) -> str:
    text = str(getattr(problem, "message", None) or problem).strip()
    return text.splitlines()[0].rstrip(".") if text else type(problem).__name__


def _parts(address: str) -> tuple[str, str | None]:
    parts = urlsplit(address)
    if parts.scheme not in SCHEMES or not parts.hostname:
        raise KnowledgeError(
            f"{address!r} is no address of a graph server.", "Use neo4j://host:port/database."
        )
    if parts.username or parts.password:
        raise KnowledgeError(
            "The address of a graph server has a user or a password in it.",
            "Set EMOGRAPH_NEO4J_USER and EMOGRAPH_NEO4J_PASSWORD, where nobody else reads them.",
        )
    return f"{parts.scheme}://{parts.netloc}", parts.path.strip("/") or None


def _rows(
    transaction: neo4j.ManagedTransaction, cypher: str, parameters: Mapping[str, Any]
) -> list[dict[str, Any]]:
    result = transaction.run(cypher, dict(parameters))
    return [record.data() for record in result]
