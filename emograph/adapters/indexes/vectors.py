"""The vectors of one encoder's entries: exact while they are few, in faiss when they are many.

Both are derived from the ledger. What faiss holds is kept in a file, whose name says up to which
entry and removal it goes; what came after is added when it is read.
"""

from __future__ import annotations

import importlib
import math
import re
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emograph.adapters.indexes.ledger import Ledger
from emograph.engine.perception.detector import Array

EXACT = 50_000
"""So many vectors are compared one by one; more are clustered first."""

_SAMPLE = 64  # vectors for each cluster, to find the clusters by
_PROBED = 96  # clusters that a search looks into
_SEED = 0
_BEHIND = 0.1  # the share of entries that a file may lack before it is written anew

Ids = NDArray[np.int64]


class FewVectors:
    """Vectors (n, t) in the order of their numbers `ids` (n,), compared one by one."""

    def __init__(self, width: int) -> None:
        self.ids: Ids = np.zeros(0, np.int64)
        self.last = self.removals = 0
        self._vectors: Array = np.zeros((0, width), np.float32)

    def __len__(self) -> int:
        return len(self.ids)

    def extend(self, portions: Iterator[tuple[list[int], np.ndarray]]) -> None:
        """Add vectors with higher numbers than all before."""
        for ids, vectors in portions:
            self.ids = np.concatenate([self.ids, np.array(ids, np.int64)])
            self._vectors = np.concatenate([self._vectors, vectors.astype(np.float32)])
            self.last = ids[-1]

    def remove(self, gone: Ids, removals: int) -> None:
        """Leave out the vectors of these numbers; the last removal is that of number `removals`."""
        stay = ~np.isin(self.ids, gone)
        self.ids, self._vectors = self.ids[stay], self._vectors[stay]
        self.removals = removals

    def cosines(self, vector: Array) -> Array:
        """The cosine of each with a vector of length 1, (n,)."""
        cosines: Array = self._vectors @ vector
        return cosines


class ManyVectors:
    """Vectors in clusters, eight bits a number; a search looks into the nearest clusters."""

    def __init__(self, index: Any, last: int, removals: int) -> None:
        self._index = index
        self.last, self.removals = last, removals

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @classmethod
    def build(cls, ledger: Ledger, encoder: int, width: int, count: int) -> ManyVectors:
        """Cluster all vectors that the ledger has of an encoder, about `count`."""
        faiss = _faiss()
        removed = ledger.removed_since(0)
        index = faiss.index_factory(width, f"IVF{clusters(count)},SQ8", faiss.METRIC_INNER_PRODUCT)
        index.cp.seed = _SEED
        index.cp.spherical = True
        index.train(_sample(ledger, encoder, count, clusters(count) * _SAMPLE))
        made = cls(index, 0, removed[-1][0] if removed else 0)
        made.extend(ledger.vectors_since(encoder, 0))
        return made

    @classmethod
    def load(cls, folder: Path, encoder: int) -> ManyVectors | None:
        """The newest file of an encoder that can be read; None where there is none."""
        faiss = _faiss()
        for last, removals, path in _files(folder, encoder):
            with suppress(RuntimeError):  # cut short by whatever made it: it is made anew
                return cls(faiss.read_index(str(path)), last, removals)
        return None

    def is_too_coarse(self, count: int) -> bool:
        """Whether so many vectors need far more clusters than there are."""
        return clusters(count) > 2 * int(self._index.nlist)

    def extend(self, portions: Iterator[tuple[list[int], np.ndarray]]) -> None:
        """Add vectors with higher numbers than all before."""
        for ids, vectors in portions:
            self._index.add_with_ids(vectors.astype(np.float32), np.array(ids, np.int64))
            self.last = ids[-1]

    def remove(self, gone: Ids, removals: int) -> None:
        """Leave out the vectors of these numbers; the last removal is that of number `removals`."""
        faiss = _faiss()
        self._index.remove_ids(faiss.IDSelectorBatch(gone))
        self.removals = removals

    def nearest(self, vector: Array, count: int, allowed: Ids | None) -> Ids:
        """The numbers of the `count` nearest to a vector; `allowed` are the only ones to look at.

        Not all of the nearest may be found, and where few are allowed, more clusters are seen.
        """
        faiss = _faiss()
        probed, selector, bits = _PROBED, None, None
        if allowed is not None:
            if not len(allowed):
                return np.zeros(0, np.int64)
            mask = np.zeros(int(allowed.max()) + 1, bool)
            mask[allowed] = True
            bits = np.packbits(mask, bitorder="little")  # it must live as long as the selector
            selector = faiss.IDSelectorBitmap(bits)
            probed = round(_PROBED * max(len(self) / len(allowed), 1.0))
        settings = faiss.SearchParametersIVF(
            nprobe=min(probed, int(self._index.nlist)), sel=selector
        )
        _, found = self._index.search(vector[None, :], count, params=settings)
        ids: Ids = found[0][found[0] >= 0]
        return ids

    def save(self, folder: Path, encoder: int) -> None:
        """Write the file anew and remove older ones; a disk that is full is done without."""
        faiss = _faiss()
        name = f"near-{encoder}-{self.last}-{self.removals}.faiss"
        with suppress(OSError, RuntimeError), tempfile.TemporaryDirectory(dir=folder) as draft:
            path = Path(draft) / name
            faiss.write_index(self._index, str(path))
            older = [old for _, _, old in _files(folder, encoder)]
            path.replace(folder / name)
            for old in older:
                if old.name != name:
                    old.unlink(missing_ok=True)

    def is_behind(self, folder: Path, encoder: int) -> bool:
        """Whether the file lacks so much that it is worth writing anew."""
        files = _files(folder, encoder)
        if not files:
            return True
        last, removals, _ = files[0]
        return self.last - last + self.removals - removals > _BEHIND * len(self)


