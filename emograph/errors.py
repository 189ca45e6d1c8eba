"""The errors a person sees: what happened, and what to do about it."""

from __future__ import annotations


class EmographError(Exception):
    """A fault that the person can mend.

    `what` says in one sentence what happened, `todo` in one sentence what to do. Nothing else of
    emograph is raised on purpose, and the command line shows both and exits with code 2.

    >>> str(EmographError("The file cat.jpg is empty.", "Give a photograph."))
    'The file cat.jpg is empty. Give a photograph.'
    """

    def __init__(self, what: str, todo: str) -> None:
        super().__init__(f"{what} {todo}")
        self.what = what
        self.todo = todo


class ImageError(EmographError):
    """An image that cannot be read or is refused."""


class AssetError(EmographError):
    """Weights that are missing, broken or out of reach."""


class VoteError(EmographError):
    """A model that names what it sees, but does not say how likely its answers are."""


class KnowledgeError(EmographError):
    """Knowledge that cannot be read, or a query that cannot be answered."""


class DatasetError(EmographError):
    """A dataset folder that does not have the layout it should have."""
