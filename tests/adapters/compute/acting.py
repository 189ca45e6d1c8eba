"""A worker process that acts: it explains nothing, and ends where an item's name says so.

``dies`` ends it always, ``stumbles PATH`` unless the file is there already, which it makes.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from emograph.adapters.compute.serving import serve
from emograph.engine.annotation.annotator import Annotation, Origin, Result
from emograph.engine.annotation.units import Fault, Item, Unit
from emograph.errors import EmographError

MODULE = "tests.adapters.compute.acting"


class Actor:
    """As `Annotator`, without an engine."""

    def __init__(self, scheme: str) -> None:
        self.origin = Origin(scheme, {"pid": "none"})

    def annotate(self, unit: Unit) -> list[Result]:
        return [self._result(item) for item in unit.items]

    def _result(self, item: Item) -> Result:
        match item.name.split(" "):
            case ["dies"]:
                os._exit(9)
            case ["stumbles", path] if not Path(path).exists():
                Path(path).touch()
                os._exit(9)
            case ["prints"]:
                print("noise on stdout", flush=True)
            case ["refuses"]:
                raise EmographError("The server is away.", "Start it.")
            case ["faulty"]:
                return Fault(item.name, "It is broken.", "Mend it.")
        document = {"name": item.name, "pid": os.getpid(), "share": 0.1 + 0.2}
        return Annotation(document, np.array([0.1, 0.2], np.float32), b"\xff\x00")


def build(setup: Mapping[str, Any]) -> Actor:
    settings = setup["settings"]
    if settings["scheme"] == "none":
        raise EmographError("There is no scheme.", "Name one.")
    if settings["scheme"] == "dies":
        os._exit(9)
    return Actor(settings["scheme"])


if __name__ == "__main__":
    serve(build)  # type: ignore[arg-type]
