"""All detectors side by side: photos to cues."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count

from emograph.engine.cues import Cue
from emograph.engine.images import Photo
from emograph.engine.perception.detector import Detector, Encoding, ImageTextEncoder


@dataclass(frozen=True)
class Perception:
    """Reads the cues off photos with one encoder and several detectors."""

    encoder: ImageTextEncoder
    detectors: tuple[Detector, ...]

    def see(
        self, photos: Sequence[Photo], encoding: Encoding | None = None
    ) -> list[tuple[Cue, ...]]:
        """The cues of each photo, detector by detector, with ids that are unique in a photo.

        `encoding` saves the encoder's work where it is known already.
        """
        if encoding is None:
            encoding = self.encoder.encode_images(photos)
        found = [detector.detect(photos, encoding) for detector in self.detectors]
        return [
            unique(cue for cues in found for cue in cues[index]) for index in range(len(photos))
        ]


def unique(cues: Iterable[Cue]) -> tuple[Cue, ...]:
    """The same cues, with a number after the ids of those whose id an earlier one has."""
    return tuple(_numbered(cues))


def _numbered(cues: Iterable[Cue]) -> Iterator[Cue]:
    taken: set[str] = set()
    for cue in cues:
        names = chain([cue.id], (f"{cue.id}-{nth}" for nth in count(2)))
        id = next(name for name in names if name not in taken)
        taken.add(id)
        yield cue if id == cue.id else replace(cue, id=id)
