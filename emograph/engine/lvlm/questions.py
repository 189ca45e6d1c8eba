"""What a vision-language model is asked: in training, in evaluation and when it explains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from emograph.engine.lvlm.model import Question


@dataclass(frozen=True, slots=True)
class Ballot:
    """A question whose answer is one of its labels."""

    question: Question
    labels: tuple[str, ...]


def feeling(labels: Sequence[str]) -> Ballot:
    """What viewers feel, in the words of an emotion scheme.

    >>> feeling(["awe", "fear"]).question
    Question(text='Which feeling does it evoke: awe, fear?', opening='It evokes')
    """
    return _among("Which feeling does it evoke", "It evokes", labels)


def subject(labels: Sequence[str]) -> Ballot:
    """Which emotion a picture is about: the word that it would be found by."""
    return _among("Which emotion is it about", "It is about", labels)


def disaster(labels: Sequence[str]) -> Ballot:
    """Which disaster a picture shows, if any."""
    return _among("Which disaster does it show", "It shows", labels)


def _among(asked: str, opening: str, labels: Sequence[str]) -> Ballot:
    return Ballot(Question(f"{asked}: {', '.join(labels)}?", opening), tuple(labels))


NAMING: Mapping[str, Question] = {
    "scene": Question("What is the scene like?", "Scene:"),
    "object": Question("What is in the picture?", "Objects:"),
    "action": Question("What is being done?", "Actions:"),
    "facial_expression": Question("What do the faces show?", "Faces:"),
    "light": Question("What are light and colour like?", "Light:"),
    "text": Question("What is written in it?", "Text:"),
}
"""How each kind of cue is asked for; the answer is a list of labels."""

OTHER = Question("What else matters in it?", "Also:")
"""Answered with free words, for what the graph may not know."""

GLANCE = Question("What is seen, and what is felt?", "It shows")
"""What pruning asks of a picture before any question is known, where it goes by attention."""

CAPTION = Question("Describe the picture.", "Picture:")
"""Answered with a sentence."""


def why(emotion: str) -> Question:
    """Why a picture evokes an emotion; answered with the cues that speak for it."""
    return Question(f"Why does it evoke {emotion}?", "Because of")
