"""The columns of annotations in Parquet; docs/reference/annotations.md says what each means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]


@cache
def schema() -> Any:
    """The pyarrow schema that every file of annotations has."""
    shares = pa.map_(pa.string(), pa.float64())
    cue = pa.struct(
        [
            pa.field("id", pa.string(), nullable=False),
            pa.field("kind", pa.string(), nullable=False),
            pa.field("label", pa.string(), nullable=False),
            pa.field("confidence", pa.float64(), nullable=False),
            pa.field("detector", pa.string(), nullable=False),
            pa.field("concept", pa.string()),
            pa.field("x", pa.float64()),
            pa.field("y", pa.float64()),
            pa.field("w", pa.float64()),
            pa.field("h", pa.float64()),
        ]
    )
    return pa.schema(
        [
            pa.field("source", pa.string(), nullable=False),
            pa.field("sha256", pa.string()),
            pa.field("width", pa.int32()),
            pa.field("height", pa.int32()),
            pa.field("scheme", pa.string()),
            pa.field("leading", pa.string()),
            pa.field("emotions", shares),
            pa.field("valence", pa.float64()),
            pa.field("arousal", pa.float64()),
            pa.field("unknown_share", pa.float64()),
            pa.field("cues", pa.list_(cue)),
            pa.field("votes", pa.map_(pa.string(), shares)),
            pa.field("gate", shares),
            pa.field("versions", pa.map_(pa.string(), pa.string())),
            pa.field("vector", pa.list_(pa.float32())),
            pa.field("document", pa.string()),
            pa.field("error", pa.string()),
        ]
    )


def table_of(rows: Iterable[Mapping[str, Any]]) -> Any:
    """Rows as `emograph.engine.annotation.rows` makes them, as a pyarrow table."""
    return pa.Table.from_pylist(list(rows), schema=schema())
