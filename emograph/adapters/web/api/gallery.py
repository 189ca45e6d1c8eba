"""Routes for the images that were kept, and to find some among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath
from typing import Annotated, Any

from fastapi import FastAPI, Path, Query, Request, Response

from emograph.adapters.web.api.explain import explainer_of
from emograph.adapters.web.api.json_answers import answers, faults, json_response, picture
from emograph.adapters.web.bodies import read_upload
from emograph.adapters.web.gallery import Gallery
from emograph.adapters.web.http_error import HttpError
from emograph.adapters.web.service import Service
from emograph.engine.retrieval.entry import Entry
from emograph.engine.retrieval.query import Hit

_LONGEST = 500
_MOST = 200
"""Images in one answer."""

_Words = Annotated[str, Query(min_length=1, max_length=_LONGEST)]
_Count = Annotated[int, Query(ge=1, le=_MOST)]
_Sha256 = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]

_FORM: dict[str, Any] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["photo"],
                "properties": {
                    "photo": {"type": "string", "format": "binary"},
                    "q": {"type": "string", "maxLength": _LONGEST},
                    "k": {"type": "integer", "minimum": 1, "maximum": _MOST},
                },
            }
        }
    },
}


@dataclass(frozen=True, slots=True)
class CueShown:
    """A cue of an image that is kept."""

    label: str
    kind: str
    confidence: float
    concept: str | None


@dataclass(frozen=True, slots=True)
class ImageShown:
    """An image that is kept; `score` (0..1) and `why` are there where it was searched for."""

    sha256: str
    name: str
    scheme: str
    emotions: Mapping[str, float]
    valence: float
    arousal: float
    score: float | None
    why: list[str]
    cues: list[CueShown]
    explanation: str
    pictured: bool


@dataclass(frozen=True, slots=True)
class Images:
    """Some of the images that are kept, and how many there are in all."""

    total: int
    hits: list[ImageShown]


def add_gallery(app: FastAPI, service: Service) -> None:
    """Add the routes."""

    @app.get(
        "/api/gallery",
        tags=["Gallery"],
        response_class=Response,
        summary="List images that were kept, the newest first",
        responses=answers(Images, 422, 503),
    )
    async def gallery(
        request: Request,
        offset: Annotated[int, Query(ge=0, le=1_000_000_000)] = 0,
        limit: _Count = 24,
    ) -> Response:
        def work(_: float) -> Response:
            index = gallery_of(service).index
            shown = [image_shown(entry) for entry in index.browse(offset, limit)]
            return json_response(request, Images(len(index), shown))

        return await service.slots.run(work)

    @app.get(
        "/api/gallery/{sha256}",
        tags=["Gallery"],
        response_class=Response,
        summary="Say what is known of an image",
        responses=answers(ImageShown, 404, 422, 503),
    )
    async def image(request: Request, sha256: _Sha256) -> Response:
        return await service.slots.run(
            lambda _: json_response(request, image_shown(gallery_of(service).entry(sha256)))
        )

    @app.get(
        "/api/gallery/{sha256}/thumbnail",
        tags=["Gallery"],
        response_class=Response,
        summary="Give a small copy of an image",
        responses=picture("The copy.", 404, 422, 503),
    )
    async def thumbnail(sha256: _Sha256) -> Response:
        def work(_: float) -> Response:
            content = gallery_of(service).entry(sha256).thumbnail
            if content is None:
                raise HttpError(404, "No small copy of this image is kept. Annotate it again.")
            headers = {"Cache-Control": "private, max-age=3600"}
            return Response(content, headers=headers, media_type="image/jpeg")

        return await service.slots.run(work)

    @app.delete(
        "/api/gallery/{sha256}",
        tags=["Gallery"],
        response_class=Response,
        status_code=204,
        summary="Remove an image and its explanations, where the server was started so that it may",
        responses=faults(403, 404, 422, 503),
    )
    async def remove(sha256: _Sha256) -> Response:
        if not service.writable:
            raise HttpError(403, "The server is read-only. Start it with --writable to remove.")

        def work(_: float) -> Response:
            gallery_of(service).remove(sha256)
            service.cypher.changed()
            return Response(status_code=204)

        return await service.slots.run(work)

    @app.get(
        "/api/retrieve",
        tags=["Gallery"],
        response_class=Response,
        summary="Find images by emotions, by words, by what they show",
        responses=answers(Images, 400, 422, 503),
    )
    async def retrieve(request: Request, q: _Words, k: _Count = 20) -> Response:
        explainer = explainer_of(service)
        with service.searcher.place():
            pass

        def work(deadline: float) -> Response:
            hits = gallery_of(service).find(explainer.engine(deadline), q, k)
            return json_response(request, _found(gallery_of(service), hits))

        return await service.searcher.run(work, request.is_disconnected)

    @app.post(
        "/api/retrieve",
        tags=["Gallery"],
        response_class=Response,
        summary="Find images that are like a photograph, and fit words as well, if there are any",
        responses=answers(Images, 400, 403, 408, 413, 415, 503),
        openapi_extra={"requestBody": _FORM},
    )
    async def retrieve_like(request: Request) -> Response:
        explainer = explainer_of(service)
        with service.workers.place():
            upload = await read_upload(request, service.limits)
            words, k = _asked(upload.fields)

        def work(deadline: float) -> Response:
            engine = explainer.engine(deadline)
            photo = engine.open(upload.data, upload.name)
            hits = gallery_of(service).find(engine, words, k, photo)
            return json_response(request, _found(gallery_of(service), hits))

        return await service.workers.run(work, request.is_disconnected)


def _asked(fields: Mapping[str, str]) -> tuple[str, int]:
    """The words and the number of images that a form asks for."""
    words, count = fields.get("q", ""), fields.get("k", "20")
    if len(words) > _LONGEST:
        raise HttpError(400, f"The words are over {_LONGEST} characters. Ask with fewer.")
    if not (count.isascii() and count.isdecimal() and 1 <= int(count[:6]) <= _MOST):
        raise HttpError(400, f"The number k is none of images. Give 1 to {_MOST}.")
    return words, int(count[:6])


def _found(gallery: Gallery, hits: Sequence[Hit]) -> Images:
    return Images(len(gallery.index), [image_shown(h.entry, h.score, h.why) for h in hits])


def gallery_of(service: Service) -> Gallery:
    """The gallery; `HttpError` 503 where the server has none."""
    if service.gallery is None:
        raise HttpError(503, "This server has no gallery. Ask another one.")
    return service.gallery


def image_shown(entry: Entry, score: float | None = None, why: tuple[str, ...] = ()) -> ImageShown:
    """An entry as the page shows it: the file is named without its folder."""
    return ImageShown(
        sha256=entry.sha256,
        name=PureWindowsPath(PurePosixPath(entry.source).name).name,
        scheme=entry.scheme,
        emotions=entry.emotions,
        valence=entry.valence,
        arousal=entry.arousal,
        score=score,
        why=list(why),
        cues=[CueShown(f.label, f.kind, f.confidence, f.concept) for f in entry.cues],
        explanation=entry.explanation,
        pictured=entry.thumbnail is not None,
    )
