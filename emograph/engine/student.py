"""The student: a light network on what the vision-language model's frozen eyes see.

It was taught by people's labels and by a teacher that sees more (`engine.training.distillation`),
and answers in several label spaces at once: the idea of EmoVLM-KD (arXiv 2505.07164).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file
from scipy.special import erf, log_softmax  # type: ignore[import-untyped]

from emograph.engine.images import Photo
from emograph.errors import AssetError

Array = NDArray[np.float32]
Shares = NDArray[np.float64]

_FORMAT = "emograph.student/1"
AFFECT = ("valence", "arousal")


def raters_of(scheme: str) -> str:
    """Whose ratings of valence and arousal go with a scheme: the people that were asked in it.

    Two sets were rated under different instructions, so one number cannot foretell both. Emotion6
    was labelled in Ekman's emotions; all others go with the photographs of OASIS.
    """
    return "emotion6" if scheme == "ekman" else "oasis"


class Eyes(Protocol):
    """What sees a photo as one row of features, as it is or mirrored."""

    name: str
    """Name and version; what was fitted on some eyes is never used with others."""

    def pool(self, photo: Photo, mirrored: bool = False) -> Array:
        """The features (f,) of a photo."""
        ...


@dataclass(frozen=True, eq=False)
class Layer:
    """A linear map: weights (inputs, outputs) and bias (outputs,)."""

    weights: Array
    bias: Array

    def __call__(self, x: Array) -> Array:
        """Outputs (n, outputs) of inputs (n, inputs)."""
        told: Array = x @ self.weights + self.bias
        return told


@dataclass(frozen=True, eq=False)
class Student:
    """Pooled image tokens (n, f) to distributions over the labels of each space, and to numbers.

    `encoder` names the eyes it was fitted on. `hidden` is the layer that all heads share;
    standardised inputs go in, GELU comes after. `temperatures` make its answers calibrated. The
    numbers are called by whose ratings they foretell, such as ``oasis.valence``, in -1..1.
    """

    encoder: str
    shift: Array
    scale: Array
    hidden: Layer
    heads: Mapping[str, Layer]
    labels: Mapping[str, tuple[str, ...]]
    numbers: Layer
    named: tuple[str, ...]
    temperatures: Mapping[str, float]

    def votes_in(self, space: str) -> bool:
        """Whether it has learned the labels of a space, such as an emotion scheme."""
        return space in self.labels

    def log_odds(self, pooled: Array, space: str) -> Shares:
        """Log-probabilities (n, k) of a space's labels before the temperature."""
        told = self.heads[space](self._shared(pooled)).astype(np.float64)
        logs: Shares = log_softmax(told, axis=1)
        return logs

    def predict_proba(self, pooled: Array, space: str) -> Shares:
        """Calibrated distributions (n, k) over a space's labels."""
        logs = self.log_odds(pooled, space) / self.temperatures.get(space, 1.0)
        shares: Shares = np.exp(log_softmax(logs, axis=1))
        return shares

    def vote(self, pooled: Array, space: str) -> dict[str, float]:
        """The distribution over a space's labels for one picture (f,)."""
        (shares,) = self.predict_proba(pooled[None], space)
        return dict(zip(self.labels[space], shares.tolist(), strict=True))

    def ratings(self, pooled: Array) -> dict[str, Shares]:
        """The numbers (n,) by name."""
        told = self.numbers(self._shared(pooled)).astype(np.float64)
        return dict(zip(self.named, told.T, strict=True))

    def affect(self, pooled: Array, scheme: str) -> Shares:
        """Valence and arousal (n, 2), as those would rate them who go with an emotion scheme."""
        told = self.ratings(pooled)
        return np.stack([told[f"{raters_of(scheme)}.{kind}"] for kind in AFFECT], axis=1)

    def sensitivity(self, pooled: Array, space: str, label: str) -> Array:
        """By how much log P(label) rises with each feature of one picture (f,): its gradient."""
        head = self.heads[space]
        told = self.predict_proba(pooled[None], space)[0]
        wanted = np.eye(len(told))[self.labels[space].index(label)] - told
        x = self.hidden(((pooled - self.shift) / self.scale)[None])[0]
        slope = 0.5 * (1 + erf(x / np.sqrt(2))) + x * np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
        through = (head.weights @ wanted) * slope / self.temperatures.get(space, 1.0)
        gradient: Array = ((self.hidden.weights @ through) / self.scale).astype(np.float32)
        return gradient

    def _shared(self, pooled: Array) -> Array:
        x = self.hidden((pooled - self.shift) / self.scale)
        active: Array = (0.5 * x * (1 + erf(x / np.sqrt(2)))).astype(np.float32)
        return active

    @property
    def name(self) -> str:
        """Name and version: what it sees with, and which weights it has."""
        digest = hashlib.sha256(self.hidden.weights.astype(np.float16).tobytes())
        return f"student on {self.encoder} {digest.hexdigest()[:8]}"

    @property
    def parameters(self) -> int:
        """How many numbers were learned."""
        layers = (self.hidden, self.numbers, *self.heads.values())
        return sum(layer.weights.size + layer.bias.size for layer in layers)

    def save(self, path: Path) -> None:
        """Write it in half precision, but for what standardises its inputs."""
        layers = {"hidden": self.hidden, "numbers": self.numbers}
        layers |= {f"head.{space}": layer for space, layer in self.heads.items()}
        tensors = {"shift": self.shift, "scale": self.scale}
        for name, layer in layers.items():
            tensors[f"{name}.weights"] = layer.weights.astype(np.float16)
            tensors[f"{name}.bias"] = layer.bias
        about = {
            "format": _FORMAT,
            "encoder": self.encoder,
            "labels": json.dumps(dict(self.labels)),
            "numbers": json.dumps(self.named),
            "temperatures": json.dumps(dict(self.temperatures)),
        }
        save_file({n: np.ascontiguousarray(t) for n, t in tensors.items()}, path, about)

    @classmethod
    def load(cls, path: Path) -> Student:
        """Read a file; raises AssetError where it is broken or of another format."""
        try:
            with safe_open(path, framework="numpy") as file:
                about = file.metadata() or {}
                tensors = {
                    name: np.asarray(file.get_tensor(name), np.float32)
                    for name in file.keys()  # noqa: SIM118
                }
        except (OSError, SafetensorError) as error:
            raise AssetError(
                f"The student's weights {path.name} cannot be read ({error}).",
                "Install emograph again, or train them with `emograph train student`.",
            ) from error
        if about.get("format") != _FORMAT:
            raise AssetError(
                f"{path.name} does not hold the weights of a student.",
                "Train them with `emograph train student`.",
            )
        labels: dict[str, Sequence[str]] = json.loads(about["labels"])

        def layer(name: str) -> Layer:
            return Layer(tensors[f"{name}.weights"], tensors[f"{name}.bias"])

        return cls(
            about["encoder"],
            tensors["shift"],
            tensors["scale"],
            layer("hidden"),
            {space: layer(f"head.{space}") for space in labels},
            {space: tuple(names) for space, names in labels.items()},
            layer("numbers"),
            tuple(json.loads(about["numbers"])),
            json.loads(about["temperatures"]),
        )


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a student says of one picture: its vote, None in a scheme that it has not learned."""

    vote: Mapping[str, float] | None
    valence: float
    arousal: float
    notes: tuple[str, ...] = ()


class Pupil:
    """A student with eyes of its own, for pictures that nobody else's eyes have seen yet.

    `open_eyes` gives them, the same ones each time; they are opened where they are first needed.
    """

    def __init__(self, student: Student, open_eyes: Callable[[], Eyes]) -> None:
        self.student = student
        self._open_eyes = open_eyes

    def judge(self, photo: Photo, scheme: str, pooled: Array | None) -> Opinion:
        """Its opinion of a photo; `pooled` saves the look where it is known already."""
        seen = self._open_eyes().pool(photo) if pooled is None else pooled
        valence, arousal = self.student.affect(seen[None], scheme)[0].tolist()
        if self.student.votes_in(scheme):
            return Opinion(self.student.vote(seen, scheme), valence, arousal)
        why = f"No vote of a student was cast: it has not learned the labels of {scheme}."
        return Opinion(None, valence, arousal, (why,))
