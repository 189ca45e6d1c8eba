"""Polls the voters on datasets: what graph, vision-language model and student say, uncalibrated.

A picture is never judged by a model that was trained on it: who was is told by content. Polls are
kept in the cache as they go, so that what takes long is done once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emograph.assembly import load_crowd_of, load_graph_engine, load_grid_eyes
from emograph.config import Settings
from emograph.encoding import Views, encode_paths, encode_views
from emograph.engine.circumstances import circumstances
from emograph.engine.cues import Evidence
from emograph.engine.engine import Engine
from emograph.engine.evaluation.conditions import LogOdds, encoder_vote, graph_vote
from emograph.engine.evaluation.dataset import LabelledImages
from emograph.engine.lvlm.questions import Ballot
from emograph.engine.perception.vocabulary import Vocabulary
from emograph.engine.reasoning.matrix import compile_matrix
from emograph.engine.reasoning.reasoner import Reasoner, balance_on
from emograph.evaluating import OWN_SOURCES, Progress, evidence_of, plain_reasoner
from emograph.examining import SPACES, SUBJECT, Answers, ballot_of
from emograph.fitting import DISASTERS
from emograph.interviews import interviewed


@dataclass(frozen=True, eq=False)
class Poll:
    """What the voters say of a set's images.

    By label space, `encoder` and `graph` have log-odds (n, k), as have the `variants` of the graph
    that lack or have something; and `lvlm` log-likelihoods, whose rows are NaN where no model can
    say that was not trained on the image. `pruned` has what the model says with other prunings.
    `coordinates` are the valence and arousal of the labels (k,), `circumstances` are (n, 3), and
    `pooled` (n, 1, f) is what a student sees.
    """

    images: LabelledImages
    labels: Mapping[str, tuple[str, ...]]
    encoder: Mapping[str, LogOdds]
    graph: Mapping[str, LogOdds]
    variants: Mapping[str, Mapping[str, LogOdds]]
    lvlm: Mapping[str, Answers]
    pruned: Mapping[str, Mapping[str, Answers]]
    coordinates: Mapping[str, Mapping[str, NDArray[np.float64]]]
    circumstances: NDArray[np.float64]
    pooled: Views
    evidence: Sequence[tuple[Evidence, ...]]

    def zero_shot(self, space: str) -> dict[str, LogOdds]:
        """Log-odds (n, k) of the conditions into which no label of any such image has gone."""
        variants = {name: told[space] for name, told in self.variants.items()}
        return {"encoder": self.encoder[space], "graph": self.graph[space], **variants}


class Pollster:
    """Polls sets with the models of the settings, and with those in `folds` (see `interviews`).

    Where `budgets` are given, the vision-language model is asked again with each of these settings
    of its pruning, about images that the shipped one was not trained on.
    """

    def __init__(
        self,
        settings: Settings,
        folds: Path | None,
        progress: Progress,
        budgets: Sequence[str] = (),
    ) -> None:
        self.settings = settings
        self.progress = progress
        self.engine: Engine = load_graph_engine(settings, packs=(), store="memory")
        self._packed = load_graph_engine(settings, packs=(DISASTERS,), store="memory")
        self._folds = folds
        self._budgets = budgets

    def poll(self, name: str, images: LabelledImages) -> Poll:
        """What all say of a set's images."""
        cache, encoder = self.settings.cache, self.engine.perception.encoder
        encoding = encode_paths(encoder, images.paths, cache, self.progress)
        evidence = evidence_of(self.engine, images.paths, encoding, self.progress)
        ballots = {s: ballot_of(s, self.engine.graph, images) for s in SPACES[name]}
        graph, zero_shot, coordinates = {}, {}, {}
        flat: dict[str, LogOdds] = {}
        packed: dict[str, LogOdds] = {}
        with_pack = evidence_of(self._packed, images.paths, encoding, self.progress)
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
            more = plain_reasoner(self.settings, self._packed, scheme.name, asked[3])
            packed[space] = graph_vote(more, with_pack).log_odds[:, columns]
            zero_shot[space] = encoder_vote(encoder, encoding, scheme).log_odds[:, columns]
        reasoner = self.engine.reasoner("mikels")
        return Poll(
            images,
            {space: ballot.labels for space, ballot in ballots.items()},
            zero_shot,
            graph,
            {"graph without hierarchy": flat, f"graph with {DISASTERS}": packed},
            self._asked(None, images, ballots),
            {
                f"lvlm, pruning {budget}": self._asked(budget, images, ballots)
                for budget in self._budgets
            },
            coordinates,
            np.array([circumstances(reasoner, pieces).numbers for pieces in evidence]),
            encode_views(load_grid_eyes(self.settings), images.paths, cache, self.progress),
            evidence,
        )

    def _asked(
        self, pruning: str | None, images: LabelledImages, ballots: Mapping[str, Ballot]
    ) -> dict[str, Answers]:
        changes = {} if pruning is None else {"pruning": pruning}
        settings = self.settings.model_copy(update=changes)
        return interviewed(
            settings, None if pruning else self._folds, images, ballots, self.progress
        )


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
