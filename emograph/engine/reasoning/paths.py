"""The ways from a cue to an emotion, with what each of them adds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from emograph.engine.cues import Evidence
from emograph.engine.reasoning.appraisals import appraisal_profiles, appraisals_of
from emograph.engine.reasoning.reasoner import Reasoner, weights_of
from emograph.engine.reasoning.witnesses import APPRAISED, COUNTED, Witness
from emograph.kg.graph import KnowledgeGraph


@dataclass(frozen=True, slots=True)
class Step:
    """A node of a path: a cue, a concept, an appraisal or an emotion."""

    type: str
    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Path:
    """One way from a cue to an emotion.

    `relations` are the words between the steps. `probability` is P(emotion | last node), `baseline`
    P(emotion) by the same source, `count` how many observations stand behind it: 0 where the share
    was not counted but written or inferred. All paths of a cue
    to an emotion add up to its contribution.
    """

    cue: str
    emotion: str
    log_odds: float
    steps: tuple[Step, ...]
    relations: tuple[str, ...]
    probability: float
    baseline: float
    count: float
    source: str


class PathFinder:
    """Finds the paths behind a posterior of one reasoner."""

    def __init__(self, graph: KnowledgeGraph, reasoner: Reasoner) -> None:
        self.reasoner = reasoner
        self._scheme = reasoner.matrix.scheme
        self._concepts = {concept.iri: concept for concept in graph.concepts()}
        self._appraisals = {appraisal.iri: appraisal.label for appraisal in graph.appraisals()}
        self._profiles = appraisal_profiles(graph, self._scheme)
        self._judged = appraisals_of(graph)
        self._sources = source_labels(graph)

    def find(self, evidence: Sequence[Evidence], emotion: str) -> list[Path]:
        """All paths to an emotion, the strongest (for or against) first."""
        matrix = self.reasoner.matrix
        known = [e for e in evidence if e.concept in matrix.rows]
        rows = [matrix.rows[e.concept] for e in known]
        weights = weights_of(known)
        column = self._scheme.labels.index(emotion)
        paths = []
        for witness in matrix.witnesses:
            added = weights * self.reasoner.weighed(witness.log_odds[rows])[:, column]
            for piece, row, log_odds in zip(known, rows, added.tolist(), strict=True):
                if log_odds:
                    paths.append(self._path(piece, witness, row, column, log_odds))
        return sorted(paths, key=lambda path: (-abs(path.log_odds), path.cue, path.source))

    def _path(
        self, piece: Evidence, witness: Witness, row: int, column: int, log_odds: float
    ) -> Path:
        concept = self.reasoner.matrix.vocabulary.concepts[row]
        steps = [
            Step("cue", piece.cue.id, piece.cue.label),
            Step("concept", concept.iri, concept.label),
        ]
        relations = ["stands for"]
        probability, count = witness.probability[row, column], 0.0
        if witness.name == APPRAISED:
            self._through_appraisal(concept.iri, column, steps, relations)
        elif witness.name == COUNTED:
            nearest = int(witness.kin[row])
            count = witness.own[nearest]
            if nearest != row:
                kin = self.reasoner.matrix.vocabulary.concepts[nearest]
                steps.append(Step("concept", kin.iri, kin.label))
                relations.append("is close to")
        steps.append(Step("emotion", self._scheme.iris[column], self._scheme.labels[column]))
        relations.append("evokes" if witness.name == APPRAISED else "goes with")
        return Path(
            cue=piece.cue.id,
            emotion=self._scheme.labels[column],
            log_odds=log_odds,
            steps=tuple(steps),
            relations=tuple(relations),
            probability=float(probability),
            baseline=float(witness.baseline[column]),
            count=float(count),
            source=", ".join(self._sources.get(iri, witness.name) for iri in witness.sources),
        )

    def _through_appraisal(
        self, iri: str, column: int, steps: list[Step], relations: list[str]
    ) -> None:
        """Add the broader concepts up to one with appraisals, and the appraisal that says most."""
        way = self._way_up(iri)
        # A label's synset often has the label's own name; saying so explains nothing.
        for broader in way[1:]:
            if self._concepts[broader].label != steps[-1].label:
                steps.append(Step("concept", broader, self._concepts[broader].label))
                relations.append("is a kind of")
        told = self._profiles
        judgement = {a: p for a, p in self._judged.get(way[-1], {}).items() if a in told}
        if judgement:
            uniform = 1.0 / len(self._scheme.labels)
            most = max(
                judgement,
                key=lambda a: (abs(judgement[a] * (told[a][column] - uniform)), a),
            )
            steps.append(Step("appraisal", most, self._appraisals[most]))
            relations.append("is appraised as")

    def _way_up(self, iri: str) -> list[str]:
        """From a concept to its nearest broader one with appraisals, one line of descent."""
        level = [[iri]]
        seen = {iri}
        while level:
            for way in level:
                if way[-1] in self._judged:
                    return way
            level = [
                [*way, parent]
                for way in level
                for parent in self._concepts[way[-1]].broader
                if parent in self._concepts and parent not in seen
            ]
            seen.update(way[-1] for way in level)
        return [iri]


def source_labels(graph: KnowledgeGraph) -> Mapping[str, str]:
    """The names of all sources of knowledge, by IRI."""
    found = graph.query(
        "SELECT ?source ?label WHERE { ?source a emo:Source ; skos:prefLabel ?label }"
    )
    return {str(source): str(label) for source, label in found.rows}


def strongest(paths: Sequence[Path], n: int) -> list[Path]:
    """The n strongest paths, at most two of them from one cue, so that several cues are heard."""
    taken: dict[str, int] = {}
    kept = []
    for path in paths:
        taken[path.cue] = taken.get(path.cue, 0) + 1
        if taken[path.cue] <= 2:
            kept.append(path)
    return kept[:n]
