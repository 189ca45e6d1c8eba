"""Encodes whole datasets once: encodings of files are kept in the cache folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from emograph.engine.fingerprints import fingerprint
from emograph.engine.images import open_photo
from emograph.engine.perception.detector import Encoding, ImageTextEncoder
from emograph.engine.student import Eyes

_BATCH = 64

Progress = Callable[[int, int], None]
Views = NDArray[np.float16]


def encode_paths(
    encoder: ImageTextEncoder,
    paths: Sequence[Path],
    cache: Path,
    progress: Progress | None = None,
) -> Encoding:
    """The encodings of image files, from the cache where the same files were encoded before.

    Files are told apart by path, size and time of change. `progress` is told how many are done and
    how many there are.
    """
    kept = cache / "encodings" / f"{fingerprint(paths, encoder.name)[:24]}.safetensors"
    try:
        tensors = load_file(kept)
        return Encoding(tensors["features"], tensors["vectors"])
    except (OSError, SafetensorError, KeyError):
        pass
    parts = [encoder.encode_images([])]
    for start in range(0, len(paths), _BATCH):
        batch = paths[start : start + _BATCH]
        parts.append(encoder.encode_images([open_photo(path) for path in batch]))
        if progress is not None:
            progress(start + len(batch), len(paths))
    encoding = Encoding(
        np.ascontiguousarray(np.concatenate([part.features for part in parts])),
        np.ascontiguousarray(np.concatenate([part.vectors for part in parts])),
    )
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        save_file({"features": encoding.features, "vectors": encoding.vectors}, kept)
    except (OSError, SafetensorError):
        pass  # a cache that cannot be written costs time, not the answer
    return encoding


def encode_views(
    eyes: Eyes, paths: Sequence[Path], cache: Path, progress: Progress, *, mirrored: bool = False
) -> Views:
    """The features (n, v, f) of image files in one view, or with `mirrored` in two, from the cache.

    Files are told apart as by `encode_paths`.
    """
    views = (False, True) if mirrored else (False,)
    kept = cache / "views" / f"{fingerprint(paths, f'{eyes.name} {len(views)}')[:24]}.safetensors"
    try:
        return load_file(kept)["views"]
    except (OSError, SafetensorError, KeyError):
        pass
    seen = []
    for done, path in enumerate(paths, start=1):
        photo = open_photo(path)
        seen.append(np.stack([eyes.pool(photo, view) for view in views]).astype(np.float16))
        progress(done, len(paths))
    encoded = np.stack(seen)
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        save_file({"views": encoded}, kept)
    except (OSError, SafetensorError):
        pass  # a cache that cannot be written costs time, not the answer
    return encoded
