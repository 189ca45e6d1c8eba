"""What goes with what: concept or appraisal to emotion, and concept to appraisal."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from emograph.kg import terms
from emograph.kg.stores import Pairs, number


@dataclass(frozen=True)
class Associations:
    """Associations in columns, one row each, by subject, object, source.

    `subjects` are IRIs of concepts or appraisals, `objects` of emotions (or appraisals).
    `probability` is P(object | subject); `strength` is how many observations the subject's rows of
    that source are worth together: how often it was counted, or the pseudo-count of what was
    written. So probability times strength is a count either way; `counted` tells which is which.
    """

    subjects: tuple[str, ...]
    objects: tuple[str, ...]
    sources: tuple[str, ...]
    probability: NDArray[np.float64] = field(compare=False)
    strength: NDArray[np.float64] = field(compare=False)
    counted: NDArray[np.bool_] = field(compare=False)

    def __len__(self) -> int:
        return len(self.subjects)


def read_associations(store: Pairs, to: str = "emotion") -> Associations:
    """All associations of a store with an ``emotion``, or with an ``appraisal``."""
    ends = list(store.pairs(terms.EMO + to))
    subject = dict(store.pairs(terms.EMO + "subject"))
    source = dict(store.pairs(terms.DCTERMS + "source"))
    probability = dict(store.pairs(terms.EMO + "probability"))
    total = dict(store.pairs(terms.EMO + "total"))
    strength = dict(store.pairs(terms.EMO + "strength"))
    rows = sorted(
        (
            str(subject[node]),
            str(end),
            str(source.get(node, "")),
            number(probability[node]),
            number(total[node] if node in total else strength.get(node, 0.0)),
            node in total,
        )
        for node, end in ends
    )
    return Associations(
        subjects=tuple(row[0] for row in rows),
        objects=tuple(row[1] for row in rows),
        sources=tuple(row[2] for row in rows),
        probability=np.array([row[3] for row in rows], dtype=np.float64),
        strength=np.array([row[4] for row in rows], dtype=np.float64),
        counted=np.array([row[5] for row in rows], dtype=bool),
    )
