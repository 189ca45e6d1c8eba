"""The child process of a kglite graph, as seen from its parent."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import weakref
from contextlib import suppress
from pathlib import Path
from typing import Any

from emograph.adapters.stores.kglite import frames

_CHILD = "emograph.adapters.stores.kglite.child"
_PACKAGES = str(Path(__file__).parents[4])


class EndedError(Exception):
    """The child is gone; what it held is lost."""


class LateError(Exception):
    """The child did not answer in time, and was ended."""


class Process:
    """One child: it lives until `end`, or until this object or its process is gone."""

    def __init__(self) -> None:
        # Modules are never looked for in the working folder, but where this package is.
        paths = [_PACKAGES, *filter(None, [os.environ.get("PYTHONPATH")])]
        self._child = subprocess.Popen(
            [sys.executable, "-P", "-m", _CHILD],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        )
        self._owner = os.getpid()  # one forked from it has the pipes too
        self._end = weakref.finalize(self, _end, self._child, self._owner)

    @property
    def usable(self) -> bool:
        """Whether this process may ask it something still."""
        return self._end.alive and os.getpid() == self._owner

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._child.pid

    def ask(self, request: dict[str, Any], seconds: float | None = None) -> dict[str, Any]:
        """The child's answer to a request, within a time if one is given.

        Raises `EndedError` or `LateError`; it has ended then, as on any other exception.
        """
        assert self._child.stdin is not None  # noqa: S101 - both are pipes
        assert self._child.stdout is not None  # noqa: S101
        late = threading.Event()
        alarm = None
        if seconds is not None:
            alarm = threading.Timer(seconds, self._give_up, [late])
            alarm.daemon = True
            alarm.start()
        try:
            frames.write(self._child.stdin, request)
            answer: dict[str, Any] = frames.read(self._child.stdout)
            return answer
        except (EOFError, OSError, ValueError) as problem:
            self.end()
            raise (LateError if late.is_set() else EndedError) from problem
        except BaseException:  # an answer that nobody reads would be taken for the next one
            self.end()
            raise
        finally:
            if alarm is not None:
                alarm.cancel()

    def _give_up(self, late: threading.Event) -> None:
        late.set()
        self._child.kill()

    def end(self) -> None:
        """End the child; it may be asked nothing after."""
        self._end()


def _end(child: subprocess.Popen[bytes], owner: int) -> None:
    if os.getpid() != owner:
        return
    child.kill()
    child.wait()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with suppress(OSError):  # what was left to send has nobody to go to
                pipe.close()
