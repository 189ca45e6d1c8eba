"""Annotations as Parquet: a part for each unit, in a folder or joined in one file.

A part is there as a whole or not at all, so a run that was ended at any moment is gone on with by
writing the parts that are missing.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from emograph.adapters.outputs.files import remove_drafts, whole
from emograph.adapters.outputs.manifest import Manifest, check
from emograph.adapters.outputs.schema import schema, table_of
from emograph.engine.annotation.annotator import Result
from emograph.engine.annotation.rows import row_of
from emograph.engine.annotation.units import Fault
from emograph.errors import EmographError

_MANIFEST = "_annotation.json"
_FAILURES = "_failures.csv"
_KEY = b"emograph"
_GROUP = 1024
"""Rows that are packed together in a joined file; fewer make it larger and slower to read."""


class ParquetOutput:
    """Annotations in a folder, or in a file where the name ends in ``.parquet``.

    While a file is made, its parts are beside it in ``NAME.parts``. Raises EmographError where
    something else is there, or annotations of another manifest, or where it cannot be written.
    """

    def __init__(self, out: Path, manifest: Manifest) -> None:
        self._out = out
        self._manifest = manifest
        self._is_file = _is_file(out)
        self._folder = out.with_name(out.name + ".parts") if self._is_file else out
        self.finished = self._is_file and out.is_file()
        """Whether the file is there already, with all its rows."""
        if self.finished:
            check(_said_in(out), manifest, str(out))
            self._clear()
        else:
            self._begin()

    def __contains__(self, number: int) -> bool:
        """Whether the part of that number is there."""
        return self.finished or self._part(number).exists()

    def write(self, number: int, results: Sequence[Result]) -> None:
        """Write a part."""
        self._write(self._part(number), table_of(map(row_of, results)))

    def rows(self, columns: Sequence[str] | None = None) -> Iterator[dict[str, Any]]:
        """All rows in order, of the columns that are named."""
        for path in [self._out] if self.finished else self._parts():
            with pq.ParquetFile(path) as file:
                for batch in file.iter_batches(_GROUP, columns=columns):
                    yield from batch.to_pylist()

    def documents(self) -> Iterator[dict[str, Any]]:
        """The explanation documents of all rows that have one, in order."""
        for row in self.rows(["document"]):
            if row["document"] is not None:
                yield json.loads(row["document"])

    def part(self, number: int) -> list[dict[str, Any]]:
        """The rows of a part that is there."""
        rows: list[dict[str, Any]] = pq.read_table(self._part(number), schema=schema()).to_pylist()
        return rows

    def finish(self, faults: Sequence[Fault]) -> None:
        """Join the parts of a file, and list what failed and the faults of the sources."""
        failures = failures_file(self._out)
        listed = [(fault.source, str(fault)) for fault in faults]
        listed += [
            (row["source"], row["error"])
            for row in self.rows(["source", "error"])
            if row["error"] is not None
        ]
        if listed:
            with whole(failures) as draft, draft.open("w", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows([("source", "error"), *listed])
        else:
            failures.unlink(missing_ok=True)
        if self._is_file and not self.finished:
            self._join()

    def _begin(self) -> None:
        path = self._folder / _MANIFEST
        if path.exists():
            check(path.read_text("utf-8"), self._manifest, str(self._out))
        elif self._folder.exists() and (
            not self._folder.is_dir() or any(p.name[0] != "." for p in self._folder.iterdir())
        ):
            raise EmographError(
                f"{self._folder} is there already, and holds no annotations.",
                "Name a folder that is empty or not there yet, or a file that ends in .parquet.",
            )
        else:
            with whole(path) as draft:
                draft.write_text(self._manifest.text, "utf-8")
        for draft in self._folder.glob(".*.new"):
            draft.unlink(missing_ok=True)
        remove_drafts(self._out)

    def _join(self) -> None:
        described = schema().with_metadata({_KEY: self._manifest.text.encode()})
        with whole(self._out) as draft, pq.ParquetWriter(draft, described, compression="zstd") as w:
            waiting: list[Any] = []
            for path in self._parts():
                waiting.append(pq.read_table(path, schema=schema()))
                if sum(map(len, waiting)) >= _GROUP:
                    w.write_table(pa.concat_tables(waiting).replace_schema_metadata(None))
                    waiting = []
            if waiting:
                w.write_table(pa.concat_tables(waiting).replace_schema_metadata(None))
        self.finished = True
        self._clear()

    def _clear(self) -> None:
        """Take away the parts of a file that has them all."""
        if (self._folder / _MANIFEST).exists():
            for path in [*self._parts(), self._folder / _MANIFEST]:
                path.unlink(missing_ok=True)
            with suppress(OSError):  # a file that is not of emograph stays
                self._folder.rmdir()

    def _write(self, path: Path, table: Any) -> None:
        with whole(path) as draft:
            pq.write_table(table, draft, compression="zstd")

    def _part(self, number: int) -> Path:
        return self._folder / f"part-{number:05}.parquet"

    def _parts(self) -> list[Path]:
        count = -(-self._manifest.images // self._manifest.unit)
        return [self._part(number) for number in range(count)]


def failures_file(out: Path) -> Path:
    """The CSV that lists what failed: beside a file, or in a folder."""
    return out.with_suffix(".failures.csv") if _is_file(out) else out / _FAILURES


def _is_file(out: Path) -> bool:
    return out.suffix == ".parquet" and not out.is_dir()


def _said_in(path: Path) -> bytes:
    try:
        metadata = pq.read_schema(path).metadata or {}
    except (pa.ArrowInvalid, OSError) as problem:
        raise EmographError(
            f"{path} is there already, and is no Parquet file of annotations.",
            "Name another --out, or take this one away.",
        ) from problem
    found: bytes = metadata.get(_KEY, b"{}")
    return found
