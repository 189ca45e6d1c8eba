"""Cypher put so that kglite starts at the node that a query names."""

from __future__ import annotations

import re

# Text, quoted names and comments are passed over; what is left of `(c:Concept {` is matched.
_NODE = re.compile(
    r"""
    //[^\n\r]* | /\*.*?\*/ | "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | `[^`]*`
    | (?P<open>\(\s*(?:\w+\s*)?) (?=:\s*(?!Resource\b)(?:\w+|`[^`]*`)\s*\{)
    """,
    re.VERBOSE | re.DOTALL,
)


def anchored(cypher: str) -> str:
    """The same query with ``:Resource`` before the label of each node whose properties are given.

    Every node is a ``:Resource``, and kglite has indexes of a node's first label alone: asked for
    ``(c:Concept {iri: …})`` it starts at the smallest label of the pattern, whatever is far from
    there, and takes hundreds of times as long.

    >>> anchored("MATCH (c:Concept {iri: $iri})-->(:Emotion) RETURN '(c:Concept {})'")
    "MATCH (c:Resource:Concept {iri: $iri})-->(:Emotion) RETURN '(c:Concept {})'"
    """
    return _NODE.sub(lambda m: f"{m[0]}:Resource" if m["open"] is not None else m[0], cypher)
