"""The eyes of a teacher: three EfficientNet-Lites that see at 320 pixels, in several depths."""

from __future__ import annotations

import threading
from itertools import accumulate
from pathlib import Path

import torch

from emograph.adapters.models.assets import (
    EFFICIENTNET_LITE0,
    EFFICIENTNET_LITE1,
    EFFICIENTNET_LITE2,
    Asset,
    locate,
)
from emograph.adapters.models.efficientnet import LITE0, LITE1, LITE2, EfficientNetLite, Stage
from emograph.adapters.models.grid import pixels
from emograph.adapters.models.lvlm.hardware import hardware
from emograph.engine.images import Photo
from emograph.engine.perception.detector import Array

_SIDE = 320
_NETWORKS: tuple[tuple[Asset, tuple[Stage, ...]], ...] = (
    (EFFICIENTNET_LITE0, LITE0),
    (EFFICIENTNET_LITE1, LITE1),
    (EFFICIENTNET_LITE2, LITE2),
)


class LiteEyes:
    """Means of the head's features over a picture, means and spreads of the last three stages'."""

    def __init__(self, name: str, checkpoint: Path, stages: tuple[Stage, ...]) -> None:
        self.name = name
        self._dtype = hardware("cpu").dtype
        network = EfficientNetLite.from_checkpoint(checkpoint, stages).fold().to(self._dtype)
        self._network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        blocks = list(accumulate(repeats for repeats, *_ in stages))
        self._read = [last - 1 for last in blocks[-3:]]
        self._lock = threading.Lock()

    def pool(self, photo: Photo, mirrored: bool = False) -> Array:
        """The features (f,) of a photo."""
        image = torch.from_numpy(pixels(photo, _SIDE)).permute(2, 0, 1)[None].to(self._dtype)
        image = (image.flip(-1) if mirrored else image).to(memory_format=torch.channels_last)
        with torch.inference_mode(), self._lock:
            read = self._network.stages(image, self._read)
            parts = [self._network.head(read[-1]).float().mean(dim=(2, 3))]
            for stage in read:
                parts += [stage.float().mean(dim=(2, 3)), stage.float().std(dim=(2, 3))]
            features: Array = torch.cat(parts, dim=1)[0].numpy()
        return features


def teacher_eyes(cache: Path) -> list[LiteEyes]:
    """All of them; weights are fetched where they are missing."""
    return [
        LiteEyes(f"{asset.name} at {_SIDE}", locate(asset, cache), stages)
        for asset, stages in _NETWORKS
    ]
