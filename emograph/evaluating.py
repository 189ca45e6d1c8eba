"""Joins datasets to the evaluation: what `emograph eval` runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from emograph.adapters.datasets import open_dataset
from emograph.adapters.datasets.emoset_attributes import read_emoset_attributes
from emograph.assembly import load_crowd_of, load_graph_engine, profile_folder
from emograph.config import Settings
from emograph.encoding import encode_paths
from emograph.engine.cues import Evidence
from emograph.engine.engine import Engine
from emograph.engine.evaluation import metrics
from emograph.engine.evaluation.attributes import (
    Codes,
    Predict,
    Probabilities,
    Rows,
    counting,
    evaluate_rows,
)
from emograph.engine.evaluation.conditions import (
    LogOdds,
    Vote,
    captions_vote,
    encoder_vote,
    graph_vote,
)
from emograph.engine.evaluation.dataset import LabelledImages
from emograph.engine.evaluation.images import evaluate, hits
from emograph.engine.evaluation.intervals import paired_difference
from emograph.engine.evaluation.results import Report, Result, Setting
from emograph.engine.images import open_photo
from emograph.engine.perception.detector import Encoding
from emograph.engine.perception.perception import Perception
from emograph.engine.perception.weights import HeadWeights
from emograph.engine.reasoning.matrix import compile_matrix
from emograph.engine.reasoning.reasoner import Reasoner, balance_on
from emograph.errors import EmographError
from emograph.kg import terms
from emograph.kg.associations import Associations
from emograph.version import __version__

IMAGE_SETS = ("emotion6", "fi", "oasis")
ATTRIBUTES = "emoset-attributes"
CONDITIONS = ("encoder", "captions", "graph", "all")

# The scheme in which each set is labelled, and the sources counted on that very set: they are left
# out when it is evaluated.
_SCHEME = {"emotion6": "ekman", "fi": "mikels", "oasis": "mikels"}
OWN_SOURCES = {"fi": ("phrases",)}
_BATCH = 32

Progress = Callable[[int, int], None]


def evaluate_images(
    settings: Settings, name: str, root: Path, condition: str, progress: Progress
) -> list[Report]:
    """Reports of a condition, or of all with the gain of the graph over each of the others."""
    _refuse_unknown(condition)
    images = open_dataset(name, root)
    engine = load_graph_engine(settings)
    scheme = engine.graph.scheme(_SCHEME[name])
    encoding = encode_paths(engine.perception.encoder, images.paths, settings.cache, progress)
    about: dict[str, Setting] = {
        "emograph": __version__,
        "encoder": engine.perception.encoder.name,
        "graph": engine.graph.version,
        "scheme": scheme.name,
        "temperature": "one, fitted on the other folds (5, seed 0)",
    }
    votes: list[Vote] = []
    if condition in ("encoder", "all"):
        votes.append(encoder_vote(engine.perception.encoder, encoding, scheme))
    if condition in ("captions", "all"):
        encoder = engine.perception.encoder
        weights = HeadWeights.load(profile_folder(settings) / "heads.safetensors", encoder.name)
        votes.append(captions_vote(encoder, weights.captions, encoding, scheme))
    if condition in ("graph", "all"):
        without = OWN_SOURCES.get(name, ())
        reasoner = plain_reasoner(settings, engine, scheme.name, without)
        about["left out of the graph"] = ", ".join(without) or "nothing"
        votes.append(graph_vote(reasoner, evidence_of(engine, images.paths, encoding, progress)))
    reports = [evaluate(images, vote, about) for vote in votes]
    if condition == "all" and "emotion" in images.labels:
        *others, graph = votes
        gains = tuple(_gain(images, graph, other) for other in others)
        results = (*reports[-1].results, *gains)
        reports[-1] = Report(images.name, graph.condition, results, about)
    return reports


def _gain(images: LabelledImages, vote: Vote, other: Vote) -> Result:
    true, base = hits(images, other)
    _, named = hits(images, vote)
    gain = paired_difference(metrics.accuracy, true, named, base)
    return Result.of(f"accuracy gained over {other.condition}", gain)


def evaluate_attributes(settings: Settings, root: Path, condition: str) -> list[Report]:
    """Reports on EmoSet's labels: counting them, and the graph on the same counts."""
    if condition not in ("graph", "all"):
        raise EmographError(
            f"No image is seen in {ATTRIBUTES}, so there is no condition {condition!r}.",
            "Use graph or all; counting stands beside both.",
        )
    table = read_emoset_attributes(root)
    engine = load_graph_engine(settings)
    matrix = engine.reasoner("mikels").matrix
    scheme = matrix.scheme
    iris = [
        terms.concept(kind.removeprefix("human_"), terms.slug(label))
        for kind, label in zip(table.kinds, table.labels, strict=True)
    ]
    unknown = sorted({iri for iri in iris if iri not in matrix.rows})
    if unknown:
        raise EmographError(
            f"The graph has no concept {unknown[0]} (and {len(unknown) - 1} others).",
            "Learn the concepts of these labels with `emograph learn concepts`.",
        )
    rows = Rows(
        labels=np.array([matrix.rows[iri] for iri in iris]),
        emotions=np.array([scheme.labels.index(emotion) for emotion in table.emotions]),
        kinds=np.array(table.kinds),
        n_labels=len(matrix.rows),
        n_emotions=len(scheme.labels),
    )
    about: dict[str, Setting] = {"emograph": __version__, "graph": engine.graph.version}
    predictors: dict[str, Predict] = {
        "counting": counting(rows),
        "graph": _graph_predictor(engine),
    }
    return [
        evaluate_rows("EmoSet attributes", name, rows, predict, about)
        for name, predict in predictors.items()
    ]


