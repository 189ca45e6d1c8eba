"""Messages over a pipe: JSON behind its length."""

from __future__ import annotations

import json
import struct
from typing import IO, Any

_LENGTH = struct.Struct(">Q")


def write(pipe: IO[bytes], message: object) -> None:
    """Send a message and flush."""
    text = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )
    pipe.write(_LENGTH.pack(len(text)) + text)
    pipe.flush()


def read(pipe: IO[bytes]) -> Any:
    """The next message; raises `EOFError` where the other side has gone."""
    return json.loads(_exactly(pipe, _LENGTH.unpack(_exactly(pipe, _LENGTH.size))[0]))


def _exactly(pipe: IO[bytes], count: int) -> bytes:
    text = pipe.read(count)
    if len(text) < count:
        raise EOFError
    return text
