"""What every index of images does; adapters implement it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from emograph.engine.retrieval.entry import Entry
from emograph.engine.retrieval.query import Hit, Query


class ImageIndex(Protocol):
    """Images that were explained, to be found by emotion, by words, by likeness, by what they show.

    An entry is known by its image's sha256 and its scheme. What `add` and `remove` did when they
    return is kept, whatever happens to the process. Threads may share an index.
    """

    def add(self, entries: Sequence[Entry]) -> None:
        """Add entries in one transaction; one of the same image and scheme is replaced.

        Raises `KnowledgeError` where the index was opened for reading.
        """
        ...

    def remove(self, sha256s: Sequence[str]) -> int:
        """Remove images, in all schemes; how many entries that were."""
        ...

    def __len__(self) -> int:
        """How many entries there are."""
        ...

    def get(self, sha256: str) -> Entry | None:
        """The newest entry of an image; None where there is none."""
        ...

    def explanations(self) -> frozenset[str]:
        """The IRIs of the explanations that have an entry."""
        ...

    def browse(self, offset: int = 0, limit: int = 20) -> list[Entry]:
        """Entries, the newest first."""
        ...

    def search(self, query: Query, k: int = 20) -> list[Hit]:
        """The k images that fit best, the best first; each image at most once."""
        ...

    def close(self) -> None:
        """Let go of the index; nothing may be asked after."""
        ...
