"""Answers to learn are drawn as often as they are right."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from emograph.engine.lvlm.model import Question
from emograph.engine.training.lessons import Choice, Listing, Saying, Taught, answer

QUESTION = Question("What is it?", "It is")


def drawn(lesson: Choice | Listing | Saying, n: int) -> list[tuple[str, ...]]:
    rng = np.random.default_rng(0)
    return [answer(lesson, rng).parts for _ in range(n)]


def test_a_choice_is_answered_by_its_shares() -> None:
    parts = Counter(drawn(Choice(QUESTION, {"awe": 0.75, "fear": 0.25}), 400))
    assert set(parts) == {(" awe", "."), (" fear", ".")}
    assert parts[" awe", "."] == pytest.approx(300, abs=40)


def test_a_list_names_no_label_twice_and_ends_with_a_stop() -> None:
    weights = {label: weight + 1.0 for weight, label in enumerate("abcdef")}
    first: Counter[str] = Counter()
    for parts in drawn(Listing(QUESTION, weights), 300):
        labels = parts[::2]
        assert len(labels) == len(set(labels)) == 4
        assert parts[1::2] == (",", ",", ",", ".")
        first[labels[0]] += 1
    assert first[" f"] > 3 * first[" a"]


def test_an_empty_list_is_a_stop() -> None:
    (parts,) = drawn(Listing(QUESTION, {}), 1)
    assert parts == (".",)


def test_the_shares_of_a_list_say_how_right_each_beginning_is() -> None:
    given = answer(Listing(QUESTION, {"sea": 3.0, "sky": 1.0}), np.random.default_rng(0))
    assert given.first == {"sea": 0.75, "sky": 0.25}


def test_a_text_is_one_part() -> None:
    assert drawn(Saying(QUESTION, "A dog."), 1) == [(" A dog.",)]


def test_some_lessons_are_always_given_and_some_in_turn() -> None:
    always, sometimes = Saying(QUESTION, "a"), [Saying(QUESTION, text) for text in "bcd"]
    taught = Taught(Path("a.jpg"), (always,), tuple(sometimes), asked=2)
    rng = np.random.default_rng(0)
    shown = [taught.lessons(rng) for _ in range(60)]
    assert all(lessons[0] == always and len(lessons) == 3 for lessons in shown)
    assert {lesson for lessons in shown for lesson in lessons} == {always, *sometimes}
