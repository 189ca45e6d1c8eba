"""Trains vision-language models: what `emograph train lvlm` does, and what it writes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from emograph.assembly import (
    LVLM_FITTED,
    LVLM_WEIGHTS,
    load_lvlm,
    profile_folder,
)
from emograph.calibrating import calibrate_lvlm
from emograph.config import Settings
from emograph.engine.evaluation.folds import N_FOLDS
from emograph.engine.fingerprints import fingerprint
from emograph.engine.training.lessons import Taught
from emograph.errors import EmographError
from emograph.evaluating import Progress
from emograph.fitting import write_digests
from emograph.teaching import TRAINED_ON, Lessons
from emograph.version import __version__

if TYPE_CHECKING:
    from emograph.adapters.models.lvlm.training.embedded import EmbeddedTraining, Plan

_WRITTEN = TypeAdapter(list[Taught])

Report = Callable[[int, int, float], None]


@dataclass(frozen=True, slots=True)
class Reporting:
    """How progress is told: of what is counted in images, and of steps with their loss."""

    images: Callable[[str], AbstractContextManager[Progress]]
    steps: Report


def train_lvlm(
    settings: Settings, data: Path, folder: Path, steps: int | None, reporting: Reporting
) -> list[Path]:
    """Train the settings' model on four fifths of the sets in `data`; give what was written.

    What takes long is kept in `folder`, from which training goes on where it was stopped. Raises
    EmographError where the model cannot be trained, DatasetError where a set is missing.
    """
    _need_peft()
    if settings.lvlm is None or settings.lvlm.startswith("openai:"):
        raise EmographError(
            f"The model {settings.lvlm or 'none'} cannot be trained.",
            'Name "embedded", or FAMILY:MODEL with a name on the hub or a folder.',
        )
    lessons = Lessons.open(data)
    if settings.lvlm == "embedded":
        return _train_embedded(settings, lessons, folder, steps, reporting)
    return _tune(settings, lessons, folder, steps, reporting)


def _train_embedded(
    settings: Settings, lessons: Lessons, folder: Path, steps: int | None, reporting: Reporting
) -> list[Path]:
    from emograph.adapters.models.lvlm.training.embedded import Plan

    plan = Plan() if steps is None else Plan(steps=steps)
    training = _embedded(settings, lessons, folder, plan, reporting)
    taught = _taught(settings, lessons, training, folder, reporting)
    weights = training.fit(taught, reporting.steps)
    profile = profile_folder(settings)
    weights.save(profile / LVLM_WEIGHTS)
    write_digests(profile / TRAINED_ON, lessons.learned)
    with reporting.images("Calibrating") as progress:
        calibrate_lvlm(settings, lessons, progress)
    return [profile / name for name in (LVLM_WEIGHTS, TRAINED_ON, LVLM_FITTED)]


def train_folds(settings: Settings, data: Path, folder: Path, reporting: Reporting) -> list[Path]:
    """Train embedded models as the shipped one was, each without another fold; give their weights.

    Their votes tell on all images what a gate may expect of such a model on images it has not seen;
    the shipped one's tell it on one fold. They lie in `folder`/folds, one folder each. Stopped and
    called again, it goes on where it was.
    """
    from emograph.adapters.models.lvlm.training.embedded import Plan

    _need_peft()
    written = []
    for fold in range(1, N_FOLDS):
        part = folder / "folds" / str(fold)
        written.append(part / LVLM_WEIGHTS)
        if written[-1].exists():
            continue
        lessons = Lessons.open(data, fold)
        training = _embedded(settings, lessons, folder, Plan(), reporting)
        taught = _taught(settings, lessons, training, part, reporting)
        write_digests(part / TRAINED_ON, lessons.learned)
        training.fit(taught, reporting.steps, part).save(written[-1])
    return written


def _need_peft() -> None:
    if find_spec("peft") is None:
        raise EmographError(
            "Training needs the package peft.", 'Run `pip install "emograph[train]"`.'
        )


def _tune(
    settings: Settings, lessons: Lessons, folder: Path, steps: int | None, reporting: Reporting
) -> list[Path]:
    from emograph.adapters.models.lvlm.model import TransformersLVLM
    from emograph.adapters.models.lvlm.training.embedded import Plan
    from emograph.adapters.models.lvlm.training.hub import HubPlan, tune

    # It is to learn from all that there is to see.
    model = load_lvlm(settings.model_copy(update={"pruning": "none"}))
    if not isinstance(model, TransformersLVLM):
        raise EmographError(f"{model.name} cannot be trained.", "Name a model of a hub.")
    # What a teacher sees is what the embedded model sees.
    eyes = _embedded(settings, lessons, folder, Plan(), reporting)
    taught = _taught(settings, lessons, eyes, folder, reporting)
    plan = HubPlan() if steps is None else HubPlan(steps=steps)
    base = str(settings.lvlm).partition(":")[2]
    return [tune(model, base, taught, folder, plan, reporting.steps)]


def _taught(
    settings: Settings,
    lessons: Lessons,
    training: EmbeddedTraining,
    folder: Path,
    reporting: Reporting,
) -> list[Taught]:
    """What is taught, kept in `folder`, since reading cues takes minutes."""
    kept = folder / f"lessons-{fingerprint(lessons.paths, __version__)[:16]}.json"
    if not kept.exists():
        with reporting.images("Reading cues") as progress:
            taught = lessons.teach(settings, training.features(), progress)
        part = kept.with_suffix(".part")
        part.write_bytes(_WRITTEN.dump_json(taught))
        part.replace(kept)
    # Read back even when just written, so that training is the same to the last bit ever after.
    return _WRITTEN.validate_json(kept.read_bytes())


def _embedded(
    settings: Settings, lessons: Lessons, folder: Path, plan: Plan, reporting: Reporting
) -> EmbeddedTraining:
    from emograph.adapters.models.lvlm.embedded.checkpoint import checkpoint
    from emograph.adapters.models.lvlm.training.embedded import EmbeddedTraining

    with reporting.images("Encoding pictures") as progress:
        base = checkpoint(settings.cache, None)
        return EmbeddedTraining(base, lessons.paths, folder, plan, progress)
