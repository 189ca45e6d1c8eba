"""What the frozen vision tower makes of the training pictures, computed once and kept on disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import BaseImageProcessor

from emograph.adapters.models.grid import BODY, GRID
from emograph.adapters.models.lvlm.embedded.vision import EfficientNetLiteTower
from emograph.engine.fingerprints import fingerprint
from emograph.engine.images import open_photo

Progress = Callable[[int, int], None]
Bodies = NDArray[np.float16]

_PLAIN, _FLIPPED = 0, 1
VIEWS = 2
"""Each picture is seen as it is and mirrored."""


def encode_pictures(
    tower: EfficientNetLiteTower,
    processor: BaseImageProcessor,
    paths: Sequence[Path],
    folder: Path,
    progress: Progress,
) -> Bodies:
    """The features before the tower's head, (n, 2, 196, 680), on disk; begun work is gone on with.

    Files are told apart by path, size and time of change.
    """
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / f"pictures-{fingerprint(paths)[:16]}.npy"
    done = kept.with_suffix(".done")
    shape = (len(paths), VIEWS, GRID * GRID, BODY)
    new = not kept.exists()
    bodies = np.lib.format.open_memmap(kept, "w+" if new else "r+", np.float16, shape)
    start = int(done.read_text()) if done.exists() else 0
    # One by one: larger batches fall out of a processor's caches and take longer.
    for i in range(start, len(paths)):
        photo = open_photo(paths[i])
        images = processor(photo.pixels, return_tensors="pt")["pixel_values"]
        for view, seen in ((_PLAIN, images), (_FLIPPED, images.flip(-1))):
            with torch.inference_mode():
                body = tower.body(seen.to(tower.device, tower.dtype))
            bodies[i, view] = body[0].float().cpu().numpy()
        if (i + 1) % 50 == 0 or i + 1 == len(paths):
            bodies.flush()
            done.write_text(str(i + 1))
            progress(i + 1, len(paths))
    return bodies
