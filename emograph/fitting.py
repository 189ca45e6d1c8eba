"""Joins labelled images to the heads that are fitted on them, with or without some of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emograph.adapters.datasets import open_dataset
from emograph.assembly import load_encoder, load_vocabulary, open_knowledge, profile_folder
from emograph.config import Settings
from emograph.encoding import encode_paths
from emograph.engine.evaluation.dataset import LabelledImages
from emograph.engine.perception.detector import Encoding, ImageTextEncoder
from emograph.engine.perception.vocabulary import Vocabulary
from emograph.engine.perception.weights import HeadWeights
from emograph.engine.training.profile import Labelled, fit_profile
from emograph.kg.concepts import Concept

DISASTERS = "disaster"
"""The pack that has the concepts of MEDIC's labels."""

_SETS = {"oasis": "OASIS", "outdoorsent": "OutdoorSent", "medic": "MEDIC", "fi": "FI"}
_DISASTER_LABELLINGS = ("disaster_types", "damage_severity", "humanitarian")
_CLASS_TEMPERATURE = 1.5
_LEAST_SEEN = 15  # images of a disaster from which a head can be fitted
_FITTED = "disasters.sha256"
_DIGITS = 16


@dataclass(frozen=True, eq=False)
class HeadData:
    """The images that the heads of a profile are fitted on, encoded; no emotion label is read.

    `vocabulary` has the concepts of all labels, those of disasters included.
    """

    encoder: ImageTextEncoder
    vocabulary: Vocabulary
    sets: Mapping[str, LabelledImages]
    encoded: Mapping[str, Encoding]

    @classmethod
    def open(cls, settings: Settings, data: Path) -> HeadData:
        """Read and encode OASIS, OutdoorSent, MEDIC and FI, folders of `data`.

        Raises DatasetError where one of them is not there.
        """
        known = open_knowledge(
            settings.model_copy(update={"packs": (DISASTERS,), "store": "memory"})
        )
        encoder = load_encoder(settings, known)
        sets = {name: open_dataset(name, data / folder) for name, folder in _SETS.items()}
        return cls(
            encoder,
            load_vocabulary(settings, known, encoder),
            sets,
            {name: encode_paths(encoder, s.paths, settings.cache) for name, s in sets.items()},
        )

    def fit(self, held_out: NDArray[np.bool_] | None = None) -> HeadWeights:
        """All heads, calibrations and the crowd; images of MEDIC that are `held_out` are not seen.

        `held_out` (n,) has an entry for each image of MEDIC.
        """
        used = np.ones(len(self.sets["medic"]), dtype=bool) if held_out is None else ~held_out
        by_notation = {concept.notation: concept for concept in self.vocabulary.concepts}
        ordinary = _joined(self.encoded["outdoorsent"], self.encoded["oasis"])
        return fit_profile(
            self.encoder,
            (self.encoded["oasis"], self.sets["oasis"].captions or ()),
            _attributes(self.sets["outdoorsent"], self.encoded["outdoorsent"], by_notation),
            _disasters(self.sets["medic"], self.encoded["medic"], ordinary, by_notation, used),
            [self.encoded["fi"]],
            self.vocabulary.where(
                lambda c: c.vocabulary == "emoset" and c.kind in ("scene", "object")
            ),
            _CLASS_TEMPERATURE,
        )


def digests(paths: Sequence[Path]) -> list[str]:
    """The first digits of each file's sha256."""
    return [hashlib.sha256(path.read_bytes()).hexdigest()[:_DIGITS] for path in paths]


def write_digests(path: Path, files: Sequence[Path]) -> Path:
    """Write down which files were used, by their content."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(sorted(set(digests(files)))) + "\n", encoding="utf-8")
    return path


def among(path: Path, files: Sequence[Path]) -> NDArray[np.bool_]:
    """Whether each file is one of those that were written down, told by content, (n,)."""
    known = set(path.read_text("utf-8").split())
    return np.array([digest in known for digest in digests(files)], dtype=bool)


def write_fitted(settings: Settings, images: LabelledImages) -> Path:
    """Write down which photographs of disasters the profile's heads were fitted on."""
    return write_digests(profile_folder(settings) / _FITTED, images.paths)


def fitted_on(settings: Settings, paths: Sequence[Path]) -> NDArray[np.bool_]:
    """Whether the profile's heads were fitted on each of these files, told by content, (n,)."""
    return among(profile_folder(settings) / _FITTED, paths)


def _attributes(
    images: LabelledImages, encoding: Encoding, by_notation: Mapping[str, Concept]
) -> Labelled:
    scores = images.scored
    concepts = tuple(by_notation[f"sun:{name}"] for name in scores.names)
    return Labelled(encoding, concepts, scores.values, scores.values > 0)


def _disasters(
    images: LabelledImages,
    encoding: Encoding,
    ordinary: Encoding,
    by_notation: Mapping[str, Concept],
    used: NDArray[np.bool_],
) -> Labelled:
    """Disasters against each other and against ordinary pictures, which show none of them."""
    concepts, columns = [], []
    for labelling in _DISASTER_LABELLINGS:
        for name in images.labels[labelling].classes:
            concept = by_notation.get(f"{DISASTERS}:{labelling}:{name}")
            present = np.array([value == name for value in images.labels[labelling].values])
            if concept is not None and present.sum() >= _LEAST_SEEN:
                concepts.append(concept)
                none = np.zeros(len(ordinary.features), dtype=bool)
                columns.append(np.concatenate([present[used], none]))
    truth: NDArray[np.bool_] = np.stack(columns, axis=1)
    scores = np.where(truth, 1.0, -1.0)
    seen = Encoding(encoding.features[used], encoding.vectors[used])
    return Labelled(_joined(seen, ordinary), tuple(concepts), scores, truth)


def _joined(first: Encoding, second: Encoding) -> Encoding:
    return Encoding(
        np.concatenate([first.features, second.features]),
        np.concatenate([first.vectors, second.vectors]),
    )
