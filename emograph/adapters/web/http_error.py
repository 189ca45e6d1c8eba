"""What the server answers where it cannot do what was asked."""

from __future__ import annotations

from collections.abc import Mapping


class HttpError(Exception):
    """An HTTP error with a plain message, which names nothing of the machine.

    >>> HttpError(404, "There is no such graph.").status
    404
    """

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = dict(headers or {})
