"""Three plain sentences that say nothing but what is in the evidence."""

import re
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emograph.engine.cues import Cue
from emograph.engine.explanation.explanation import Explanation
from emograph.engine.gate import Gate
from emograph.engine.reasoning.paths import PathFinder
from emograph.engine.reasoning.reasoner import Balance, Reasoner
from emograph.kg import terms
from emograph.kg.graph import KnowledgeGraph
from tests.engine.conftest import SCHEMES, Explain
from tests.engine.making import cue

DARK, LIGHT = (terms.concept("brightness", step) for step in ("0.0", "0.9"))
DRAWN = st.lists(st.tuples(st.integers(0, 9999), st.floats(0.05, 1.0)), max_size=6)


def quoted(sentences: list[str]) -> set[str]:
    return set(re.findall("“(.+?)”", " ".join(sentences)))


def seen(finder: PathFinder, drawn: list[tuple[int, float]]) -> list[Cue]:
    concepts = finder.reasoner.matrix.vocabulary.concepts
    return [
        cue(f"a:{i}", c, label=f"thing {i}", iri=concepts[n % len(concepts)].iri)
        for i, (n, c) in enumerate(drawn)
    ]


@pytest.mark.parametrize("scheme", SCHEMES)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=DRAWN)
def test_there_are_three_sentences_about_what_was_seen(
    scheme: str,
    drawn: list[tuple[int, float]],
    finders: Mapping[str, PathFinder],
    explain: Explain,
) -> None:
    cues = seen(finders[scheme], drawn)
    explanation = explain(*cues, cue("z", label="no evidence"), finder=finders[scheme])
    sentences = explanation.why()
    assert len(sentences) == 3
    for sentence in sentences:
        assert sentence.endswith(".")
        assert sentence[0].isupper()
        assert "_" not in sentence
    told = quoted(sentences)
    assert "no evidence" not in told
    steps = {s.label for p in explanation.paths(1000) for s in p.steps if s.type != "emotion"}
    assert told <= steps | {e.cue.label for e in explanation.evidence}


def test_the_likeliest_emotions_lead_with_their_shares(explain: Explain) -> None:
    explanation = explain(cue("a", label="dark", iri=DARK))
    order = sorted(explanation.emotions.items(), key=lambda item: -item[1])
    lead = explanation.why()[0]
    for emotion, share in order[:2]:
        assert f"{emotion} ({share * 100:.0f}\N{NO-BREAK SPACE}%)" in lead
    assert lead.index(order[0][0]) < lead.index(order[1][0])


def test_without_cues_it_says_that_nothing_was_seen(explain: Explain) -> None:
    for explanation in (explain(), explain(cue("a", label="xyzzy"))):
        _, middle, last = explanation.why()
        assert middle == "Nothing was seen in it that the knowledge graph knows."
        assert last == "The answer is what is expected of any image."


def two_minded(finder: PathFinder, explain: Explain) -> tuple[Cue, str]:
    """A cue from which one way leads to an emotion that all ways together lead away from."""
    for concept in finder.reasoner.matrix.vocabulary.concepts:
        one = cue("a", label="thing", iri=concept.iri)
        explanation = explain(one, finder=finder)
        for contribution in explanation.contributions:
            if contribution.log_odds < -0.1:
                ways = explanation.paths(1000, contribution.emotion)
                if any(way.log_odds > 0.1 and way.probability > 2 * way.baseline for way in ways):
                    return one, contribution.emotion
    raise LookupError("No cue is of two minds.")


def test_a_cue_of_two_minds_does_not_speak_for_what_it_speaks_against(
    finders: Mapping[str, PathFinder], graph: KnowledgeGraph, explain: Explain
) -> None:
    one, emotion = two_minded(finders["mikels"], explain)
    explanation = explain(one, finder=favouring(emotion, finders["mikels"], graph))
    assert explanation.leading == emotion
    assert "thing" not in quoted(explanation.why()[-2:-1])


def test_a_single_cue_speaks_for_or_against(explain: Explain) -> None:
    sentences = explain(cue("a", label="dark", iri=DARK)).why()
    assert "dark" in quoted(sentences[1:])


