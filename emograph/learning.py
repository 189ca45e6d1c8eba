"""Joins datasets to training: what `emograph learn` does, and what it writes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from emograph.adapters.datasets import open_dataset
from emograph.adapters.datasets.fi_cues import read_fi_cues
from emograph.adapters.stores.oxigraph import open_store
from emograph.assembly import (
    CALIBRATION,
    load_encoder,
    load_graph_engine,
    load_vocabulary,
    profile_folder,
)
from emograph.config import Settings
from emograph.encoding import encode_paths
from emograph.engine.cues import Evidence
from emograph.engine.evaluation.conditions import graph_vote
from emograph.engine.evaluation.temperature import (
    Calibration,
    fit_calibration,
    save_calibrations,
)
from emograph.engine.reasoning.crowd import save_crowd
from emograph.engine.training.phrases import STRENGTH, phrase_counts, shares_by_phrases
from emograph.errors import EmographError
from emograph.evaluating import OWN_SOURCES, Progress, evidence_of, plain_reasoner
from emograph.examining import SPACES, ballot_of, truth_of
from emograph.fitting import HeadData, write_fitted
from emograph.kg import terms
from emograph.kg.authoring.associations import emoset_turtle, fractions_turtle
from emograph.kg.authoring.concepts import concepts_turtle
from emograph.kg.authoring.elicitors import elicitors_turtle
from emograph.kg.authoring.light import light_turtle
from emograph.kg.authoring.sssom import alignments_turtle, mappings_turtle, read_mapping_set
from emograph.kg.graph import ONTOLOGIES, KnowledgeGraph

_CROWD = 300
_PHRASED = frozenset({"emoset", "situation", "sun"})


def learn_concepts(emoset: Path, wordnet: Path, imagenet: Path) -> list[Path]:
    """Write the concepts and what brings about which appraisal, from tables and WordNet."""
    sources = ONTOLOGIES / "sources"
    return [
        _write("concepts", concepts_turtle(emoset / "info.json", wordnet, imagenet, sources)),
        _write("elicitors", elicitors_turtle(sources / "elicitors.tsv", wordnet)),
        _write("light", light_turtle(sources / "light.tsv")),
    ]


def learn_mappings() -> list[Path]:
    """Write the mappings between emotion schemes and the alignments, from SSSOM tables."""
    sources = ONTOLOGIES / "sources"
    return [
        _write("mappings", mappings_turtle(read_mapping_set(sources / "schemes.sssom.tsv"))),
        _write("alignments", alignments_turtle(read_mapping_set(sources / "alignments.sssom.tsv"))),
    ]


def learn_associations(settings: Settings, emoset: Path, fi: Path | None) -> list[Path]:
    """Write associations: counts over EmoSet's labels and, by nearness, over what is said of FI."""
    _refuse_other_encoders(settings)
    written = [_write("emoset", emoset_turtle(emoset / "attributes.csv"))]
    if fi is not None:
        graph = KnowledgeGraph.load(open_store())
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
    given = HeadData.open(settings, data)
    folder = profile_folder(settings)
    given.fit().save(folder / "heads.safetensors")
    # Ordinary pictures only: a crowd of disasters would make a flood unremarkable.
    paths = [path for name, s in given.sets.items() if name != "medic" for path in s.paths]
    save_crowd(_crowd(settings, paths), folder / "crowd.safetensors", given.encoder.name)
    return [
        folder / "heads.safetensors",
        write_fitted(settings, given.sets["medic"]),
        folder / "crowd.safetensors",
    ]


def learn_calibration(settings: Settings, data: Path, progress: Progress) -> list[Path]:
    """Fit each scheme's temperature and prior: Ekman on Emotion6's votes, Mikels on FI's labels.

    Schemes that no set here is labelled in have the temperature of Mikels and a uniform prior.
    """
    _refuse_other_encoders(settings)
    engine = load_graph_engine(settings)
    fitted: dict[str, Calibration] = {}
    for scheme, name, folder in (("ekman", "emotion6", "Emotion6"), ("mikels", "fi", "FI")):
        images = open_dataset(name, data / folder)
        encoding = encode_paths(engine.perception.encoder, images.paths, settings.cache, progress)
        evidence = evidence_of(engine, images.paths, encoding, progress)
        reasoner = plain_reasoner(settings, engine, scheme, OWN_SOURCES.get(name, ()))
        log_odds = graph_vote(reasoner, evidence).log_odds
        for space in SPACES[name]:
            labels = ballot_of(space, engine.graph, images).labels
            columns = [reasoner.matrix.scheme.labels.index(label) for label in labels]
            truth = truth_of(space, images, labels)
            fitted[space] = fit_calibration(log_odds[:, columns], truth)
    plain = Calibration(fitted["mikels"].temperature)
    fitted |= dict.fromkeys(("goemotions", "occ", "plutchik"), plain)
    path = profile_folder(settings) / CALIBRATION
    save_calibrations(fitted, path)
    return [path]


def _refuse_other_encoders(settings: Settings) -> None:
    if settings.encoder != "embedded":
        raise EmographError(
            f"What the package ships is learned on its own encoder, not on {settings.encoder}.",
            "Unset EMOGRAPH_ENCODER, and the encoder in emograph.toml.",
        )


def _crowd(settings: Settings, paths: Sequence[Path]) -> list[Sequence[Evidence]]:
    chosen = np.random.default_rng(0).choice(len(paths), _CROWD, replace=False)
    engine = load_graph_engine(settings, packs=(), store="memory")
    return [
        engine.evidence(engine.perception.see([engine.open(paths[i])])[0]) for i in sorted(chosen)
    ]


def _write(name: str, turtle: str) -> Path:
    path = ONTOLOGIES / f"{name}.ttl"
    path.write_text(turtle, encoding="utf-8")
    return path
