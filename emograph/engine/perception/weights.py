"""The learned part of perception, as one safetensors file that belongs to one encoder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from emograph.engine.perception.concepts import Crowd, Platt
from emograph.engine.perception.detector import Array
from emograph.engine.perception.heads import CaptionHead
from emograph.errors import AssetError


@dataclass(frozen=True, eq=False)
class LinearHeads:
    """Heads of k concepts, by IRI: weights (k, f), bias (k,), whose sigmoid is calibrated."""

    concepts: tuple[str, ...]
    weights: Array
    bias: Array


@dataclass(frozen=True, eq=False)
class HeadWeights:
    """What perception learned on one encoder's features; no emotion label went into it."""

    encoder: str
    captions: CaptionHead
    attributes: LinearHeads
    disasters: LinearHeads
    crowd: Crowd
    naming: Platt
    class_temperature: float

    def save(self, path: Path) -> None:
        """Write the file; the large matrices are kept in half precision."""
        half = np.float16
        tensors = {
            "feature.shift": self.captions.shift,
            "feature.scale": self.captions.scale,
            "captions.map": self.captions.map.astype(half),
            "attributes.weights": self.attributes.weights.astype(half),
            "attributes.bias": self.attributes.bias,
            "disasters.weights": self.disasters.weights.astype(half),
            "disasters.bias": self.disasters.bias,
            "crowd.mean": self.crowd.mean,
            "crowd.covariance": self.crowd.covariance,
        }
        # safetensors writes memory as it lies, so a transposed view would come back scrambled.
        save_file(
            {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()},
            path,
            metadata={
                "encoder": self.encoder,
                "attributes": json.dumps(self.attributes.concepts),
                "disasters": json.dumps(self.disasters.concepts),
                "captions.weight": repr(self.captions.weight),
                "naming": json.dumps([self.naming.slope, self.naming.offset]),
                "class_temperature": repr(self.class_temperature),
            },
        )

    @classmethod
    def load(cls, path: Path, encoder: str) -> HeadWeights:
        """Read a file; raises AssetError if it is broken or was fitted on another encoder."""
        try:
            with safe_open(path, framework="numpy") as file:
                meta = file.metadata() or {}
                tensors = {
                    name: np.asarray(file.get_tensor(name), np.float32)
                    for name in file.keys()  # noqa: SIM118
                }
        except (OSError, SafetensorError) as error:
            raise AssetError(
                f"The weights {path.name} of the package cannot be read ({error}).",
                "Install emograph again.",
            ) from error
        fitted_on = meta.get("encoder", "something else")
        if fitted_on != encoder:
            raise AssetError(
                f"The weights {path.name} were fitted on {fitted_on}, not on {encoder}.",
                "Fit them on this encoder with `emograph learn heads`, or use the one they fit.",
            )
        return cls(
            encoder=encoder,
            captions=CaptionHead(
                tensors["feature.shift"],
                tensors["feature.scale"],
                tensors["captions.map"],
                float(meta["captions.weight"]),
            ),
            attributes=LinearHeads(
                tuple(json.loads(meta["attributes"])),
                tensors["attributes.weights"],
                tensors["attributes.bias"],
            ),
            disasters=LinearHeads(
                tuple(json.loads(meta["disasters"])),
                tensors["disasters.weights"],
                tensors["disasters.bias"],
            ),
            crowd=Crowd(tensors["crowd.mean"], tensors["crowd.covariance"]),
            naming=Platt(*json.loads(meta["naming"])),
            class_temperature=float(meta["class_temperature"]),
        )
