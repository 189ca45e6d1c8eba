"""SPARQL that people write: read-only, nothing fetched from elsewhere, bounded in time and rows."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from itertools import islice

from emograph.errors import KnowledgeError
from emograph.kg.digests import recorded_update
from emograph.kg.limits import too_slow, within
from emograph.kg.stores import GraphStore, Value
from emograph.kg.terms import PREFIXES

SECONDS = 10.0
ROWS = 10_000
# Parsers of SPARQL call themselves for each bracket, and a stack that runs over ends the process.
LENGTH = 5_000
DEPTH = 100

# Where a word may stand and be no keyword: comments, IRIs, strings, variables and local names. An
# escape may hide a quote or `#` in a name, so it is read as one. SERVICE anywhere else may be the
# keyword, even right behind another word, since parsers need no blank there.
_TOKEN = re.compile(
    r"""
    \\.
    | \#[^\n\r]*
    | <[^<>"{}|^`\\\s]*>
    | \"{3}(?:[^"\\]|\\.|\"(?!\"\"))*\"{3} | '{3}(?:[^'\\]|\\.|'(?!''))*'{3}
    | \"(?:[^"\\\n\r]|\\.)*\" | '(?:[^'\\\n\r]|\\.)*'
    | [?$:]\w+
    | (?P<service>SERVICE) | (?P<load>LOAD)
    | (?P<from>FROM)(?=[\s<#])
    | (?P<open>[({\[]) | (?P<close>[)}\]])
    | .
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Table:
    """The rows that answer a query; `complete` is False where more were left off."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Value | None, ...], ...]
    complete: bool = True


def ask(store: GraphStore, sparql: str, seconds: float = SECONDS, rows: int = ROWS) -> Table:
    """Answer a SPARQL query within a time and a number of rows.

    The prefixes of `emograph.kg.terms` need not be declared. Raises `KnowledgeError` where the
    query is none, would change something, would ask another server, is too long or takes longer.
    """
    refuse(sparql)

    def work(deadline: float) -> Table:
        answer = store.query(sparql, PREFIXES)
        found = []
        for row in islice(answer.rows, rows + 1):
            if time.monotonic() > deadline:
                raise too_slow(seconds)
            found.append(row)
        return Table(answer.columns, tuple(found[:rows]), complete=len(found) <= rows)

    return within(seconds, work)


def names_dataset(sparql: str) -> bool:
    """Whether a query says by FROM which graphs it is asked of.

    >>> names_dataset("SELECT * FROM <urn:graph> { ?s ?p ?o }"), names_dataset("ASK { ?from ?p 1 }")
    (True, False)
    """
    if "FROM" not in sparql.upper():
        return False
    depth = 0
    for match in _TOKEN.finditer(sparql):
        if match["from"] and depth == 0:
            return True
        depth += bool(match["open"]) - bool(match["close"])
    return False


def change(store: GraphStore, sparql: str) -> None:
    """Carry out a SPARQL update in one transaction, and record that there was one.

    The prefixes of `emograph.kg.terms` need not be declared. Raises `KnowledgeError` where it is no
    update, is too long, or would fetch something (SERVICE, LOAD).
    """
    refuse(sparql, update=True)
    with recorded_update(store, sparql):
        store.update(sparql, PREFIXES)


def refuse(sparql: str, update: bool = False) -> None:
    """Raise `KnowledgeError` for what is too long or deep, asks another server or loads a file."""
    if len(sparql) > LENGTH:
        raise KnowledgeError(
            f"The query has {len(sparql)} characters, and {LENGTH} are allowed.",
            "Ask in several queries.",
        )
    depth = 0
    for match in _TOKEN.finditer(sparql):
        if match["service"]:
            raise KnowledgeError(
                "The query asks another server (SERVICE), which is not allowed.",
                "Leave SERVICE out, and load what you need as Turtle.",
            )
        if update and match["load"]:
            raise KnowledgeError(
                "The update fetches a document (LOAD), which is not allowed.",
                "Leave LOAD out, and add a pack, or give the triples with INSERT DATA.",
            )
        depth += bool(match["open"]) - bool(match["close"])
        if depth > DEPTH:
            raise KnowledgeError(
                f"The query has brackets {depth} deep, and {DEPTH} are allowed.",
                "Ask in several queries.",
            )
