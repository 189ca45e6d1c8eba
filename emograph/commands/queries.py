"""Reads the text of a query as the command line gives it."""

from __future__ import annotations

import sys
from pathlib import Path

from emograph.errors import KnowledgeError


def read_query(query: str) -> str:
    """The query; of ``@FILE`` the text of the file, and of ``-`` the standard input."""
    if query == "-":
        return sys.stdin.read()
    if not query.startswith("@"):
        return query
    try:
        return Path(query[1:]).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise KnowledgeError(
            f"The file {query[1:]} cannot be read ({problem}).", "Give a text file with a query."
        ) from problem
