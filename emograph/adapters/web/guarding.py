"""What every request must pass and every answer must carry, before any route is asked."""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from emograph.adapters.web.errors import error_response
from emograph.adapters.web.http_error import HttpError

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' blob: data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-cache",
}
_SAFE = ("GET", "HEAD", "OPTIONS")
_OPEN = ("/", "/health")
"""What needs no token, besides what the page is made of: it asks for the token itself."""


class Guard:
    """Refuses who has no token and what pages of other sites send; adds headers to all answers.

    Without a `token` none is asked for.
    """

    def __init__(self, app: ASGIApp, token: str | None = None) -> None:
        self._app = app
        self._token = None if token is None else token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        refusal = self._refusal(scope)
        answer = self._app if refusal is None else error_response(scope["path"], refusal)
        await answer(scope, receive, secured)

    def _refusal(self, scope: Scope) -> HttpError | None:
        path, headers = scope["path"], Headers(scope=scope)
        if not self._admits(path, headers):
            return HttpError(
                401,
                "This server asks for a token. Send it as Authorization: Bearer TOKEN.",
                {"WWW-Authenticate": "Bearer"},
            )
        api = path.startswith("/api/")
        if api and scope["method"] not in _SAFE and from_other_site(headers):
            return HttpError(403, "A page of another site may not send this. Send it from here.")
        return None

    def _admits(self, path: str, headers: Headers) -> bool:
        if self._token is None or path in _OPEN or path.startswith("/static/"):
            return True
        scheme, _, given = headers.get("authorization", "").partition(" ")
        # The time that the comparison takes tells nothing of the token.
        right = hmac.compare_digest(given.strip().encode("latin-1"), self._token)
        return right and scheme.lower() == "bearer"


def from_other_site(headers: Headers) -> bool:
    """Whether a web page of another site sends this: a browser lets it post forms anywhere."""
    origin = headers.get("origin")
    if origin is None:
        return headers.get("sec-fetch-site") in ("cross-site", "same-site")
    return urlsplit(origin).netloc != headers.get("host")
