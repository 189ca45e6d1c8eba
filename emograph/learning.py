"""Joins datasets to training: what `emograph learn` does, and what it writes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emograph.adapters.datasets import open_dataset
from emograph.adapters.datasets.fi_cues import read_fi_cues
from emograph.assembly import (
    load,
    load_encoder,
    load_graph,
    load_vocabulary,
    profile_folder,
)
from emograph.config import Settings
from emograph.encoding import encode_paths
from emograph.engine.cues import Evidence
from emograph.engine.evaluation.conditions import graph_vote
from emograph.engine.evaluation.dataset import LabelledImages, Scores
from emograph.engine.evaluation.temperature import fit_temperature
from emograph.engine.perception.detector import Encoding
from emograph.engine.reasoning.crowd import save_crowd
from emograph.engine.training.phrases import STRENGTH, phrase_counts, shares_by_phrases
from emograph.engine.training.profile import Labelled, fit_profile
from emograph.errors import DatasetError, EmographError
from emograph.evaluating import OWN_SOURCES, Progress, evidence_of, reasoner_without
from emograph.kg import terms
from emograph.kg.authoring.associations import emoset_turtle, fractions_turtle
from emograph.kg.authoring.concepts import concepts_turtle
from emograph.kg.authoring.elicitors import elicitors_turtle
from emograph.kg.authoring.light import light_turtle
from emograph.kg.concepts import Concept
from emograph.kg.graph import ONTOLOGIES

_CLASS_TEMPERATURE = 1.5
_CROWD = 300
_LEAST_SEEN = 15  # images of a disaster from which a head can be fitted
_PHRASED = frozenset({"emoset", "situation", "sun", "medic"})


def learn_concepts(emoset: Path, wordnet: Path, imagenet: Path) -> list[Path]:
    """Write the concepts and what brings about which appraisal, from tables and WordNet."""
    sources = ONTOLOGIES / "sources"
    return [
        _write("concepts", concepts_turtle(emoset / "info.json", wordnet, imagenet, sources)),
        _write("elicitors", elicitors_turtle(sources / "elicitors.tsv", wordnet)),
        _write("light", light_turtle(sources / "light.tsv")),
    ]


def learn_associations(settings: Settings, emoset: Path, fi: Path | None) -> list[Path]:
    """Write associations: counts over EmoSet's labels and, by nearness, over what is said of FI."""
    _refuse_other_encoders(settings)
    written = [_write("emoset", emoset_turtle(emoset / "attributes.csv"))]
    if fi is not None:
        graph = load_graph()
        encoder = load_encoder(settings, graph)
        vocabulary = load_vocabulary(settings, graph, encoder).where(
            lambda c: c.vocabulary in _PHRASED and c.kind in ("scene", "object", "action")
        )
        rows = read_fi_cues(fi)
        counts = phrase_counts(
            (row.emotion, (" ".join(pair) for pair in row.pairs), row.tags) for row in rows
        )
        shares = shares_by_phrases(counts, vocabulary, encoder.encode_texts)
        written.append(
            _write(
                "phrases",
                fractions_turtle(
                    shares,
                    strength=dict.fromkeys(shares, STRENGTH),
                    name="phrases",
                    title="Phrases said of pictures and emotions",
                    description=(
                        f"{len(counts)} adjective-noun pairs and object tags of {len(rows)} "
                        "pictures of FI (You et al., AAAI 2016), counted by emotion; each concept "
                        "has the shares of the phrases nearest to it in meaning (MiniLM)."
                    ),
                    source=terms.source("phrases"),
                ),
            )
        )
    return written


def learn_heads(settings: Settings, data: Path) -> list[Path]:
    """Fit the light heads, the calibrations and the crowd on labels of scenes and captions.

    `data` is a folder with OASIS, OutdoorSent, MEDIC and FI in it. No emotion label is read.
    """
    _refuse_other_encoders(settings)
    graph = load_graph()
    encoder = load_encoder(settings, graph)
    vocabulary = load_vocabulary(settings, graph, encoder)
    by_notation = {concept.notation: concept for concept in vocabulary.concepts}
    sets = {
        name: open_dataset(name, data / folder)
        for name, folder in (
            ("oasis", "OASIS"),
            ("outdoorsent", "OutdoorSent"),
            ("medic", "MEDIC"),
            ("fi", "FI"),
        )
    }
    encoded = {
        name: encode_paths(encoder, images.paths, settings.cache) for name, images in sets.items()
    }
    weights = fit_profile(
        encoder,
        (encoded["oasis"], sets["oasis"].captions or ()),
        _attributes(sets["outdoorsent"].attributes, encoded["outdoorsent"], by_notation),
        _disasters(
            sets["medic"],
            encoded["medic"],
            _joined(encoded["outdoorsent"], encoded["oasis"]),
            by_notation,
        ),
        [encoded["fi"]],
        vocabulary.where(lambda c: c.vocabulary == "emoset" and c.kind in ("scene", "object")),
        _CLASS_TEMPERATURE,
    )
    folder = profile_folder(settings)
    weights.save(folder / "heads.safetensors")
    # Ordinary pictures only: a crowd of disasters would make a flood unremarkable.
    paths = [path for name, images in sets.items() if name != "medic" for path in images.paths]
    crowd = _crowd(settings, paths)
    save_crowd(crowd, folder / "crowd.safetensors", encoder.name)
    return [folder / "heads.safetensors", folder / "crowd.safetensors"]


