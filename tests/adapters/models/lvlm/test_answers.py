"""The rules of lists, on tries made of any tokens."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from emograph.adapters.models.lvlm.answers import FreeAnswer, ListAnswer
from emograph.adapters.models.lvlm.trie import NONE, LabelTrie, Unnamed
from emograph.engine.lvlm.model import Named

COMMA, STOP = 1, 2
# Few tokens, so that labels begin alike; also labels that hold a comma or a full stop.
PATHS = st.lists(
    st.lists(st.integers(1, 6), min_size=0, max_size=4).map(tuple), max_size=12, unique=True
)


def say(trie: LabelTrie, labels: list[str], tokens: int, choose: st.DataObject) -> list[int]:
    answer = ListAnswer(trie, labels, COMMA, STOP, tokens)
    said: list[int] = []
    while not answer.is_ended:
        allowed = answer.allowed()
        assert len(allowed)
        assert len(set(allowed.tolist())) == len(allowed)
        said.append(choose.draw(st.sampled_from(allowed.tolist())))
        answer.add(said[-1], -0.5)
    assert said == [] if tokens < 1 else said[-1] == STOP
    assert len(said) <= max(tokens, 0)
    named = [item.label for item in answer.items()]
    assert len(named) == len(set(named))
    # What was said is what was named, token by token.
    written: list[int] = []
    for i, label in enumerate(named):
        written += [COMMA] * (i > 0) + list(map(int, label.split()))
    assert said == written + [STOP] * (tokens > 0)
    return said


@given(PATHS, st.integers(-1, 20), st.data())
def test_whatever_is_begun_is_brought_to_its_end(
    paths: list[tuple[int, ...]], tokens: int, data: st.DataObject
) -> None:
    labels = [" ".join(map(str, path)) for path in paths]
    say(LabelTrie.of(paths, paths), labels, tokens, data)


@given(PATHS, st.integers(-1, 20), st.data())
def test_the_first_item_may_be_written_otherwise(
    paths: list[tuple[int, ...]], tokens: int, data: st.DataObject
) -> None:
    first = [(9, *path) if path else () for path in paths]
    trie = LabelTrie.of(first, paths)
    answer = ListAnswer(trie, [str(i) for i in range(len(paths))], COMMA, STOP, tokens)
    said = []
    while not answer.is_ended:
        said.append(data.draw(st.sampled_from(answer.allowed().tolist())))
        answer.add(said[-1], 0.0)
    assert 9 not in said[1:]
    named = [item.label for item in answer.items()]
    assert len(named) == len(set(named))
    assert bool(named) == (9 in said)


def test_a_label_that_begins_another() -> None:
    sea, lion, cub = (5,), (5, 6), (5, 6, 7)
    trie = LabelTrie.of([sea, lion, cub], [sea, lion, cub])
    answer = ListAnswer(trie, ("sea", "sea lion", "cub"), COMMA, STOP, 20)
    for token in (*lion, COMMA):
        answer.add(token, np.log(0.25))
    # "sea" may still be said, "sea lion" only as the beginning of the cub.
    answer.add(5, np.log(0.5))
    assert set(answer.allowed()) == {COMMA, STOP, 6}
    answer.add(6, np.log(0.5))
    assert set(answer.allowed()) == {7}
    answer.add(7, np.log(0.5))
    answer.add(COMMA, 0.0)
    answer.add(5, 0.0)
    # Nothing is left to be named after a comma.
    assert set(answer.allowed()) == {STOP}
    answer.add(STOP, 0.0)
    assert answer.is_ended
    assert [item.label for item in answer.items()] == ["sea lion", "cub", "sea"]
    assert [round(item.confidence, 6) for item in answer.items()] == [0.0625, 0.125, 1.0]


def test_near_the_end_only_what_can_be_finished() -> None:
    trie = LabelTrie.of([(5,), (6, 7, 8)], [(5,), (6, 7, 8)])
    labels = ("short", "long one")
    assert set(ListAnswer(trie, labels, COMMA, STOP, 4).allowed()) == {5, 6, STOP}
    assert set(ListAnswer(trie, labels, COMMA, STOP, 3).allowed()) == {5, STOP}
    assert set(ListAnswer(trie, labels, COMMA, STOP, 1).allowed()) == {STOP}
    answer = ListAnswer(trie, labels, COMMA, STOP, 5)
    answer.add(5, 0.0)
    assert set(answer.allowed()) == {STOP}
    answer = ListAnswer(trie, labels, COMMA, STOP, 6)
    answer.add(5, 0.0)
    assert set(answer.allowed()) == {COMMA, STOP}


def test_labels_without_tokens_or_with_those_of_another_are_left_out() -> None:
    trie = LabelTrie.of([(5,), (), (5,)], [(5,), (), (5,)])
    assert trie.ends == ((1,), (), ())
    left = Unnamed.all(trie).without(0)
    assert (left.label == NONE).all()
    assert len(left.tokens(trie.later, 99)) == 0


def test_a_large_vocabulary_is_struck_out_one_by_one() -> None:
    rng = np.random.default_rng(0)
    paths = [tuple(rng.integers(3, 400, rng.integers(1, 4)).tolist()) for _ in range(3000)]
    unnamed = Unnamed.all(LabelTrie.of(paths, paths))
    struck: set[int] = set()
    for label in rng.permutation(3000)[:200].tolist():
        if not unnamed.trie.ends[label]:
            continue
        unnamed = unnamed.without(label)
        struck.add(label)
        rest = [
            len(path) for i, path in enumerate(paths) if i not in struck and unnamed.trie.ends[i]
        ]
        assert unnamed.need[0] == min(rest)


def test_free_words_end_at_an_end_or_when_tokens_run_out() -> None:
    def free(tokens: int) -> FreeAnswer:
        return FreeAnswer(np.array([1, 2, 3, 9]), frozenset({9}), str, tokens)

    answer = free(3)
    for token in (1, 2, 3):
        assert not answer.is_ended
        answer.add(token, np.log(0.5))
    assert answer.is_ended
    assert answer.items() == (Named("[1, 2, 3]", 0.5),)
    answer = free(3)
    answer.add(1, 0.0)
    answer.add(9, -5.0)
    assert answer.is_ended
    assert answer.items() == (Named("[1]", 1.0),)
    blank = FreeAnswer(np.array([1, 9]), frozenset({9}), lambda _: " ,", 3)
    blank.add(1, 0.0)
    blank.add(9, 0.0)
    assert blank.items() == ()