def _graph_predictor(engine: Engine) -> Predict:
    """P(emotion | label) by the graph whose counts are those of the training rows alone."""
    graph = engine.graph
    vocabulary = engine.reasoner("mikels").matrix.vocabulary
    scheme = graph.scheme("mikels")
    source = terms.source("emoset")
    others = _without(graph.associations(), source)

    def predict(labels: Codes, emotions: Codes) -> Probabilities:
        counts = np.zeros((len(vocabulary.concepts), len(scheme.labels)))
        np.add.at(counts, (labels, emotions), 1.0)
        at_row, at_column = np.nonzero(counts)
        own = counts.sum(axis=1)[at_row]
        counted = Associations(
            tuple(vocabulary.concepts[row].iri for row in at_row),
            tuple(scheme.iris[column] for column in at_column),
            (source,) * len(at_row),
            counts[at_row, at_column] / own,
            own,
            np.ones(len(at_row), dtype=bool),
        )
        matrix = compile_matrix(graph, vocabulary, scheme, associations=_joined(others, counted))
        prior = counts.sum(axis=0) / counts.sum()
        odds = prior * np.exp(matrix.log_odds)
        shares: Probabilities = odds / odds.sum(axis=1, keepdims=True)
        return shares

    return predict


def _without(associations: Associations, source: str) -> Associations:
    kept = [i for i, name in enumerate(associations.sources) if name != source]
    return Associations(
        tuple(associations.subjects[i] for i in kept),
        tuple(associations.objects[i] for i in kept),
        tuple(associations.sources[i] for i in kept),
        associations.probability[kept],
        associations.strength[kept],
        associations.counted[kept],
    )


def _joined(first: Associations, second: Associations) -> Associations:
    return Associations(
        first.subjects + second.subjects,
        first.objects + second.objects,
        first.sources + second.sources,
        np.concatenate([first.probability, second.probability]),
        np.concatenate([first.strength, second.strength]),
        np.concatenate([first.counted, second.counted]),
    )


def plain_reasoner(
    settings: Settings, engine: Engine, scheme: str, without: Sequence[str] = ()
) -> Reasoner:
    """A reasoner into which no label of a picture has gone: neither temperature nor prior.

    It does not read the sources named in `without`.
    """
    vocabulary = engine.reasoner(scheme).matrix.vocabulary
    matrix = compile_matrix(engine.graph, vocabulary, engine.graph.scheme(scheme), without)
    return Reasoner(matrix, balance_on(matrix, load_crowd_of(settings)))


def evidence_of(
    engine: Engine,
    paths: Sequence[Path],
    encoding: Encoding,
    progress: Progress,
    perception: Perception | None = None,
) -> list[tuple[Evidence, ...]]:
    """The evidence of each image, whose encodings are known already.

    It is seen by the engine's perception, or by another that is given.
    """
    see = (perception or engine.perception).see
    evidence = []
    for start in range(0, len(paths), _BATCH):
        batch = slice(start, start + _BATCH)
        photos = [open_photo(path) for path in paths[batch]]
        part = Encoding(encoding.features[batch], encoding.vectors[batch])
        evidence += [engine.evidence(cues) for cues in see(photos, part)]
        progress(len(evidence), len(paths))
    return evidence


def emotions_of(images: LabelledImages, labels: Sequence[str]) -> LogOdds:
    """What people said each image evokes, in shares of `labels` (n, k): its votes or its label."""
    if images.votes is not None:
        order = [images.votes.names.index(label) for label in labels]
        voted = images.votes.values[:, order]
        shares: LogOdds = voted / voted.sum(axis=1, keepdims=True)
        return shares
    return np.eye(len(labels))[[labels.index(v) for v in images.labels["emotion"].values]]


def _refuse_unknown(condition: str) -> None:
    if condition not in CONDITIONS:
        raise EmographError(
            f"There is no condition {condition!r}.", f"Use one of: {', '.join(CONDITIONS)}."
        )
