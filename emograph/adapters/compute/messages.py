"""What processes that annotate tell each other: JSON, and vectors and thumbnails as they are."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from typing import IO, Any

import numpy as np

from emograph.engine.annotation.annotator import Annotation, Origin, Result
from emograph.engine.annotation.units import Fault, Item, Unit

_LENGTH = struct.Struct(">Q")


def write(pipe: IO[bytes], message: bytes) -> None:
    """Send a message and flush."""
    pipe.write(_LENGTH.pack(len(message)))
    pipe.write(message)
    pipe.flush()


def read(pipe: IO[bytes]) -> bytes:
    """The next message; raises EOFError where the other side has gone."""
    (length,) = _LENGTH.unpack(_exactly(pipe, _LENGTH.size))
    return _exactly(pipe, length)


def pack_json(value: object) -> bytes:
    """A value as JSON; names of files that are no UTF-8 survive it."""
    return json.dumps(value, separators=(",", ":")).encode()


def pack_unit(unit: Unit) -> bytes:
    """A unit of work."""
    return pack_json([unit.number, [astuple(item) for item in unit.items]])


def unpack_unit(message: bytes) -> Unit:
    """What `pack_unit` packed."""
    number, items = json.loads(message)
    return Unit(number, tuple(Item(*item) for item in items))


def origin_json(origin: Origin) -> dict[str, Any]:
    """An origin as JSON values."""
    return {"scheme": origin.scheme, "versions": dict(origin.versions)}


def origin_of(values: Mapping[str, Any]) -> Origin:
    """What `origin_json` gave."""
    return Origin(values["scheme"], values["versions"])


def pack_results(results: Sequence[Result]) -> bytes:
    """Results, the same bit for bit when they are unpacked."""
    blobs: list[bytes] = []
    said = [_said(result, blobs) for result in results]
    head = pack_json([said, [len(blob) for blob in blobs]])
    return b"".join([_LENGTH.pack(len(head)), head, *blobs])


def unpack_results(message: bytes) -> list[Result]:
    """What `pack_results` packed."""
    start = _LENGTH.size + _LENGTH.unpack_from(message)[0]
    said, lengths = json.loads(message[_LENGTH.size : start])
    blobs = []
    for length in lengths:
        blobs.append(message[start : start + length])
        start += length
    return [_result(values, blobs) for values in said]


def _said(result: Result, blobs: list[bytes]) -> dict[str, Any]:
    if isinstance(result, Fault):
        return {"fault": astuple(result)}
    said: dict[str, Any] = {"document": result.document}
    if result.vector is not None:
        said["vector"] = len(blobs)
        blobs.append(np.ascontiguousarray(result.vector, "<f4").tobytes())
    if result.thumbnail is not None:
        said["thumbnail"] = len(blobs)
        blobs.append(result.thumbnail)
    return said


def _result(said: Mapping[str, Any], blobs: Sequence[bytes]) -> Result:
    if "fault" in said:
        return Fault(*said["fault"])
    vector = np.frombuffer(blobs[said["vector"]], "<f4") if "vector" in said else None
    thumbnail = blobs[said["thumbnail"]] if "thumbnail" in said else None
    return Annotation(said["document"], vector, thumbnail)


def _exactly(pipe: IO[bytes], count: int) -> bytes:
    data = pipe.read(count)
    if len(data) < count:
        raise EOFError
    return data