def current(
    held: FewVectors | ManyVectors | None,
    ledger: Ledger,
    encoder: int,
    width: int,
    folder: Path | None,
    exact: int,
) -> FewVectors | ManyVectors:
    """The vectors of an encoder, brought up to date with the ledger.

    More than `exact` are clustered, and written to the folder where its file is missing or behind.
    """
    count = ledger.count_vectors(encoder)
    if isinstance(held, ManyVectors) or count > exact:
        many = held if isinstance(held, ManyVectors) else None
        if many is None and folder is not None:
            many = ManyVectors.load(folder, encoder)
        if many is None or many.is_too_coarse(count):
            many = ManyVectors.build(ledger, encoder, width, count)
        _catch_up(many, ledger, encoder)
        if folder is not None and many.is_behind(folder, encoder):
            many.save(folder, encoder)
        return many
    few = held if held is not None else FewVectors(width)
    _catch_up(few, ledger, encoder)
    return few


def _catch_up(vectors: FewVectors | ManyVectors, ledger: Ledger, encoder: int) -> None:
    gone = ledger.removed_since(vectors.removals)
    vectors.extend(ledger.vectors_since(encoder, vectors.last))
    if gone:
        vectors.remove(np.array([entry for _, entry in gone], np.int64), gone[-1][0])


def clusters(count: int) -> int:
    """How many clusters so many vectors are put into: a power of two near twice the square root.

    >>> [clusters(count) for count in (50_000, 100_000, 1_000_000)]
    [512, 512, 2048]
    """
    return int(2 ** round(math.log2(2 * math.sqrt(count))))


def _faiss() -> Any:
    """The library, without its annotations: they lack what its Python layer adds."""
    return importlib.import_module("faiss")


def _sample(ledger: Ledger, encoder: int, count: int, size: int) -> Array:
    """About `size` vectors, chosen at random but always alike."""
    draw = np.random.default_rng(_SEED)
    share = min(size / count, 1.0)
    chosen = [
        vectors[draw.random(len(vectors)) < share].astype(np.float32)
        for _, vectors in ledger.vectors_since(encoder, 0)
    ]
    return np.concatenate(chosen)


def _files(folder: Path, encoder: int) -> list[tuple[int, int, Path]]:
    """The files of an encoder with how far they go, the newest first."""
    pattern = re.compile(rf"near-{encoder}-(\d+)-(\d+)\.faiss")
    found = []
    for path in folder.glob(f"near-{encoder}-*.faiss"):
        match = pattern.fullmatch(path.name)
        if match:
            found.append((int(match[1]), int(match[2]), path))
    return sorted(found, reverse=True)
