"""MEDIC (Alam et al., 2023): photographs of disasters from social media, and of none."""

from __future__ import annotations

from pathlib import Path

from emograph.adapters.datasets.folders import labelled_images, require
from emograph.adapters.datasets.tables import read_table
from emograph.engine.evaluation.dataset import LabelledImages, Labels

_IMAGE = "image"
_LABELLINGS = {
    "damage_severity": ("little_or_none", "mild", "severe"),
    "informative": ("not_informative", "informative"),
    "humanitarian": (
        "affected_injured_or_dead_people",
        "infrastructure_and_utility_damage",
        "not_humanitarian",
        "rescue_volunteering_or_donation_effort",
    ),
    "disaster_types": (
        "earthquake",
        "fire",
        "flood",
        "hurricane",
        "landslide",
        "not_disaster",
        "other_disaster",
    ),
}


def read_medic(root: Path) -> LabelledImages:
    """MEDIC from the folder with ``labels.csv`` and ``images/``.

    It has four labellings and no emotions: ``damage_severity``, ``informative``, ``humanitarian``
    and ``disaster_types``.
    """
    require(root, "MEDIC", "labels.csv", "images")
    table = root / "labels.csv"
    rows = read_table(table, (_IMAGE, *_LABELLINGS))
    return LabelledImages(
        name="medic",
        paths=labelled_images(root / "images", [row.text(_IMAGE) for row in rows], table),
        labels={
            labelling: Labels(classes, tuple(row.choice(labelling, classes) for row in rows))
            for labelling, classes in _LABELLINGS.items()
        },
    )
