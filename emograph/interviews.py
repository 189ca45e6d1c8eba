"""Asks vision-language models about images that they were not trained on, and keeps the answers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from emograph.assembly import LVLM_WEIGHTS, load_lvlm, profile_folder
from emograph.config import Settings
from emograph.engine.evaluation.conditions import LogOdds
from emograph.engine.evaluation.dataset import LabelledImages
from emograph.engine.fingerprints import fingerprint
from emograph.engine.images import open_photo
from emograph.engine.lvlm.questions import Ballot
from emograph.evaluating import Progress
from emograph.examining import Answers
from emograph.fitting import among

_KEPT_EVERY = 25


def interviewed(
    settings: Settings,
    folds: Path | None,
    images: LabelledImages,
    ballots: Mapping[str, Ballot],
    progress: Progress,
) -> dict[str, Answers]:
    """The answers to each ballot, by the first model that was not trained on the image.

    That is the settings' model, then the embedded ones in the folders of `folds`, which hold
    ``lvlm.safetensors``, and in ``lvlm.sha256`` what each was trained on. Rows of images that all
    were trained on are NaN.
    """
    told = {
        space: np.full((len(images), len(ballot.labels)), np.nan)
        for space, ballot in ballots.items()
    }
    blind = {space: np.zeros(len(ballot.labels)) for space, ballot in ballots.items()}
    waiting = np.ones(len(images), dtype=bool)
    for weights in _models(settings, folds):
        trained = weights.with_suffix(".sha256") if weights else None
        rows = waiting & ~among(trained, images.paths) if trained else waiting
        if rows.any():
            answers = _asked(settings, weights, images.where(rows).paths, ballots, progress)
            for space, answer in answers.items():
                told[space][rows] = answer.seen
                blind[space] = answer.blind
            waiting &= ~rows
    return {space: Answers(told[space], blind[space]) for space in ballots}


def _models(settings: Settings, folds: Path | None) -> Iterator[Path | None]:
    """The weights of embedded models, the shipped ones first; None for a model of a hub."""
    if settings.lvlm == "embedded":
        yield profile_folder(settings) / LVLM_WEIGHTS
        yield from sorted(folds.glob("*/lvlm.safetensors")) if folds else ()
    elif settings.lvlm is not None:
        yield None


def _asked(
    settings: Settings,
    weights: Path | None,
    paths: Sequence[Path],
    ballots: Mapping[str, Ballot],
    progress: Progress,
) -> dict[str, Answers]:
    model = load_lvlm(settings, weights)
    asked = hashlib.sha256(repr((model.name, settings.pruning, ballots)).encode())
    kept = settings.cache / "polls" / f"{fingerprint(paths, asked.hexdigest())[:24]}"
    file = kept.with_suffix(".safetensors")
    tensors = _kept(file) or {s: np.zeros((0, len(b.labels))) for s, b in ballots.items()}
    for done in range(len(tensors[next(iter(ballots))]), len(paths)):
        view = model.look(open_photo(paths[done]))
        for space, ballot in ballots.items():
            answer = view.log_likelihoods(ballot.question, ballot.labels)
            tensors[space] = np.concatenate([tensors[space], answer[None]])
        progress(done + 1, len(paths))
        if (done + 1) % _KEPT_EVERY == 0 or done + 1 == len(paths):
            _keep(tensors, file)
    unseen = model.look(None)
    return {
        space: Answers(tensors[space], unseen.log_likelihoods(ballot.question, ballot.labels))
        for space, ballot in ballots.items()
    }


def _keep(tensors: Mapping[str, LogOdds], file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part")
        save_file(dict(tensors), part)
        part.replace(file)
    except OSError:
        pass  # a cache that cannot be written costs time, not the answer


def _kept(file: Path) -> dict[str, LogOdds] | None:
    try:
        return load_file(file)
    except (OSError, SafetensorError):
        return None
