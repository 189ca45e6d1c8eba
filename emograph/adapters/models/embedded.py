"""The embedded image-text space: EfficientNet-Lite2 sees, MiniLM reads, class names join them.

An image is placed among texts twice: at the probability-weighted mean of its likeliest ImageNet
classes (name and gloss, embedded by MiniLM), and by a ridge map that takes the classifier's weight
rows to the embeddings of their classes, applied to the image's feature. It is weaker than CLIP.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from emograph.adapters.models.efficientnet import SIDE, EfficientNetLite
from emograph.engine.images import Photo
from emograph.engine.perception.detector import Array, Encoding

NAME = "efficientnet-lite2+minilm-l6 0.1.0"
_BATCH = 16
# Chosen by how often an OASIS photograph finds its own caption among 600 (ten best: 0.62;
# plain softmax over ten classes: 0.56).
_TEMPERATURE = 2.0
_CLASSES = 50
_RIDGE = 1.0


class EmbeddedEncoder:
    """Image-text encoder of the embedded profile.

    `class_vectors` (1000, 384) embed the ImageNet classes in the checkpoint's order;
    `encode_texts` is asked only when a text is not known yet, so the language model loads late.
    """

    name = NAME

    def __init__(
        self, checkpoint: Path, class_vectors: Array, encode_texts: Callable[[Sequence[str]], Array]
    ) -> None:
        self._network = EfficientNetLite.from_checkpoint(checkpoint).to(
            memory_format=torch.channels_last  # type: ignore[call-overload]
        )
        self._encode_texts = encode_texts
        self._centre = class_vectors.mean(axis=0)
        self._class_vectors = class_vectors
        rows = self._network._fc.weight.numpy()
        self._to_text = _ridge(_unit(rows), class_vectors - self._centre)
        self._lock = threading.Lock()

    @property
    def classifier(self) -> tuple[Array, Array]:
        """ImageNet's linear classifier over the features: weights (1000, 1280), bias (1000,)."""
        return self._network._fc.weight.numpy(), self._network._fc.bias.numpy()

    def encode_texts(self, texts: Sequence[str]) -> Array:
        """Vectors (m, 384) of length 1, centred on the mean of the class names."""
        return _unit(self._encode_texts(texts) - self._centre)

    def encode_images(self, photos: Sequence[Photo]) -> Encoding:
        """Features (n, 1280) and vectors (n, 384) of the photos, squeezed to 260 x 260 pixels."""
        features, scores = [], []
        for start in range(0, len(photos), _BATCH):
            batch = np.stack([_pixels(photo) for photo in photos[start : start + _BATCH]])
            images = torch.from_numpy(batch).permute(0, 3, 1, 2)  # stays channels-last in memory
            with torch.inference_mode(), self._lock:
                pooled, logits = self._network(images)
            features.append(pooled.numpy())
            scores.append(logits.numpy())
        if not features:
            return Encoding(np.zeros((0, 1280), np.float32), np.zeros((0, 384), np.float32))
        feature = np.concatenate(features)
        return Encoding(feature, self._place(feature, np.concatenate(scores)))

    def _place(self, features: Array, scores: Array) -> Array:
        best = np.argpartition(-scores, _CLASSES, axis=1)[:, :_CLASSES]
        weights = np.exp(
            (np.take_along_axis(scores, best, 1) - scores.max(1)[:, None]) / _TEMPERATURE
        )
        weights /= weights.sum(axis=1, keepdims=True)
        named = _unit(np.einsum("nk,nkd->nd", weights, self._class_vectors[best]) - self._centre)
        mapped = _unit(features @ self._to_text)
        return _unit(named + mapped)


def _pixels(photo: Photo) -> Array:
    image = Image.fromarray(photo.pixels).resize(
        (SIDE, SIDE), Image.Resampling.BICUBIC, reducing_gap=3.0
    )
    return np.asarray(image, np.float32) / 127.5 - 1.0


def _unit(vectors: Array) -> Array:
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit: Array = (vectors / np.maximum(norms, 1e-12)).astype(np.float32)
    return unit


def _ridge(x: Array, y: Array) -> Array:
    gram = x.T @ x + _RIDGE * np.eye(x.shape[1], dtype=np.float32)
    solution: Array = np.linalg.solve(gram, x.T @ y).astype(np.float32)
    return solution
