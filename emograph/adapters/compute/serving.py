"""What a worker process does: it builds an engine, and explains units until its parent is gone."""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
from collections.abc import Callable, Mapping
from typing import IO, Any

from emograph.adapters.compute import messages
from emograph.engine.annotation.annotator import Annotator
from emograph.errors import EmographError


def serve(build: Callable[[Mapping[str, Any]], Annotator]) -> None:
    """Answer what comes over stdin: first the setup for `build`, then units.

    Each answer is a mark and a message: ``+`` and what was asked for, or ``-`` and an error.
    """
    # What libraries print must not come between the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    waiting: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, waiting), daemon=True).start()
    try:
        annotator = build(json.loads(waiting.get()))
        messages.write(answers, b"+" + messages.pack_json(messages.origin_json(annotator.origin)))
        while True:
            results = annotator.annotate(messages.unpack_unit(waiting.get()))
            messages.write(answers, b"+" + messages.pack_results(results))
    except EmographError as error:
        messages.write(answers, b"-" + messages.pack_json([error.what, error.todo]))


def _listen(pipe: IO[bytes], waiting: queue.SimpleQueue[bytes]) -> None:
    """Hand on what comes; a worker whose parent has gone ends at once, whatever it is at."""
    try:
        while True:
            waiting.put(messages.read(pipe))
    except EOFError:
        os._exit(0)
