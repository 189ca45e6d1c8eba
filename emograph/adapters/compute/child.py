"""A worker process, as seen from its parent."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import weakref
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from emograph.adapters.compute import messages
from emograph.engine.annotation.annotator import Origin, Result
from emograph.engine.annotation.units import Unit
from emograph.errors import EmographError

_PACKAGES = str(Path(__file__).parents[3])


class EndedError(Exception):
    """The worker is gone, and what it was at is lost."""


class Child:
    """One worker: the `module` is run with an engine of the setup, until `end`."""

    def __init__(self, module: str, setup: Mapping[str, Any]) -> None:
        # Modules are never looked for in the working folder, but where this package is.
        paths = [_PACKAGES, *filter(None, [os.environ.get("PYTHONPATH")])]
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(paths),
                "OMP_NUM_THREADS": str(setup["settings"].get("threads", 1)),
                "OMP_WAIT_POLICY": "PASSIVE",
            },
            # Ctrl+C is for the parent alone, which ends its workers.
            process_group=0 if os.name == "posix" else None,
        )
        self.end = weakref.finalize(self, _end, self._process)
        self._setup = setup

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def start(self) -> Origin:
        """Have the engine built; raises what building it raises, or `EndedError`."""
        values = json.loads(self._ask(messages.pack_json(dict(self._setup))))
        return messages.origin_of(values)

    def annotate(self, unit: Unit) -> list[Result]:
        """What came of a unit; raises EmographError where it cannot go on, or `EndedError`."""
        return messages.unpack_results(self._ask(messages.pack_unit(unit)))

    def _ask(self, message: bytes) -> bytes:
        assert self._process.stdin is not None  # noqa: S101 - both are pipes
        assert self._process.stdout is not None  # noqa: S101
        try:
            messages.write(self._process.stdin, message)
            answer = messages.read(self._process.stdout)
        except (EOFError, OSError, ValueError) as problem:  # the last where it was ended meanwhile
            self.end()
            raise EndedError from problem
        if answer[:1] == b"-":
            raise EmographError(*json.loads(answer[1:]))
        return answer[1:]


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):  # what was left to send has nobody to go to
                pipe.close()
