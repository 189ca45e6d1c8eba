"""Builds the student, the eyes that it sees with where nobody lends it theirs, and the gates."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from emograph.adapters.models.assets import EFFICIENTNET_LITE2, locate
from emograph.assembly.perception import is_embedded
from emograph.assembly.profiles import GATE, STUDENT_WEIGHTS, profile_folder
from emograph.config import Settings
from emograph.engine.gate import Gates
from emograph.engine.student import Pupil, Student
from emograph.errors import AssetError

if TYPE_CHECKING:
    from emograph.adapters.models.grid import GridEyes

_NO_STUDENT = "No vote of a student was cast: the setting student is none."


def load_pupil(settings: Settings) -> tuple[Pupil | None, tuple[str, ...]]:
    """The student with its eyes, and what is to be said of it; None where it is not wanted."""
    if settings.student is None:
        return None, (_NO_STUDENT,)
    from emograph.adapters.models.grid import EYES

    student = Student.load(profile_folder(settings) / STUDENT_WEIGHTS)
    if student.encoder != EYES:
        raise AssetError(
            f"The student was fitted on {student.encoder}, not on {EYES}.",
            "Train it again with `emograph train student`.",
        )
    return Pupil(student, lambda: load_grid_eyes(settings)), ()


def load_gates(settings: Settings, lvlm: str | None) -> Gates:
    """The gates of the profile; even ones where the graph's or the model's vote is another.

    `lvlm` is the vision-language model that votes, if one does.
    """
    gates = Gates.load(profile_folder(settings) / GATE)
    if not is_embedded(settings) or lvlm not in (None, gates.lvlm):
        return Gates()
    return gates


def load_grid_eyes(settings: Settings) -> GridEyes:
    """The eyes of the embedded models; weights are fetched where they are missing."""
    return _grid_eyes(settings.cache)


@cache
def _grid_eyes(cache: Path) -> GridEyes:
    from emograph.adapters.models.grid import GridEyes

    return GridEyes(locate(EFFICIENTNET_LITE2, cache))
