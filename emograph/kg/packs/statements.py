"""What a pack says, one triple at a time: every subject has a name."""

from __future__ import annotations

from typing import NamedTuple

import pyoxigraph as ox


class Statement(NamedTuple):
    """A triple of an IRI, a predicate's IRI, and an exact RDF term."""

    subject: str
    predicate: str
    object: ox.NamedNode | ox.Literal

    @property
    def triple(self) -> ox.Triple:
        """The statement as stores take it."""
        return ox.Triple(ox.NamedNode(self.subject), ox.NamedNode(self.predicate), self.object)
