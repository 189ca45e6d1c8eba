"""What goes wrong with foreign models, said so that a person can mend it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from emograph.errors import AssetError, EmographError

_NO_MEMORY = ("can't allocate memory", "cannot allocate memory", "not enough memory")


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory ran out, of the machine or of its accelerator."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    text = str(error).lower()
    return isinstance(error, RuntimeError) and (
        "out of memory" in text or any(words in text for words in _NO_MEMORY)
    )


@contextmanager
def told(what: str, todo: str) -> Iterator[None]:
    """Turn whatever a library raises into an AssetError: what happened, and what to do."""
    try:
        yield
    except EmographError:
        raise
    except Exception as error:
        if is_out_of_memory(error):
            raise
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise AssetError(f"{what} ({reason[:200].rstrip('. ')}).", todo) from error
