"""What a question is understood as, and that no text whatever breaks the reader."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emograph.engine.retrieval.parsing import LONGEST, Asked, read_question
from emograph.errors import EmographError

EMOTIONS = {"awe": "awe", "fear": "fear", "happy for": "happy-for", "calm": "contentment"}
EMOTIONS |= {"contentment": "contentment"}
THINGS = ("mountain", "dog", "golden retriever", "Flood", "urn:x")


class Names:
    """A graph of a few names."""

    def emotion(self, name: str) -> str | None:
        return EMOTIONS.get(name.lower().replace("-", " "))

    def thing(self, name: str) -> str | None:
        known = {thing.lower(): thing for thing in THINGS}
        return known.get(name.lower().removeprefix("a ").removesuffix("s"))

    def close_emotions(self, name: str) -> list[str]:
        return ["fear"] if name.startswith("f") else []

    def close_things(self, name: str) -> list[str]:
        return ["mountain"] if name.startswith("m") else []


def read(text: str) -> Asked:
    return read_question(text, Names())


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("awe", Asked({"awe": 1.0})),
        ("Awe 0.7, fear 0.3", Asked({"awe": 0.7, "fear": 0.3})),
        ("awe 70%, fear: 30 %", Asked({"awe": 0.7, "fear": 0.3})),
        ("awe and fear", Asked({"awe": 0.5, "fear": 0.5})),
        ("happy-for", Asked({"happy-for": 1.0})),
        ("awe without mountain", Asked({"awe": 1.0}, unseen=("mountain",))),
        ("awe and not a dog", Asked({"awe": 1.0}, unseen=("a dog",))),
        ("awe with golden retriever", Asked({"awe": 1.0}, seen=("golden retriever",))),
        ("fear and cue:Flood", Asked({"fear": 1.0}, seen=("Flood",))),
        ('fear not cue:"golden retriever"', Asked({"fear": 1.0}, unseen=("golden retriever",))),
        ("cue:golden_retriever", Asked(seen=("golden retriever",))),
        ("concept:urn:x", Asked(seen=("urn:x",))),
        ("without dogs", Asked(unseen=("dogs",))),
        ("a quiet morning", Asked(words="a quiet morning")),
        ("a man with a dog", Asked(words="a man with a dog")),
        ("a man with a hat without dogs", Asked(words="a man with a hat", unseen=("dogs",))),
        ("not so bad, really", Asked(words="not so bad, really")),
        ("awe, a quiet lake", Asked({"awe": 1.0}, words="a quiet lake")),
        ("awe with a quiet lake", Asked({"awe": 1.0}, words="a quiet lake")),
        ('words:"awe without dog"', Asked(words="awe without dog")),
        ("catch 22", Asked(words="catch 22")),
        ("", Asked()),
    ],
)
def test_a_question_is_understood(text: str, asked: Asked) -> None:
    found = read(text)
    assert found.emotions == pytest.approx(asked.emotions)
    assert (found.words, found.seen, found.unseen) == (asked.words, asked.seen, asked.unseen)


@pytest.mark.parametrize(
    ("text", "what", "todo"),
    [
        ("awe without mountin", "no concept 'mountin'", "Did you mean mountain?"),
        ("cue:xyz", "no concept 'xyz'", "Name what can be seen"),
        ("feer 0.7", "no emotion 'feer'", "Did you mean fear?"),
        ("awe 0", "add up to nothing", "more than 0"),
        ("x" * (LONGEST + 1), "1001 characters", "at most"),
    ],
)
def test_what_is_not_known_is_told(text: str, what: str, todo: str) -> None:
    with pytest.raises(EmographError) as caught:
        read(text)
    assert what in caught.value.what
    assert todo in caught.value.todo


PIECES = st.lists(
    st.sampled_from(
        [
            *EMOTIONS,
            *THINGS,
            "with", "without", "and", "not", "but", ",", ":", '"', "0.3", "70%", "1e999", "cue:",
            "cue:dog", 'cue:"', "concept:", "words:", 'words:"a, b', "a quiet lake", "٣", "∞",
        ]
    )
).map(" ".join)  # fmt: skip


@given(st.one_of(st.text(), PIECES))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        asked = read(text)
    except EmographError:
        return
    if asked.emotions:
        assert sum(asked.emotions.values()) == pytest.approx(1.0)
        assert all(0.0 < share <= 1.0 for share in asked.emotions.values())


@given(PIECES)
def test_the_canonical_form_reads_the_same(text: str) -> None:
    try:
        asked = read(text)
    except EmographError:
        return
    again = read(str(asked))
    assert again.emotions == pytest.approx(asked.emotions, abs=1e-5)
    assert (again.words, again.seen, again.unseen) == (asked.words, asked.seen, asked.unseen)
    assert str(read(str(again))) == str(again)