def learn_temperatures(settings: Settings, data: Path, progress: Progress) -> list[Path]:
    """Fit each scheme's one temperature: Ekman on Emotion6's votes, Mikels on FI's labels.

    Plutchik, which no set here is labelled in, has that of Mikels.
    """
    _refuse_other_encoders(settings)
    engine = load(**settings.model_dump())
    temperatures = {}
    for scheme, name, folder in (("ekman", "emotion6", "Emotion6"), ("mikels", "fi", "FI")):
        images = open_dataset(name, data / folder)
        encoding = encode_paths(engine.perception.encoder, images.paths, settings.cache, progress)
        evidence = evidence_of(engine, images.paths, encoding, progress)
        reasoner = reasoner_without(settings, engine, scheme, OWN_SOURCES.get(name, ()))
        log_odds = graph_vote(reasoner, evidence).log_odds * reasoner.temperature
        labels = engine.graph.scheme(scheme).labels
        if images.votes is not None:
            order = [images.votes.names.index(label) for label in labels]
            truth = images.votes.values[:, order]
        else:
            emotions = images.labels["emotion"]
            truth = np.eye(len(labels))[[labels.index(value) for value in emotions.values]]
        temperatures[scheme] = round(fit_temperature(log_odds, truth), 3)
    temperatures["plutchik"] = temperatures["mikels"]
    path = profile_folder(settings) / "temperatures.json"
    path.write_text(json.dumps(temperatures, indent=2) + "\n", encoding="utf-8")
    return [path]


def _refuse_other_encoders(settings: Settings) -> None:
    if settings.encoder != "embedded":
        raise EmographError(
            f"What the package ships is learned on its own encoder, not on {settings.encoder}.",
            "Unset EMOGRAPH_ENCODER, and the encoder in emograph.toml.",
        )


def _crowd(settings: Settings, paths: Sequence[Path]) -> list[Sequence[Evidence]]:
    chosen = np.random.default_rng(0).choice(len(paths), _CROWD, replace=False)
    engine = load(**settings.model_dump())
    return [
        engine.evidence(engine.perception.see([engine.open(paths[i])])[0]) for i in sorted(chosen)
    ]


def _attributes(
    scores: Scores | None, encoding: Encoding, by_notation: dict[str, Concept]
) -> Labelled:
    if scores is None:
        raise DatasetError("OutdoorSent has no scores of attributes.", "Give the whole dataset.")
    concepts = tuple(by_notation[f"sun:{name}"] for name in scores.names)
    return Labelled(encoding, concepts, scores.values, scores.values > 0)


def _disasters(
    images: LabelledImages,
    encoding: Encoding,
    ordinary: Encoding,
    by_notation: dict[str, Concept],
) -> Labelled:
    """Disasters against each other and against ordinary pictures, which show none of them."""
    concepts, columns = [], []
    for labelling in ("disaster_types", "damage_severity", "humanitarian"):
        for name in images.labels[labelling].classes:
            concept = by_notation.get(f"medic:{labelling}:{name}")
            present = np.array([value == name for value in images.labels[labelling].values])
            if concept is not None and present.sum() >= _LEAST_SEEN:
                concepts.append(concept)
                columns.append(np.concatenate([present, np.zeros(len(ordinary.features), bool)]))
    truth: NDArray[np.bool_] = np.stack(columns, axis=1)
    scores = np.where(truth, 1.0, -1.0)
    return Labelled(_joined(encoding, ordinary), tuple(concepts), scores, truth)


def _joined(first: Encoding, second: Encoding) -> Encoding:
    return Encoding(
        np.concatenate([first.features, second.features]),
        np.concatenate([first.vectors, second.vectors]),
    )


def _write(name: str, turtle: str) -> Path:
    path = ONTOLOGIES / f"{name}.ttl"
    path.write_text(turtle, encoding="utf-8")
    return path
