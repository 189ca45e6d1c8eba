"""What the engine hands back: the distribution, the evidence for it, and ways to look at both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from emograph.engine.circumstances import circumstances
from emograph.engine.cues import Contribution, Cue, Evidence, Posterior
from emograph.engine.explanation.document import SCHEMA_ID
from emograph.engine.explanation.prose import why
from emograph.engine.explanation.weighing import counted
from emograph.engine.gate import EVEN, Circumstances, Feeling, Gate
from emograph.engine.images import Photo
from emograph.engine.reasoning.paths import Path, PathFinder, strongest
from emograph.engine.reasoning.reasoner import Reasoner
from emograph.engine.student import Opinion
from emograph.errors import EmographError

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from rdflib import Dataset

_PATHS_KEPT = 12


@dataclass(frozen=True, eq=False)
class Explanation:
    """What an image makes its viewers feel, and why."""

    photo: Photo
    finder: PathFinder
    cues: tuple[Cue, ...]
    evidence: tuple[Evidence, ...]
    posterior: Posterior
    timings_ms: Mapping[str, float]
    versions: Mapping[str, str]
    notes: tuple[str, ...] = ()
    lvlm: Mapping[str, float] | None = None
    """The vote of the vision-language model, where one was cast."""
    opinion: Opinion | None = None
    """What the student says, where there is one."""
    gate: Gate = EVEN
    feeling: Feeling = field(default_factory=Feeling)
    left_out: tuple[str, ...] = ()
    """Ids of the cues that a counterfactual goes without."""
    changed: Mapping[str, float] = field(default_factory=dict)
    """Confidences that a counterfactual has instead of what was seen, by cue id."""
    vector: NDArray[np.float32] | None = None
    """Where the image lies in the space that the encoder shares with words (t,), of length 1."""

    @property
    def reasoner(self) -> Reasoner:
        """The reasoner that inferred the posterior, with its association matrix."""
        return self.finder.reasoner

    @cached_property
    def emotions(self) -> Mapping[str, float]:
        """The calibrated distribution over the scheme's emotions; it adds up to 1."""
        return self.gate.weigh(self.votes, self.circumstances)

    @cached_property
    def votes(self) -> Mapping[str, Mapping[str, float]]:
        """The distributions that were weighed, by who cast them: graph, lvlm, student."""
        student = None if self.opinion is None else self.opinion.vote
        cast = {"graph": self.posterior.emotions, "lvlm": self.lvlm, "student": student}
        return {name: vote for name, vote in cast.items() if vote is not None}

    @cached_property
    def circumstances(self) -> Circumstances:
        """What the gate goes by besides the votes."""
        return circumstances(self.reasoner, self.evidence)

    @property
    def weights(self) -> Mapping[str, float]:
        """How much each vote counts, as the gate has it; together 1."""
        return self.gate.weights(self.votes, self.circumstances)

    @property
    def counted(self) -> str | None:
        """How much each vote counts and why, in words; None where there is one vote."""
        return counted(self.gate, self.votes, self.circumstances)

    @property
    def contributions(self) -> tuple[Contribution, ...]:
        """What each cue adds to each emotion: with the prior, the log-odds of the graph's vote."""
        return self.posterior.contributions

    @property
    def valence(self) -> float:
        """Expected pleasantness, -1 (unpleasant) to 1 (pleasant)."""
        return self._felt("valence", self.reasoner.matrix.scheme.valence)

    @property
    def arousal(self) -> float:
        """Expected arousal, -1 (calm) to 1 (excited)."""
        return self._felt("arousal", self.reasoner.matrix.scheme.arousal)

    @property
    def unknown_share(self) -> float:
        """How much of what was seen the graph has no knowledge of its own about, 0..1."""
        return self.reasoner.unknown_share(self.evidence, sum(c.confidence for c in self.cues))

    def paths(self, n: int = 5, emotion: str | None = None) -> list[Path]:
        """The n strongest paths to an emotion (the leading one if none is named)."""
        return strongest(self.finder.find(self.evidence, emotion or self.leading), n)

    def why(self) -> list[str]:
        """Three plain sentences built from the evidence."""
        return why(self)

    @property
    def leading(self) -> str:
        """The likeliest emotion."""
        return max(self.emotions, key=lambda label: self.emotions[label])

    def without(self, cue: str) -> Explanation:
        """The same image without a cue, named by its id, or without all that have this label.

        Raises EmographError where no cue is called that.
        """
        gone = {c.id for c in self.cues if cue in (c.id, c.label)}
        if not gone:
            likeliest = sorted(self.cues, key=lambda c: -c.confidence)[:5]
            raise EmographError(
                f"No cue of this image is called {cue!r}.",
                f"Name one by id or label, such as: {', '.join(c.id for c in likeliest)}.",
            )
        return self.what_if(dict.fromkeys(gone, 0.0))

    def what_if(self, confidences: Mapping[str, float]) -> Explanation:
        """The same image with other confidences, by cue id; a cue of confidence 0 is left out.

        The other votes stay as they were cast: they do not go by cues. Raises EmographError where
        no cue has that id, or a confidence is not in 0..1.
        """
        for id, confidence in confidences.items():
            if not 0.0 <= confidence <= 1.0:
                raise EmographError(
                    f"The cue {id!r} cannot have the confidence {confidence}.", "Say 0 to 1."
                )
            if all(cue.id != id for cue in self.cues):
                raise EmographError(
                    f"No cue of this image has the id {id!r}.",
                    "Name one of the ids in the explanation's cues.",
                )
        cues = {
            cue.id: replace(cue, confidence=confidences.get(cue.id, cue.confidence))
            for cue in self.cues
            if confidences.get(cue.id, 1.0) > 0.0
        }
        evidence = tuple(
            replace(piece, cue=cues[piece.cue.id])
            for piece in self.evidence
            if piece.cue.id in cues
        )
        gone = {cue.id for cue in self.cues} - cues.keys()
        given = {id: value for id, value in confidences.items() if id in cues}
        notes = [f"As if the cue {id} had the confidence {v:.2f}." for id, v in given.items()]
        if gone:
            notes.append(f"Without the cue {', '.join(sorted(gone))}.")
        return replace(
            self,
            cues=tuple(cues.values()),
            evidence=evidence,
            posterior=self.reasoner.infer(evidence),
            notes=(*self.notes, *notes),
            left_out=tuple(sorted({*self.left_out, *gone})),
            changed={**self.changed, **given},
        )

    def to_dict(self) -> dict[str, Any]:
        """The explanation as JSON values; `emograph.engine.explanation.document` has the schema."""
        return {
            "schema": SCHEMA_ID,
            "image": {
                "source": self.photo.source,
                "sha256": self.photo.sha256,
                "width": self.photo.width,
                "height": self.photo.height,
            },
            "scheme": self.posterior.scheme,
            "emotions": dict(self.emotions),
            "valence": self.valence,
            "arousal": self.arousal,
            "cues": [_cue(cue) for cue in self.cues],
            "prior": dict(self.posterior.prior),
            "contributions": [
                {"cue": c.cue, "emotion": c.emotion, "log_odds": c.log_odds}
                for c in self.contributions
            ],
            "paths": [_path(path) for path in self.paths(_PATHS_KEPT)],
            "why": self.why(),
            "unknown_share": self.unknown_share,
            "votes": {name: dict(vote) for name, vote in self.votes.items()},
            "gate": dict(self.weights),
            "notes": list(self.notes),
            "timings_ms": dict(self.timings_ms),
            "versions": dict(self.versions),
            **({"without": list(self.left_out)} if self.left_out else {}),
            **({"as_if": dict(self.changed)} if self.changed else {}),
        }

    def to_rdf(self) -> Dataset:
        """The explanation as an rdflib dataset, one named graph (PROV-O, SOSA, Onyx)."""
        from emograph.kg.provenance import explanation_graph

        return explanation_graph(self.to_dict())

    def to_html(self) -> str:
        """One self-contained page: the photo with regions, the bars, the evidence graph."""
        from emograph.engine.explanation.page import render_page

        return render_page(self.to_dict(), self._jpeg(960))

    def plot(self) -> Figure:
        """A matplotlib figure: photo, emotions, contributions."""
        from emograph.engine.explanation.plot import plot

        return plot(self.to_dict(), self.photo.pixels)

    def _repr_html_(self) -> str:
        from emograph.engine.explanation.page import render_card

        return render_card(self.to_dict(), self._jpeg(320))

    def _jpeg(self, side: int) -> bytes:
        image = Image.fromarray(self.photo.pixels)
        image.thumbnail((side, side))
        buffer = BytesIO()
        image.save(buffer, "JPEG", quality=85)
        return buffer.getvalue()

    def _felt(self, kind: str, coordinates: np.ndarray[Any, np.dtype[np.float64]]) -> float:
        labels = self.reasoner.matrix.scheme.labels
        told = {
            name: float(np.array([vote[e] for e in labels]) @ coordinates)
            for name, vote in self.votes.items()
            if name != "student"
        }
        if self.opinion is not None:
            told["student"] = getattr(self.opinion, kind)
        return self.feeling(kind, told)


def _cue(cue: Cue) -> dict[str, Any]:
    region = cue.region
    return {
        "id": cue.id,
        "kind": cue.kind,
        "label": cue.label,
        "confidence": min(max(cue.confidence, 0.0), 1.0),
        "region": region and {"x": region.x, "y": region.y, "w": region.w, "h": region.h},
        "detector": cue.detector,
        "concept": cue.concept,
    }


def _path(path: Path) -> dict[str, Any]:
    return {
        "cue": path.cue,
        "emotion": path.emotion,
        "log_odds": path.log_odds,
        "steps": [{"type": s.type, "id": s.id, "label": s.label} for s in path.steps],
        "relations": list(path.relations),
        "probability": path.probability,
        "baseline": path.baseline,
        "count": path.count,
        "source": path.source,
    }
