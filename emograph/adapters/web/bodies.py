"""Bodies of requests, read within limits: bytes, JSON, and uploads of a photograph."""

from __future__ import annotations

import asyncio
import re
import unicodedata
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from fastapi import Request
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartParser

from emograph.adapters.web.http_error import HttpError
from emograph.adapters.web.service import Limits

T = TypeVar("T")

_MULTIPART = "multipart/form-data"
_FIELDS = 8
_FIELD = 10_000  # bytes
_LONGEST_NAME = 120
_NO_NAME = "photo"


@dataclass(frozen=True, slots=True)
class Upload:
    """A photograph as it was sent, what its sender calls it, and the other fields of the form.

    The name is a label: it has no folder, and nothing is ever opened by it.
    """

    data: bytes
    name: str
    fields: Mapping[str, str]


async def read_body(request: Request, most: int, seconds: float) -> bytes:
    """The bytes of a body; status 413 where they are over `most`, 408 where they are late."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > most:
        raise _too_large(most)
    chunks, size = [], 0
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                size += len(chunk)
                if size > most:
                    raise _too_large(most)
                chunks.append(chunk)
    except TimeoutError:
        raise HttpError(408, "The body did not arrive in time. Send it again.") from None
    return b"".join(chunks)


async def read_json(request: Request, kind: TypeAdapter[T], limits: Limits) -> T:
    """A value of a type from a body of JSON; status 400 where it is none, 415 for another kind."""
    if media_type(request) != "application/json":
        raise HttpError(415, "The body is not JSON. Send it as application/json.")
    body = await read_body(request, limits.body, limits.seconds)
    try:
        return kind.validate_json(body)
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise HttpError(
            400, f"The body is not as it should be: {where}: {first['msg']}. Correct it."
        ) from None


async def read_upload(request: Request, limits: Limits) -> Upload:
    """The photograph that a request brings: the field ``photo`` of a form, or the whole body.

    Nothing is written to a disk. Status 415 where the body is of another kind, 400 where there is
    no photograph in it.
    """
    kind = media_type(request)
    if kind != _MULTIPART and not kind.startswith("image/"):
        raise HttpError(
            415, f"The body is no photograph. Send it as {_MULTIPART}, or as image/jpeg and such."
        )
    body = await read_body(request, limits.upload, limits.explaining)
    if kind != _MULTIPART:
        return Upload(body, _NO_NAME, {})
    form = await _parse(request, body)
    photo = form.get("photo")
    if not isinstance(photo, UploadFile):
        raise HttpError(400, "The form has no file named photo. Send one.")
    fields = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    return Upload(await photo.read(), plain_name(photo.filename), fields)


def media_type(request: Request) -> str:
    """The kind of content that a request says it has, in lower case, without parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def plain_name(given: str | None) -> str:
    r"""What a client calls a file, as a label: no folder, nothing that is not seen.

    >>> plain_name("../../etc/passwd"), plain_name("C:\\photos\\cat.jpg"), plain_name("\x00")
    ('passwd', 'cat.jpg', 'photo')
    """
    last = re.split(r"[/\\]", given or "")[-1]
    seen = "".join(c for c in last if unicodedata.category(c)[0] != "C")
    return seen.strip(" .")[:_LONGEST_NAME] or _NO_NAME


class _Parser(MultiPartParser):
    """Keeps files in memory, where the whole body is anyway."""

    spool_max_size = 1 << 40


async def _parse(request: Request, body: bytes) -> FormData:
    async def whole() -> AsyncGenerator[bytes, None]:
        yield body

    parser = _Parser(
        request.headers, whole(), max_files=1, max_fields=_FIELDS, max_part_size=_FIELD
    )
    try:
        return await parser.parse()
    except Exception:  # noqa: BLE001 - the parser raises anything when a form is broken
        raise HttpError(400, "The form cannot be read. Send it as a browser does.") from None


def _too_large(most: int) -> HttpError:
    return HttpError(413, f"The body is over {most} bytes. Send less.")
