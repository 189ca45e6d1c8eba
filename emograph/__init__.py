"""emograph explains what an image makes its viewers feel, and why.

>>> import emograph
>>> explanation = emograph.explain("holiday.jpg")  # doctest: +SKIP
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from emograph.errors import EmographError
from emograph.version import __version__

if TYPE_CHECKING:
    from emograph.assembly import load
    from emograph.keeping import annotate, explain
    from emograph.opening import open_graph
    from emograph.retrieving import retrieve

_HOMES = {
    "annotate": "emograph.keeping",
    "explain": "emograph.keeping",
    "load": "emograph.assembly",
    "open_graph": "emograph.opening",
    "retrieve": "emograph.retrieving",
}

__all__ = ["EmographError", "__version__", "annotate", "explain", "load", "open_graph", "retrieve"]


def __getattr__(name: str) -> Any:
    """Import the engine only when it is asked for: it brings torch, which takes seconds."""
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
