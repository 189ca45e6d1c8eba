"""The index in a Neo4j server: its vector index finds what is near, Cypher all else."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from emograph.adapters.indexes.terms import asked_terms, shown_terms
from emograph.adapters.stores.bolt import images
from emograph.adapters.stores.bolt.connection import Connection
from emograph.engine.retrieval.entry import Entry, Fact
from emograph.engine.retrieval.query import SEEN, Hit, Query
from emograph.engine.retrieval.ranking import log_shares, wanted_shares
from emograph.engine.retrieval.weighing import best
from emograph.errors import KnowledgeError

_CANDIDATES = 200
# The vector index knows of no conditions, so that with some more of the nearest are looked at.
_WITH_CONDITIONS = 10


class ServerIndex:
    """An `ImageIndex` in a Neo4j server; see `emograph.adapters.stores.bolt.images`."""

    def __init__(
        self, address: str, user: str, password: str | None, *, writable: bool = False
    ) -> None:
        self._connection = Connection(address, user, password)
        self._writable = writable
        self._widths: set[int] = set()
        try:
            if writable:
                images.define_images(self._connection)
        except KnowledgeError:
            self.close()
            raise

    def add(self, entries: Sequence[Entry]) -> None:
        """Add entries, 200 in a transaction; one of the same image and scheme is replaced."""
        self._expect_writable()
        for width in {len(entry.vector) for entry in entries} - self._widths:
            images.define_vectors(self._connection, width)
            self._widths.add(width)
        # Of two of one key the later counts, as if they came one by one.
        rows = {f"{entry.sha256} {entry.scheme}": _row(entry) for entry in entries}
        images.write_images(self._connection, [{"key": key, **row} for key, row in rows.items()])

    def remove(self, sha256s: Sequence[str]) -> int:
        """Remove images, in all schemes; how many entries that were."""
        self._expect_writable()
        return images.remove_images(self._connection, sha256s)

    def __len__(self) -> int:
        return images.count_images(self._connection)

    def get(self, sha256: str) -> Entry | None:
        """The newest entry of an image; None where there is none."""
        row = images.read_image(self._connection, sha256)
        return None if row is None else _entry(row)

    def explanations(self) -> frozenset[str]:
        """The IRIs of the explanations that have an entry."""
        return images.explained_images(self._connection)

    def browse(self, offset: int = 0, limit: int = 20) -> list[Entry]:
        """Entries, the newest first."""
        return [_entry(row) for row in images.browse_images(self._connection, offset, limit)]

    def search(self, query: Query, k: int = 20) -> list[Hit]:
        """The k images that fit best of those that the server finds; each image at most once."""
        found: dict[tuple[str, str], Entry] = {}
        for row in self._candidates(query, max(_CANDIDATES, 4 * k)):
            entry = _entry(row)
            found.setdefault((entry.sha256, entry.scheme), entry)
        return best(query, list(found.values()), k)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _candidates(self, query: Query, count: int) -> list[images.Row]:
        rows: list[images.Row] = []
        conditions = {
            "seen": [asked_terms(thing) for thing in query.seen],
            "unseen": [term for thing in query.unseen for term in asked_terms(thing)],
            "least": SEEN,
        }
        if query.emotions:
            for scheme, labels in images.image_schemes(self._connection).items():
                wanted = wanted_shares(query, scheme, labels)
                if wanted is not None:
                    rows += images.felt_images(
                        self._connection, scheme, wanted.tolist(), conditions, count
                    )
        more = count * (_WITH_CONDITIONS if query.seen or query.unseen else 1)
        for near in query.near:
            rows += images.nearest_images(
                self._connection,
                near.vector.tolist(),
                {**conditions, "encoder": near.encoder},
                more,
            )
        things = [thing for thing, _ in query.shows]
        if things or not rows:
            terms = [term for thing in things or query.seen for term in asked_terms(thing)]
            rows += images.showing_images(self._connection, terms, conditions, count)
        return rows

    def _expect_writable(self) -> None:
        if not self._writable:
            raise KnowledgeError(
                "The index is open for reading, so nothing in it can be changed.",
                "Open it for writing.",
            )


def _row(entry: Entry) -> dict[str, Any]:
    shown = shown_terms(entry.cues)
    labels = list(entry.emotions)
    shares = np.array([[entry.emotions[label] for label in labels]], np.float32)
    told = {
        "explanation": entry.explanation,
        "source": entry.source,
        "sha256": entry.sha256,
        "scheme": entry.scheme,
        "emotions": dict(entry.emotions),
        "valence": entry.valence,
        "arousal": entry.arousal,
        "vector": [round(float(x), 4) for x in entry.vector],
        "encoder": entry.encoder,
        "cues": [[c.concept, c.label, c.kind, round(c.confidence, 4)] for c in entry.cues],
    }
    return {
        "vector": entry.vector.tolist(),
        "properties": {
            "sha256": entry.sha256,
            "explanation": entry.explanation,
            "encoder": entry.encoder,
            "scheme": entry.scheme,
            "labels": labels,
            "logs": log_shares(shares)[0].tolist(),
            "terms": list(shown),
            "confidences": list(shown.values()),
            "entry": json.dumps(told, separators=(",", ":")),
            "thumbnail": entry.thumbnail,
        },
    }


def _entry(row: images.Row) -> Entry:
    told = json.loads(row["entry"])
    cues = tuple(Fact(*fact) for fact in told.pop("cues"))
    vector = np.array(told.pop("vector"), np.float32)
    jpeg = row["thumbnail"]
    return Entry(**told, vector=vector, cues=cues, thumbnail=None if jpeg is None else bytes(jpeg))
