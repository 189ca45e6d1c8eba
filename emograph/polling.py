"""Polls the voters on datasets: what graph, vision-language model and student say, uncalibrated.

A picture is never judged by a model that was trained on it: who was is told by content. Polls are
kept in the cache as they go, so that what takes long is done once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from emograph.assembly import (
    LVLM_WEIGHTS,
    load_crowd_of,
    load_graph_engine,
    load_grid_eyes,
    load_lvlm,
    profile_folder,
)
from emograph.config import Settings
from emograph.encoding import Views, encode_paths, encode_views
from emograph.engine.circumstances import circumstances
from emograph.engine.cues import Evidence
from emograph.engine.engine import Engine
from emograph.engine.evaluation.conditions import LogOdds, encoder_vote, graph_vote
from emograph.engine.evaluation.dataset import LabelledImages
from emograph.engine.fingerprints import fingerprint
from emograph.engine.images import open_photo
from emograph.engine.lvlm.questions import Ballot
from emograph.engine.perception.vocabulary import Vocabulary
from emograph.engine.reasoning.matrix import compile_matrix
from emograph.engine.reasoning.reasoner import Reasoner, balance_on
from emograph.evaluating import OWN_SOURCES, Progress, evidence_of, plain_reasoner
from emograph.examining import SPACES, SUBJECT, Answers, ballot_of
from emograph.fitting import among

_KEPT_EVERY = 25


@dataclass(frozen=True, eq=False)
class Poll:
    """What the voters say of a set's images.

    By label space, `encoder` and `graph` have log-odds (n, k), as have the `variants` of the graph
    that lack something; and `lvlm` log-likelihoods, whose rows
    are NaN where no model can say that was not trained on the image. `coordinates` are the valence
    and arousal of the labels (k,). `circumstances` are (n, 3), `pooled` (n, 1, f) is what a student
    sees.
    """

    images: LabelledImages
    labels: Mapping[str, tuple[str, ...]]
    encoder: Mapping[str, LogOdds]
    graph: Mapping[str, LogOdds]
    variants: Mapping[str, Mapping[str, LogOdds]]
    lvlm: Mapping[str, Answers]
    coordinates: Mapping[str, Mapping[str, NDArray[np.float64]]]
    circumstances: NDArray[np.float64]
    pooled: Views
    evidence: Sequence[tuple[Evidence, ...]]

    def zero_shot(self, space: str) -> dict[str, LogOdds]:
        """Log-odds (n, k) of the conditions into which no label of any such image has gone."""
        variants = {name: told[space] for name, told in self.variants.items()}
        return {"encoder": self.encoder[space], "graph": self.graph[space], **variants}


class Pollster:
    """Polls sets with the models of the settings; `folds` has models that others were trained for.

    Such a folder holds ``lvlm.safetensors`` and ``lvlm.sha256``, by which it is known what each was
    trained on.
    """

    def __init__(self, settings: Settings, folds: Path | None, progress: Progress) -> None:
        self.settings = settings
        self.progress = progress
        self.engine: Engine = load_graph_engine(settings, packs=(), store="memory")
        self._folds = sorted(folds.glob("*/lvlm.safetensors")) if folds else []

    def poll(self, name: str, images: LabelledImages) -> Poll:
        """What all say of a set's images."""
        cache, encoder = self.settings.cache, self.engine.perception.encoder
        encoding = encode_paths(encoder, images.paths, cache, self.progress)
        evidence = evidence_of(self.engine, images.paths, encoding, self.progress)
        ballots = {s: ballot_of(s, self.engine.graph, images) for s in SPACES[name]}
        graph, zero_shot, coordinates = {}, {}, {}
        flat: dict[str, LogOdds] = {}
        for space, ballot in ballots.items():
            scheme = self.engine.graph.scheme("ekman" if space == SUBJECT else space)
            columns = [scheme.labels.index(label) for label in ballot.labels]
            coordinates[space] = {
                "valence": scheme.valence[columns],
                "arousal": scheme.arousal[columns],
            }
            asked = self.settings, self.engine, scheme.name, OWN_SOURCES.get(name, ())
            reasoner = plain_reasoner(*asked)
            graph[space] = graph_vote(reasoner, evidence).log_odds[:, columns]
            flat[space] = graph_vote(_without_hierarchy(*asked), evidence).log_odds[:, columns]
            zero_shot[space] = encoder_vote(encoder, encoding, scheme).log_odds[:, columns]
        reasoner = self.engine.reasoner("mikels")
        return Poll(
            images,
            {space: ballot.labels for space, ballot in ballots.items()},
            zero_shot,
            graph,
            {"graph without hierarchy": flat},
            self._lvlm(images, ballots),
            coordinates,
            np.array([circumstances(reasoner, pieces).numbers for pieces in evidence]),
            encode_views(load_grid_eyes(self.settings), images.paths, cache, self.progress),
            evidence,
        )

    def _lvlm(self, images: LabelledImages, ballots: Mapping[str, Ballot]) -> dict[str, Answers]:
        """Each image is judged by the first model that was not trained on it."""
        told = {
            space: np.full((len(images), len(ballot.labels)), np.nan)
            for space, ballot in ballots.items()
        }
        blind = {space: np.zeros(len(ballot.labels)) for space, ballot in ballots.items()}
        open_ = np.ones(len(images), dtype=bool)
        for weights in self._models():
            trained = weights.with_suffix(".sha256") if weights else None
            rows = open_ & ~among(trained, images.paths) if trained else open_
            if rows.any():
                answers = self._asked(weights, images.where(rows).paths, ballots)
                for space, answer in answers.items():
                    told[space][rows] = answer.seen
                    blind[space] = answer.blind
                open_ &= ~rows
        return {space: Answers(told[space], blind[space]) for space in ballots}

    def _models(self) -> Iterator[Path | None]:
        """The weights of embedded models, the shipped ones first; None for a model of a hub."""
        if self.settings.lvlm == "embedded":
            yield profile_folder(self.settings) / LVLM_WEIGHTS
            yield from self._folds
        elif self.settings.lvlm is not None:
            yield None

    def _asked(
        self, weights: Path | None, paths: Sequence[Path], ballots: Mapping[str, Ballot]
    ) -> dict[str, Answers]:
        model = load_lvlm(self.settings, weights)
        asked = hashlib.sha256(repr((model.name, self.settings.pruning, ballots)).encode())
        kept = self.settings.cache / "polls" / f"{fingerprint(paths, asked.hexdigest())[:24]}"
        file = kept.with_suffix(".safetensors")
        tensors = _kept(file) or {s: np.zeros((0, len(b.labels))) for s, b in ballots.items()}
        for done in range(len(tensors[next(iter(ballots))]), len(paths)):
            view = model.look(open_photo(paths[done]))
            for space, ballot in ballots.items():
                answer = view.log_likelihoods(ballot.question, ballot.labels)
                tensors[space] = np.concatenate([tensors[space], answer[None]])
            self.progress(done + 1, len(paths))
            if (done + 1) % _KEPT_EVERY == 0 or done + 1 == len(paths):
                _keep(tensors, file)
        unseen = model.look(None)
        return {
            space: Answers(tensors[space], unseen.log_likelihoods(ballot.question, ballot.labels))
            for space, ballot in ballots.items()
        }


def _without_hierarchy(
    settings: Settings, engine: Engine, scheme: str, sources: Sequence[str]
) -> Reasoner:
    """A plain reasoner that does not know which concepts are kinds of which."""
    vocabulary = engine.reasoner(scheme).matrix.vocabulary
    flat = Vocabulary(
        tuple(replace(concept, broader=()) for concept in vocabulary.concepts), vocabulary.vectors
    )
    matrix = compile_matrix(engine.graph, flat, engine.graph.scheme(scheme), sources)
    return Reasoner(matrix, balance_on(matrix, load_crowd_of(settings)))


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
