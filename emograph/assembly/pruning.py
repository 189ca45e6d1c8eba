"""Which image tokens a vision-language model drops, by the settings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emograph.assembly.profiles import WEIGHTS, profile_folder
from emograph.config import Settings
from emograph.errors import EmographError

if TYPE_CHECKING:
    from emograph.engine.pruning.pruner import VisionTokenPruner

PLAN = "pruning.json"
"""The plan of a profile's vision-language model."""
FAMILIES = WEIGHTS / "pruning" / "families.json"
"""Stages of each family of models, by the share of their layers that come before."""


def pruner_of(settings: Settings, network: Any) -> VisionTokenPruner | None:
    """The pruner that the settings name for a network of transformers; None for none.

    Raises EmographError where they name none that there is, or a plan for another model.
    """
    from emograph.engine.pruning import BTP, METHODS

    wanted = settings.pruning
    if wanted == "none":
        return None
    if wanted == BTP.name:
        if settings.lvlm == "embedded":
            return BTP.load(profile_folder(settings) / PLAN)
        return _of_family(network)
    method, _, budget = wanted.partition(":")
    if method in METHODS and budget:
        try:
            return METHODS[method](float(budget))
        except ValueError:
            raise EmographError(
                f"A pruning budget cannot be {budget!r}.",
                "Give the average share of image tokens to keep, above 0 and at most 1.",
            ) from None
    if Path(wanted).expanduser().is_file():
        return BTP.load(Path(wanted).expanduser())
    raise EmographError(
        f"There is no pruning {wanted!r}.",
        f'Use "btp", "none", a plan\'s file, or METHOD:BUDGET with one of {", ".join(METHODS)}.',
    )


def _of_family(network: Any) -> VisionTokenPruner | None:
    """The published stages of a network's family, at its own depth."""
    from emograph.engine.pruning import BTP, PruningPlan, Shape, Stage

    shape = Shape.of(network)
    known = json.loads(FAMILIES.read_text("utf-8"))["families"]
    if shape.model_type not in known:
        return None
    found = known[shape.model_type]
    stages = {
        round(stage["depth"] * shape.layers): (stage["keep"], stage["balance"])
        for stage in found["stages"]
    }
    made = tuple(Stage(layer, *rest) for layer, rest in sorted(stages.items()))
    return BTP.of(PruningPlan(BTP.name, found["budget"], shape, made))
