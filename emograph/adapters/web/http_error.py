"""What the server answers where it cannot do what was asked."""

from __future__ import annotations

import re
from collections.abc import Mapping

_BETWEEN_SENTENCES = re.compile(r"(?<=[.!?]) (?=[A-Z])")


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

    @property
    def parts(self) -> tuple[str, str]:
        """What happened, and what to do about it, where the message says so.

        >>> HttpError(503, "It took 0.1 s. Ask for less.").parts
        ('It took 0.1 s.', 'Ask for less.')
        """
        what, *todo = _BETWEEN_SENTENCES.split(self.message, maxsplit=1)
        return what, "".join(todo)
