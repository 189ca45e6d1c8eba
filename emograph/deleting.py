"""Puts explanations to the test: what happens to answers when parts of pictures are taken away."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from emograph.assembly import STUDENT_WEIGHTS, load, load_grid_eyes, profile_folder
from emograph.config import Settings
from emograph.engine.cues import Evidence
from emograph.engine.engine import Engine
from emograph.engine.evaluation import regions
from emograph.engine.evaluation.dataset import LabelledImages
from emograph.engine.evaluation.intervals import bootstrap
from emograph.engine.evaluation.proof import Curve
from emograph.engine.evaluation.results import Result
from emograph.engine.student import Student
from emograph.engine.training.heads import mentions
from emograph.evaluating import Progress

_PICTURES = 12
_SIDE = 256
_SAID = 5
_NAMEABLE = ("object", "scene", "action")


def region_curves(
    settings: Settings, images: LabelledImages, scheme: str, progress: Progress
) -> list[Curve]:
    """Deletion and insertion of regions of some pictures, as graph and student answer.

    Regions are ordered by what the student reads at their places (its gradient times what is
    there), by occlusion of each, which asks for every one of them, and at random.
    """
    engine = load(**{**settings.model_dump(), "lvlm": None, "packs": (), "store": "memory"})
    step = max(1, len(images) // _PICTURES)
    chosen = images.paths[::step][:_PICTURES]
    rng = np.random.default_rng(0)
    found = []
    for done, path in enumerate(chosen, start=1):
        photo = Image.fromarray(engine.open(path).pixels)
        photo.thumbnail((_SIDE, _SIDE))
        found.append(_paths(engine, settings, np.asarray(photo), scheme, rng))
        progress(done, len(chosen))
    return regions.curves(found)


def _paths(
    engine: Engine,
    settings: Settings,
    pixels: NDArray[np.uint8],
    scheme: str,
    rng: np.random.Generator,
) -> dict[tuple[str, str], list[float]]:
    def answer(seen: NDArray[np.uint8]) -> NDArray[np.float64]:
        return np.array(list(engine.explain(seen, scheme).emotions.values()))

    leading = int(answer(pixels).argmax())
    orders = {
        "by the student": _read(engine, settings, pixels, scheme, leading),
        "by occlusion": regions.occlusion(pixels, answer, leading),
        "at random": rng.random((regions.CELLS, regions.CELLS)),
    }
    return regions.paths(pixels, answer, leading, orders)


def _read(
    engine: Engine, settings: Settings, pixels: NDArray[np.uint8], scheme: str, leading: int
) -> NDArray[np.float64]:
    """What the student reads in each region for an emotion, (4, 4)."""
    student = Student.load(profile_folder(settings) / STUDENT_WEIGHTS)
    photo, eyes = engine.open(pixels), load_grid_eyes(settings)
    label = student.labels[scheme][leading]
    gradient = student.sensitivity(eyes.pool(photo), scheme, label)
    places = eyes.places(photo)
    # Only the means of features have a place; their spreads belong to the whole picture.
    read = (places - places.mean(axis=(0, 1))) @ gradient[: places.shape[2]]
    image = Image.fromarray(read.astype(np.float32))
    cells = image.resize((regions.CELLS, regions.CELLS), Image.Resampling.BOX)
    return np.asarray(cells, np.float64)


def captions_agree(
    images: LabelledImages, evidence: Sequence[tuple[Evidence, ...]]
) -> list[Result]:
    """How often the surest cues of a picture are in its caption, and in another picture's.

    Objects, scenes and actions, the five surest of each picture; by words, so that a cat that is
    called a kitten does not count.
    """
    if images.captions is None:
        return []
    own, others = [], []
    for row, pieces in enumerate(evidence):
        cues = {p.cue.id: p.cue for p in pieces if p.cue.kind in _NAMEABLE}
        surest = sorted(cues.values(), key=lambda cue: -cue.confidence)[:_SAID]
        words = {i: [cue.label.lower()] for i, cue in enumerate(surest)}
        if words:
            other = images.captions[(row + len(evidence) // 2) % len(evidence)]
            own.append(float(mentions([images.captions[row]], words).mean()))
            others.append(float(mentions([other], words).mean()))
    named = "cues named that the caption names"
    return [
        Result.of(named, bootstrap(lambda x: float(x.mean()), np.array(own))),
        Result.of(f"{named}, of another picture",
                  bootstrap(lambda x: float(x.mean()), np.array(others))),
    ]  # fmt: skip
