"""The packaged graph, a small vocabulary of it, and what is reasoned over both."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from emograph.adapters.stores.oxigraph import open_store
from emograph.engine.alignment import Aligner
from emograph.engine.cues import Cue
from emograph.engine.explanation.explanation import Explanation
from emograph.engine.images import open_photo
from emograph.engine.perception.vocabulary import Vocabulary
from emograph.engine.reasoning.matrix import compile_matrix
from emograph.engine.reasoning.paths import PathFinder
from emograph.engine.reasoning.reasoner import Balance, Reasoner
from emograph.kg.graph import KnowledgeGraph
from tests.engine.making import random_vectors

SCHEMES = ("ekman", "mikels", "plutchik")

Explain = Callable[..., Explanation]


@pytest.fixture(scope="session")
def graph() -> KnowledgeGraph:
    return KnowledgeGraph.load(open_store())


@pytest.fixture(scope="session")
def vocabulary(graph: KnowledgeGraph) -> Vocabulary:
    """All steps of light and every tenth other concept that can be seen, with random vectors."""
    seen = [c for c in graph.concepts() if c.kind and c.vocabulary != "wordnet"]
    light = [c for c in seen if c.kind in ("brightness", "colorfulness", "composition")]
    others = [c for c in seen if c not in light][::10]
    return Vocabulary((*light, *others), random_vectors(len(light) + len(others), 24))


@pytest.fixture(scope="session")
def finders(graph: KnowledgeGraph, vocabulary: Vocabulary) -> Mapping[str, PathFinder]:
    """A path finder for each scheme; its reasoner has a random balance and a temperature of 1.5."""
    found = {}
    for name in SCHEMES:
        scheme = graph.scheme(name)
        rng = np.random.default_rng(1)
        size = len(scheme.labels)
        balance = Balance(0.1 * rng.normal(size=size), rng.uniform(0.8, 1.2, size))
        reasoner = Reasoner(compile_matrix(graph, vocabulary, scheme), balance, 1.5)
        found[name] = PathFinder(graph, reasoner)
    return found


@pytest.fixture(scope="session")
def explain(finders: Mapping[str, PathFinder]) -> Explain:
    """Explain a grey image by the cues given, in Mikels' scheme or by another finder."""

    def explain(*cues: Cue, finder: PathFinder = finders["mikels"]) -> Explanation:
        known = finder.reasoner.matrix.vocabulary
        aligner = Aligner(known, lambda texts: np.zeros((len(texts), 24), np.float32))
        evidence = aligner.align(cues)
        return Explanation(
            photo=open_photo(np.full((8, 8, 3), 128, np.uint8)),
            finder=finder,
            cues=cues,
            evidence=evidence,
            posterior=finder.reasoner.infer(evidence),
            timings_ms={},
            versions={},
        )

    return explain
