"""A worker of `emograph annotate`: what each process and each machine of a cluster builds.

`python -m emograph.worker` is such a process; it is spoken to over its standard input and output.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emograph.adapters.compute.serving import serve
from emograph.adapters.sources.reading import PlaceReader
from emograph.assembly import load
from emograph.engine.annotation.annotator import Annotator

MODULE = "emograph.worker"


def build(setup: Mapping[str, Any]) -> Annotator:
    """The annotator of a setup: its ``settings``, and whether ``thumbnails`` are made.

    Raises EmographError where a setting is wrong.
    """
    engine = load(**setup["settings"])
    return Annotator(engine, PlaceReader(), thumbnails=setup["thumbnails"])


if __name__ == "__main__":
    serve(build)
