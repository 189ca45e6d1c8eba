"""How long reasoning takes, on the graph of the package and on one of 100,000 concepts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import skimage
from measuring import median_ms, print_figure, print_machine

import emograph
from emograph.engine.cues import Cue, Evidence
from emograph.engine.perception.vocabulary import Vocabulary
from emograph.engine.reasoning.matrix import AssociationMatrix
from emograph.engine.reasoning.reasoner import Balance, Reasoner
from emograph.kg.concepts import Concept
from emograph.kg.schemes import EmotionScheme

CONCEPTS = 100_000
EVIDENCE = 50


def main() -> None:
    engine = emograph.load(lvlm=None)
    photo = Path(skimage.__file__).parent / "data" / "astronaut.png"
    evidence = engine.explain(photo).evidence
    print_machine()
    shipped = engine.reasoner()
    print_figure(
        f"{len(shipped.matrix.rows)} concepts, {len(evidence)} pieces of evidence, median of 1000",
        median_ms(lambda: shipped.infer(evidence), 1000),
        "ms",
        "<= 1",
    )
    large = synthetic(engine.graph.scheme("mikels"))
    known = spread_over(large)
    print_figure(
        f"{CONCEPTS} concepts, {EVIDENCE} pieces of evidence, median of 1000",
        median_ms(lambda: large.infer(known), 1000),
        "ms",
        "<= 10",
    )


def synthetic(scheme: EmotionScheme) -> Reasoner:
    """A reasoner over many concepts that go with emotions at random."""
    emotions = len(scheme.labels)
    log_odds = np.random.default_rng(0).normal(size=(CONCEPTS, emotions))
    concepts = tuple(
        Concept(f"concept:{number}", str(number), (), "object", "random", "", (), str(number))
        for number in range(CONCEPTS)
    )
    vocabulary = Vocabulary(concepts, np.zeros((CONCEPTS, 1), np.float32))
    matrix = AssociationMatrix(scheme, vocabulary, (), log_odds, np.ones(CONCEPTS))
    return Reasoner(matrix, Balance(np.zeros(emotions), np.ones(emotions)))


def spread_over(reasoner: Reasoner) -> list[Evidence]:
    """Evidence for concepts all over the matrix, in ten groups."""
    chosen = np.random.default_rng(1).choice(CONCEPTS, EVIDENCE, replace=False)
    concepts = reasoner.matrix.vocabulary.concepts
    return [
        Evidence(
            Cue(f"object:{i}", "object", str(i), 0.5, "random", concepts[i].iri),
            concepts[i].iri,
            1.0,
            f"group {i % 10}",
        )
        for i in chosen.tolist()
    ]


if __name__ == "__main__":
    main()
