"""The engine: photos in, explanations out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from emograph.engine.alignment import Aligner
from emograph.engine.cues import Cue, Evidence
from emograph.engine.explanation.explanation import Explanation
from emograph.engine.gate import Gates
from emograph.engine.images import Photo, open_photo
from emograph.engine.lvlm.onlooker import Look, Onlooker
from emograph.engine.perception.perception import Perception, unique
from emograph.engine.reasoning.paths import PathFinder
from emograph.engine.reasoning.reasoner import Reasoner
from emograph.engine.student import Opinion, Pupil
from emograph.errors import EmographError, ImageError
from emograph.kg.graph import KnowledgeGraph

BATCH = 16


@dataclass(frozen=True, slots=True)
class Failure:
    """An image that could not be explained, and why; the others of its batch are not affected."""

    source: str
    error: EmographError


class Engine:
    """Explains photos with one graph, one perception and one reasoner per emotion scheme.

    An `onlooker` adds cues and a vote of its own, a `pupil` another vote; the `gates` weigh them
    against the graph's.
    `reasoner_for` builds the reasoner of a scheme when it is first asked for. An engine is cheap to
    ask and slow to build; threads may share it.
    """

    def __init__(
        self,
        graph: KnowledgeGraph,
        perception: Perception,
        aligner: Aligner,
        reasoner_for: Callable[[str], Reasoner],
        *,
        scheme: str,
        versions: Mapping[str, str],
        notes: Sequence[str] = (),
        max_pixels: int,
        onlooker: Onlooker | None = None,
        pupil: Pupil | None = None,
        gates: Gates | None = None,
    ) -> None:
        self.graph = graph
        self.perception = perception
        self.aligner = aligner
        self.scheme = scheme
        self._reasoner_for = reasoner_for
        self._finders: dict[str, PathFinder] = {}
        self._lock = threading.Lock()
        self.versions = dict(versions)
        """What makes the explanations, by version; they say so themselves."""
        self._notes = tuple(notes)
        self._max_pixels = max_pixels
        self.onlooker = onlooker
        self.pupil = pupil
        self._gates = gates or Gates()

    def reasoner(self, scheme: str | None = None) -> Reasoner:
        """The reasoner of a scheme; raises KnowledgeError where the graph has no such scheme."""
        return self._finder(scheme).reasoner

    def _finder(self, scheme: str | None) -> PathFinder:
        name = scheme or self.scheme
        with self._lock:
            if name not in self._finders:
                self.graph.scheme(name)
                self._finders[name] = PathFinder(self.graph, self._reasoner_for(name))
            return self._finders[name]

    def open(self, image: Any, name: str | None = None) -> Photo:
        """Open an image within the engine's limits; see `emograph.engine.images.open_photo`."""
        return open_photo(image, self._max_pixels, name)

    def explain(self, image: Any, scheme: str | None = None) -> Explanation:
        """Explain one image: a path, bytes, a PIL image, an array or a Photo.

        Raises ImageError where it is none, KnowledgeError where there is no such scheme.
        """
        return self._explain_batch([self.open(image)], scheme)[0]

    def annotate(
        self, images: Iterable[Any], scheme: str | None = None
    ) -> Iterator[Explanation | Failure]:
        """Explain many images in batches, in their order; what cannot be read gives a Failure."""
        waiting = iter(images)
        while batch := list(islice(waiting, BATCH)):
            opened = [self._try_open(image) for image in batch]
            photos = [photo for photo in opened if isinstance(photo, Photo)]
            explained = iter(self._explain_each(photos, scheme))
            for photo in opened:
                yield next(explained) if isinstance(photo, Photo) else photo

    def evidence(self, cues: Sequence[Cue]) -> tuple[Evidence, ...]:
        """The evidence of one image's cues."""
        return self.aligner.align(cues)

    def _try_open(self, image: Any) -> Photo | Failure:
        try:
            return self.open(image)
        except EmographError as error:
            named = image if isinstance(image, str) else getattr(image, "name", None)
            return Failure(str(named or type(image).__name__), error)

    def _explain_each(
        self, photos: Sequence[Photo], scheme: str | None
    ) -> list[Explanation | Failure]:
        """One batch, where a photo that a model cannot take does not stop the others."""
        try:
            return list(self._explain_batch(photos, scheme))
        except ImageError as error:
            if len(photos) == 1:
                return [Failure(photos[0].source, error)]
            return [result for photo in photos for result in self._explain_each([photo], scheme)]

    def _explain_batch(self, photos: Sequence[Photo], scheme: str | None) -> list[Explanation]:
        if not photos:
            return []
        finder = self._finder(scheme)
        gate, feeling = self._gates.of(finder.reasoner.matrix.scheme.name)
        start = time.perf_counter()
        encoding = self.perception.encoder.encode_images(photos)
        seen = self.perception.see(photos, encoding)
        perceived = (time.perf_counter() - start) / len(photos)
        start = time.perf_counter()
        looks = self._look_each(photos, finder)
        beheld = (time.perf_counter() - start) / len(photos)
        explanations = []
        for photo, detected, vector, look in zip(
            photos, seen, encoding.vectors, looks, strict=True
        ):
            cues = unique((*detected, *look.cues))
            looked = time.perf_counter()
            scheme_name = finder.reasoner.matrix.scheme.name
            opinion = self._opinion(photo, scheme_name, look)
            judged = time.perf_counter()
            evidence = self.aligner.align(cues)
            aligned = time.perf_counter()
            posterior = finder.reasoner.infer(evidence)
            reasoned = time.perf_counter()
            explanations.append(
                Explanation(
                    photo=photo,
                    finder=finder,
                    cues=cues,
                    evidence=evidence,
                    posterior=posterior,
                    lvlm=look.vote,
                    opinion=opinion,
                    gate=gate,
                    feeling=feeling,
                    vector=vector,
                    timings_ms={
                        "perception": round(1000 * perceived, 3),
                        **({"lvlm": round(1000 * beheld, 3)} if self.onlooker else {}),
                        **({"student": round(1000 * (judged - looked), 3)} if self.pupil else {}),
                        "alignment": round(1000 * (aligned - judged), 3),
                        "reasoning": round(1000 * (reasoned - aligned), 3),
                    },
                    versions=self.versions,
                    notes=(*look.notes, *(opinion.notes if opinion else ()), *self._notes),
                )
            )
        return explanations

    def _opinion(self, photo: Photo, scheme: str, look: Look) -> Opinion | None:
        if self.pupil is None:
            return None
        return self.pupil.judge(photo, scheme, look.pooled)

    def _look_each(self, photos: Sequence[Photo], finder: PathFinder) -> list[Look]:
        if self.onlooker is None:
            return [Look((), None) for _ in photos]
        scheme = finder.reasoner.matrix.scheme
        return self.onlooker.look_each(photos, scheme.name, scheme.labels)
