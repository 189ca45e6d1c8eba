"""Cypher that people write: read-only, no files and no servers asked, bounded in length.

Engines have read-only modes of their own; this refuses what those let through.
"""

from __future__ import annotations

import re

from emograph.errors import KnowledgeError
from emograph.kg.queries import DEPTH, LENGTH

_WRITING = frozenset(
    ("CREATE", "MERGE", "SET", "DELETE", "REMOVE", "DROP", "FOREACH", "INSERT", "ALTER", "GRANT")
)
_REACHING = frozenset(("LOAD", "USE"))
_READING = re.compile(
    r"(db\.(labels|relationshipTypes|propertyKeys|index\.(vector|fulltext)\.query\w+))\s*\(",
    re.IGNORECASE,
)
"""The procedures that may be called."""

# What is no word: blanks and comments, text and quoted names, and single signs.
_TOKEN = re.compile(
    r"""
    (?P<blank>\s+ | //[^\n\r]* | /\*.*?\*/)
    | (?P<quoted>"(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | `[^`]*`)
    | (?P<word>\w+)
    | (?P<open>[({\[]) | (?P<close>[)}\]])
    | .
    """,
    re.VERBOSE | re.DOTALL,
)
# A clause begins at the start, or behind a name, a value or a closed bracket.
_BEHIND = re.compile(r"[\w)}\]{;\"'`*]$")
# These words want a name behind them, so `WITH set` and `RETURN load` are no clauses.
_WANTING = frozenset(
    (
        "WITH", "RETURN", "AS", "DISTINCT", "WHERE", "AND", "OR", "XOR", "NOT", "IN", "BY",
        "UNWIND", "CASE", "WHEN", "THEN", "ELSE", "CONTAINS",
    )
)  # fmt: skip
_NO_CLAUSE = tuple(".,)]}:=<>+-/%^|;")


def refuse(cypher: str) -> None:
    """Raise `KnowledgeError` for Cypher that would change something or reach outside the graph.

    Clauses that write, LOAD CSV, and procedures but a few that read are refused, and what is too
    long or has too many brackets in each other. Names and text may have any words.

    >>> refuse("MATCH (set:Set) RETURN set.create AS `delete`")
    >>> refuse("MATCH (n) SET n.name = 'x'")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    emograph.errors.KnowledgeError: The query would write (SET), which is not allowed. ...
    """
    if len(cypher) > LENGTH:
        raise KnowledgeError(
            f"The query has {len(cypher)} characters, and {LENGTH} are allowed.",
            "Ask in several queries.",
        )
    if "\\u" in cypher.lower():  # some servers read it before they look for quotes
        raise KnowledgeError(
            r"The query has a character written as \u.", "Write the character itself."
        )
    depth, before = 0, ""
    for match in _TOKEN.finditer(cypher):
        if match["blank"]:
            continue
        word = (match["word"] or "").upper()
        behind = cypher[match.end() :]
        if word in _WRITING | _REACHING and _is_clause(before, behind):
            does = "write" if word in _WRITING else "reach outside the graph"
            raise KnowledgeError(
                f"The query would {does} ({word}), which is not allowed.",
                "Ask with MATCH and RETURN; the knowledge is edited as RDF.",
            )
        if word == "CALL" and _is_clause(before, behind):
            _refuse_procedure(behind)
        depth += bool(match["open"]) - bool(match["close"])
        if depth > DEPTH:
            raise KnowledgeError(
                f"The query has brackets {depth} deep, and {DEPTH} are allowed.",
                "Ask in several queries.",
            )
        before = word or match[0]


def _is_clause(before: str, behind: str) -> bool:
    if before and (before in _WANTING or not _BEHIND.search(before)):
        return False
    rest = _skip_blanks(behind)
    return bool(rest) and not rest.startswith(_NO_CLAUSE)


def _refuse_procedure(behind: str) -> None:
    rest = _skip_blanks(behind)
    if rest.startswith(("{", "(")) or _READING.match(rest):
        return
    name = re.split(r"[\s(]", rest, maxsplit=1)[0]
    raise KnowledgeError(
        f"The query calls the procedure {name}, which is not allowed.",
        "Ask with MATCH and RETURN.",
    )


def _skip_blanks(text: str) -> str:
    while (match := _TOKEN.match(text)) and match["blank"]:
        text = text[match.end() :]
    return text