def test_what_speaks_against_it_comes_with_what_would_be_without_it(explain: Explain) -> None:
    explanation = explain(
        *(cue(f"a:{i}", 0.9, label="dark", iri=DARK, detector=f"d{i}") for i in range(4)),
        cue("b", 0.9, label="light", iri=LIGHT, detector="e"),
    )
    leading = explanation.leading
    against = min(
        (c for c in explanation.contributions if c.emotion == leading), key=lambda c: c.log_odds
    )
    label = next(c.label for c in explanation.cues if c.id == against.cue)
    sentence = explanation.why()[2]
    assert f"Against it speaks “{label}”" in sentence
    without = explanation.without(against.cue).emotions[leading]
    assert f"{without * 100:.0f}\N{NO-BREAK SPACE}% instead of" in sentence


def favouring(emotion: str, finder: PathFinder, graph: KnowledgeGraph) -> PathFinder:
    labels = finder.reasoner.matrix.scheme.labels
    mean = np.where([label == emotion for label in labels], -9.0, 0.0)
    balance = Balance(mean, np.ones(len(labels)))
    return PathFinder(graph, Reasoner(finder.reasoner.matrix, balance))


def test_a_neutral_feeling_is_called_one(
    finders: Mapping[str, PathFinder], graph: KnowledgeGraph, explain: Explain
) -> None:
    finder = favouring("neutral", finders["ekman"], graph)
    explanation: Explanation = explain(cue("a", label="dark", iri=DARK), finder=finder)
    assert explanation.leading == "neutral"
    sentences = explanation.why()
    assert sentences[0].startswith("Most of all this image evokes a neutral feeling (")
    assert not re.search(r"(?<!a )neutral", " ".join(sentences))


def test_what_hardly_speaks_is_not_made_much_of(explain: Explain) -> None:
    explanation = explain(cue("a", 1e-6, label="dark", iri=DARK))
    leading = explanation.leading
    feeling = leading.replace("_", " ")
    assert explanation.why()[1:] == [
        f"No single cue speaks clearly for {feeling}.",
        "Nothing that was seen speaks clearly against it.",
    ]


def test_cues_of_one_label_are_told_once(explain: Explain) -> None:
    twice = [cue(f"a:{i}", 0.9, label="dark", iri=DARK, detector=f"d{i}") for i in range(2)]
    assert explain(*twice).why()[1].count("“dark”") <= 1


def voted(explanation: Explanation, emotion: str, share: float) -> Explanation:
    """The same, where a vision-language model voted for an emotion."""
    others = [e for e in explanation.emotions if e != emotion]
    vote = {emotion: share, **dict.fromkeys(others, (1 - share) / len(others))}
    gate = Gate({"graph": 0.0, "lvlm": float(np.log(3))})
    return replace(explanation, lvlm=vote, gate=gate)


def test_who_says_otherwise_is_told(explain: Explain) -> None:
    plain = explain(cue("a", label="dark", iri=DARK))
    graph = plain.leading
    other = next(e for e in plain.emotions if e != graph)
    explanation = voted(plain, other, 0.9)
    assert explanation.leading == other
    _, votes, counted, *_ = explanation.why()
    percent = "\N{NO-BREAK SPACE}%"
    assert votes.startswith("The knowledge graph (")
    assert f") says {graph}; " in votes
    assert votes.endswith(f"the vision-language model (90{percent}) says {other}.")
    said = f"The vision-language model counts 75{percent}, the knowledge graph 25{percent}."
    assert counted == said


def test_who_agrees_is_told(explain: Explain) -> None:
    plain = explain(cue("a", label="dark", iri=DARK))
    sentences = voted(plain, plain.leading, 0.9).why()
    assert len(sentences) == 5
    assert sentences[1].endswith("and the vision-language model (90\N{NO-BREAK SPACE}%) agree.")


def test_a_vote_stands_where_nothing_was_seen(explain: Explain) -> None:
    sentences = voted(explain(), "awe", 0.9).why()
    assert "awe" in sentences[0]
    assert "Nothing was seen" in sentences[-1]


def test_a_cue_that_is_left_out_moves_the_graphs_vote_alone(explain: Explain) -> None:
    explanation = voted(explain(cue("a", label="dark", iri=DARK)), "awe", 0.9)
    without = explanation.without("a")
    assert without.votes["lvlm"] == explanation.votes["lvlm"]
    assert without.votes["graph"] != explanation.votes["graph"]
    assert sum(without.emotions.values()) == pytest.approx(1.0)
