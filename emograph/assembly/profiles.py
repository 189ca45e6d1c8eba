"""Profiles: named sets of models, and the weights that were trained for them."""

from __future__ import annotations

from pathlib import Path

from emograph.config import PROFILES, Settings
from emograph.errors import EmographError

WEIGHTS = Path(__file__).parents[1] / "weights"
"""The folder of the weights that emograph trained, one folder for each profile."""

LVLM_WEIGHTS = "lvlm.safetensors"
LVLM_FITTED = "lvlm.json"
"""What of a profile belongs to its vision-language model: weights, and what was fitted on them."""

STUDENT_WEIGHTS = "student.safetensors"
"""The file of a profile's student."""

CALIBRATION = "calibration.json"
"""The file with the temperature and the prior of the graph's vote, by scheme."""

GATE = "gate.json"
"""The file of a profile's gates."""


def profile_folder(settings: Settings) -> Path:
    """The folder of the weights that were trained for the settings' profile.

    A profile that nothing was trained for has those of the embedded one, which say what they fit.
    """
    known = {path.name: path for path in sorted(WEIGHTS.iterdir()) if path.is_dir()}
    if settings.profile not in known and settings.profile not in PROFILES:
        raise EmographError(
            f"There is no profile {settings.profile!r}.",
            f"Use one of: {', '.join([*known, *PROFILES])}.",
        )
    return known.get(settings.profile, known["embedded"])
