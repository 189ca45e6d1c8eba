"""Joins datasets to the evaluation of retrieval: what `emograph eval retrieval` runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emograph.adapters.datasets import open_dataset
from emograph.assembly import GATE, STUDENT_WEIGHTS, load, load_grid_eyes, profile_folder
from emograph.config import Settings
from emograph.encoding import encode_paths, encode_views
from emograph.engine.engine import Engine
from emograph.engine.evaluation.dataset import LabelledImages
from emograph.engine.evaluation.folds import stratified_folds
from emograph.engine.evaluation.results import Report, Setting
from emograph.engine.evaluation.retrieval import Ranking, Scores, compared
from emograph.engine.gate import Gates
from emograph.engine.perception.detector import Array, ImageTextEncoder
from emograph.engine.retrieval.ranking import log_affinity, log_shares
from emograph.engine.student import Student
from emograph.errors import EmographError
from emograph.evaluating import Progress, evidence_of
from emograph.gating import crossed, gate, polls
from emograph.version import __version__

RETRIEVAL = "retrieval"
EMOTION6, OUTDOORSENT = "emotion6", "outdoorsent"
_FOLDERS = {EMOTION6: "Emotion6", OUTDOORSENT: "OutdoorSent"}
_SCHEME = "ekman"

# The baseline may choose the way of asking that serves it best on the very images it is judged by.
_PROMPTS = (
    "{}",
    "a photo that evokes {}",
    "an image that makes people feel {}",
    "{} photograph",
    "{}: {definition}",
)
_SENTIMENTS = {
    "negative": ("negative", "an unpleasant picture", "a sad, ugly or frightening place"),
    "neutral": ("neutral", "an ordinary picture", "an indifferent, everyday place"),
    "positive": ("positive", "a pleasant picture", "a happy, beautiful or peaceful place"),
}


def evaluate_retrieval(
    settings: Settings, data: Path, work: Path, progress: Progress
) -> list[Report]:
    """Retrieval by emotion on Emotion6 and by sentiment on OutdoorSent, those that `data` holds.

    Both are measured against the encoder's own search of images by text. `work` is what `emograph
    train student` kept: on Emotion6, every vote and gate is that of models that have not seen the
    fold. On OutdoorSent it is the engine without its vision-language model as it is shipped. Raises
    EmographError where `data` holds neither.
    """
    reports = []
    if (data / _FOLDERS[EMOTION6]).is_dir():
        images = open_dataset(EMOTION6, data / _FOLDERS[EMOTION6])
        reports += _by_emotion(settings, images, work, progress)
    if (data / _FOLDERS[OUTDOORSENT]).is_dir():
        images = open_dataset(OUTDOORSENT, data / _FOLDERS[OUTDOORSENT])
        reports += _by_sentiment(settings, images, progress)
    if not reports:
        raise EmographError(
            f"{data} holds neither {' nor '.join(_FOLDERS.values())}.",
            "Name the folder that holds one of these, as --root.",
        )
    return reports


def _by_emotion(
    settings: Settings, images: LabelledImages, work: Path, progress: Progress
) -> list[Report]:
    polled = polls(settings, {EMOTION6: images}, work, progress)[EMOTION6]
    folds = polled.folds(_SCHEME)
    labels = polled.poll.labels[_SCHEME]
    asked = images.labels["emotion"].classes
    shares = crossed(gate, polled.ballots(_SCHEME), folds)
    engine = load(**_apart(settings))
    vectors, encoder = _vectors(settings, images, progress)
    definitions = dict(zip(labels, _definitions(engine, labels), strict=True))
    voted = images.voted
    majority = np.array(voted.names)[voted.values.argmax(axis=1)]
    relevant = {
        "search word": np.array(images.labels["emotion"].values)[:, None] == np.array(asked),
        "majority of votes": majority[:, None] == np.array(asked),
    }
    ours = Ranking("emograph", scores_of(shares, labels, asked))
    others = [
        Ranking(
            prompt,
            _likeness(
                encoder,
                vectors,
                [prompt.format(emotion, definition=definitions[emotion]) for emotion in asked],
            ),
        )
        for prompt in _PROMPTS
    ]
    about: dict[str, Setting] = {
        "emograph": __version__,
        "graph": engine.graph.version,
        "encoder": encoder.name,
        "queries": ", ".join(asked),
        "Emotion6": "votes and gate out of fold (5, seed 0)",
    }
    return compared("Emotion6", folds, relevant, ours, others, about)


def _by_sentiment(settings: Settings, images: LabelledImages, progress: Progress) -> list[Report]:
    vectors, encoder = _vectors(settings, images, progress)
    valence = valences(settings, images, progress)
    sentiments = images.labels["sentiment"]
    codes = sentiments.codes
    relevant = {"sentiment": codes[:, None] == np.arange(len(sentiments.classes))}
    ranked = {"negative": -valence, "neutral": -np.abs(valence), "positive": valence}
    ours = Ranking("emograph", np.stack([ranked[name] for name in sentiments.classes], axis=1))
    ways = zip(*(_SENTIMENTS[name] for name in sentiments.classes), strict=True)
    others = [Ranking(" / ".join(way), _likeness(encoder, vectors, way)) for way in ways]
    about: dict[str, Setting] = {
        "emograph": __version__,
        "OutdoorSent": "as shipped, without vision-language model; by valence",
    }
    return compared("OutdoorSent", stratified_folds(codes), relevant, ours, others, about)


def scores_of(shares: NDArray[np.float64], labels: Sequence[str], asked: Sequence[str]) -> Scores:
    """How well distributions (n, e) fit each emotion that is asked for (q of them), (n, q)."""
    logs = log_shares(shares.astype(np.float32))
    wanted = [np.array([label == one for label in labels], np.float32) for one in asked]
    return np.stack([log_affinity(logs, one) for one in wanted], axis=1).astype(np.float64)


def valences(settings: Settings, images: LabelledImages, progress: Progress) -> NDArray[np.float64]:
    """The valence of each image (n,) in -1..1, by the graph and the student as they are shipped."""
    engine = load(**_apart(settings))
    profile = profile_folder(settings)
    _, feeling = Gates.load(profile / GATE).of(engine.scheme)
    student = Student.load(profile / STUDENT_WEIGHTS)
    encoding = encode_paths(engine.perception.encoder, images.paths, settings.cache, progress)
    evidence = evidence_of(engine, images.paths, encoding, progress)
    views = encode_views(load_grid_eyes(settings), images.paths, settings.cache, progress)
    ratings = student.affect(views[:, 0].astype(np.float32), engine.scheme)[:, 0]
    reasoner = engine.reasoner()
    scheme = reasoner.matrix.scheme
    told = []
    for pieces, rating in zip(evidence, ratings, strict=True):
        emotions = reasoner.infer(pieces).emotions
        graph = float(np.array([emotions[label] for label in scheme.labels]) @ scheme.valence)
        told.append(feeling("valence", {"graph": graph, "student": float(rating)}))
    return np.array(told)


def _vectors(
    settings: Settings, images: LabelledImages, progress: Progress
) -> tuple[Array, ImageTextEncoder]:
    encoder = load(**_apart(settings)).perception.encoder
    return encode_paths(encoder, images.paths, settings.cache, progress).vectors, encoder


def _likeness(encoder: ImageTextEncoder, vectors: Array, texts: Sequence[str]) -> Scores:
    likeness: Scores = (vectors @ encoder.encode_texts(list(texts)).T).astype(np.float64)
    return likeness


def _definitions(engine: Engine, labels: Sequence[str]) -> list[str]:
    scheme = engine.graph.scheme(_SCHEME)
    return [scheme.definitions[scheme.labels.index(label)] for label in labels]


def _apart(settings: Settings) -> dict[str, object]:
    """The settings of an engine that nothing a person keeps has a part in."""
    return {**settings.model_dump(), "lvlm": None, "packs": (), "store": "memory"}
