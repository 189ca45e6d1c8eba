"""Explains photographs that clients send, and keeps what is needed to ask "what if"."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from emograph.adapters.web.http_error import HttpError
from emograph.errors import EmographError

if TYPE_CHECKING:
    from emograph.engine.engine import Engine
    from emograph.engine.explanation.explanation import Explanation

State = Literal["none", "loading", "ready", "failed"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False, slots=True)
class Explained:
    """An explanation, the name it is remembered by, and a thumbnail where one was asked for."""

    id: str
    explanation: Explanation
    thumbnail: bytes | None = None


class Recent:
    """The last explanations, so many and no more, by names that nobody can guess."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[str, Explanation] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def add(self, explanation: Explanation) -> str:
        """Remember an explanation, which should have no pixels any more; gives its name."""
        id = secrets.token_urlsafe(16)
        with self._lock:
            self._kept[id] = explanation
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return id

    def what_if(self, id: str, confidences: Mapping[str, float]) -> Explanation:
        """A remembered explanation with other confidences; `HttpError` 404 where it is forgotten.

        Raises what `Explanation.what_if` raises.
        """
        with self._lock:
            found = self._kept.get(id)
            if found is None:
                raise HttpError(404, "This explanation is forgotten. Send the photograph again.")
            self._kept.move_to_end(id)
        return found.what_if(confidences) if confidences else found


class Explainer:
    """An engine that is loaded in the background, and what it explained of late."""

    def __init__(self, load: Callable[[], Engine], remembered: int) -> None:
        self._load = load
        self._engine: Engine | None = None
        self._settled = threading.Event()
        self._lock = threading.Lock()
        self._started = False
        self.recent = Recent(remembered)

    @property
    def state(self) -> State:
        """Whether it can explain by now."""
        if not self._settled.is_set():
            return "loading"
        return "failed" if self._engine is None else "ready"

    def start(self) -> None:
        """Begin to load the engine, if that was not begun."""
        with self._lock:
            if not self._started:
                self._started = True
                threading.Thread(target=self._prepare, name="loading", daemon=True).start()

    def engine(self, deadline: float) -> Engine:
        """The engine; `HttpError` 503 where it is not there by the deadline."""
        self.start()
        if not self._settled.wait(max(deadline - time.monotonic(), 0)):
            raise HttpError(
                503,
                "The models are still being loaded. Send the photograph again in a while.",
                {"Retry-After": "10"},
            )
        if self._engine is None:
            raise HttpError(503, "The models could not be loaded. The log of the server says why.")
        return self._engine

    def explain(
        self, data: bytes, name: str, scheme: str | None, deadline: float, pictured: bool = False
    ) -> Explained:
        """Explain the bytes of a file; `pictured` asks for a thumbnail too.

        The explanation has no pixels any more. Raises ImageError where the file is no image.
        """
        engine = self.engine(deadline)
        photo = engine.open(data, name)
        explanation = engine.explain(photo, scheme)
        thumbnail = None
        if pictured:
            from emograph.engine.retrieval.thumbnail import thumbnail as thumbnail_of

            thumbnail = thumbnail_of(photo)
        kept = without_pixels(explanation)
        return Explained(self.recent.add(kept), kept, thumbnail)

    def _prepare(self) -> None:
        try:
            engine = self._load()
            # The reasoner of its scheme is made here, and not by whoever is first to ask.
            engine.reasoner()
        except EmographError as problem:
            _log.error("The models could not be loaded: %s", problem)
        except Exception:  # noqa: BLE001 - whatever it is, those who wait must be told
            _log.exception("The models could not be loaded.")
        else:
            self._engine = engine
        self._settled.set()


def without_pixels(explanation: Explanation) -> Explanation:
    """The same explanation, whose photograph is one grey pixel; its size is still told."""
    grey = np.full((1, 1, 3), 128, np.uint8)
    return replace(explanation, photo=replace(explanation.photo, pixels=grey))
