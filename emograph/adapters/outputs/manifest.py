"""What a set of annotations is of, so that only what belongs to it is ever added."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from emograph.engine.annotation.annotator import Origin
from emograph.engine.annotation.units import UNIT, Listing
from emograph.errors import EmographError

FORMAT = "emograph.annotations/1"


@dataclass(frozen=True, slots=True)
class Manifest:
    """The images, by their number and the listing's digest, and what they are annotated with."""

    images: int
    listing: str
    scheme: str
    versions: Mapping[str, str]
    unit: int = UNIT
    format: str = FORMAT

    @property
    def text(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self), indent=2, sort_keys=True)


def manifest_of(listing: Listing, origin: Origin) -> Manifest:
    """The manifest of annotations of these images by these versions."""
    return Manifest(len(listing.items), listing.digest, origin.scheme, dict(origin.versions))


def check(text: str | bytes, wanted: Manifest, place: str) -> None:
    """Raise EmographError where a manifest that lies there is another than the one wanted."""
    try:
        found: dict[str, Any] = dict(json.loads(text))
    except (ValueError, TypeError):
        found = {}
    differs = difference(found, asdict(wanted))
    if differs:
        raise EmographError(
            f"{place} holds annotations of another kind: {differs}.",
            "Name another --out, or take this one away.",
        )


def difference(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    """In what a manifest differs from the one wanted, in words; empty where it does not.

    >>> difference({"images": 3, "scheme": "ekman"}, {"images": 3, "scheme": "mikels"})
    'the scheme is ekman, not mikels'
    """
    for name, value in wanted.items():
        there = found.get(name)
        if there == value:
            continue
        if name == "listing":
            return "the images are others"
        if isinstance(value, dict):
            said = there if isinstance(there, dict) else {}
            changed = sorted(n for n in {*value, *said} if said.get(n) != value.get(n))
            return f"the {name} differ in {', '.join(changed)}"
        article = "there are" if name == "images" else f"the {name} is"
        return f"{article} {there}, not {value}"
    return ""
