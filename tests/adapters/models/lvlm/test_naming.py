"""Lists and free words of every family."""

import numpy as np
import pytest

from emograph.adapters.models.lvlm.loading import build_lvlm
from emograph.engine.lvlm.model import Named, Naming, Question, Sampling
from tests.adapters.models.lvlm.checkpoints import LABELS
from tests.adapters.models.lvlm.conftest import Made, photo
from tests.adapters.models.lvlm.reference import chances_of

THINGS = Naming("thing", Question("What can be seen here?", "It shows"), LABELS, 40)
FEELINGS = Naming("feeling", Question("And what do you feel?", "I feel"), ("joy", "fear"), 9)
FREE = Naming("free", Question("Describe the picture, in a few words, please.", "It is"), (), 6)


def test_lists_have_labels_only_none_twice(made: Made) -> None:
    view = made.model.look(photo(40, 30))
    lengths = set()
    for seed in range(12):
        for tokens in (1, 2, 4, 7, 12, 40):
            naming = Naming("thing", THINGS.question, LABELS, tokens)
            (items,) = view.name([naming], Sampling(temperature=1.0, seed=seed))
            named = [item.label for item in items]
            assert set(named) <= set(LABELS)
            assert len(named) == len(set(named))
            assert all(0 < item.confidence <= 1 for item in items)
            lengths.add(len(named))
    assert len(lengths) > 1


def test_confidence_is_that_of_the_model_itself(made: Made) -> None:
    """Also where answers of different length stand beside each other in one batch."""
    shown = photo(64, 40)
    namings = [THINGS, FEELINGS, FREE]
    for seed in range(4):
        answers = made.model.look(shown).name(namings, Sampling(temperature=1.0, seed=seed))
        for naming, items in zip(namings[:2], answers[:2], strict=True):
            text = ",".join(f" {item.label}" for item in items) + "."
            chances, tokens = chances_of(made, shown, naming.question, text)
            said = [float(step[token]) for step, token in zip(chances, tokens, strict=True)]
            assert len(tokens) <= naming.tokens
            assert [item.confidence for item in items] == pytest.approx(
                _confidences(made, items, said), rel=1e-3
            )


def _confidences(made: Made, items: tuple[Named, ...], said: list[float]) -> list[float]:
    """The products over each item's tokens; one token stands between items."""
    start, found = 0, []
    for item in items:
        word = made.tokenizer(f"a {item.label}", add_special_tokens=False).input_ids
        length = len(word) - len(made.tokenizer("a", add_special_tokens=False).input_ids)
        found.append(float(np.exp(np.sum(said[start : start + length]))))
        start += length + 1
    return found


def test_the_likeliest_is_taken_at_temperature_0(llava: Made) -> None:
    shown = photo(64, 40)
    (items,) = llava.model.look(shown).name([FEELINGS])
    chances, _ = chances_of(llava, shown, FEELINGS.question, ".")
    ids = {
        word: llava.tokenizer(f"a {word}", add_special_tokens=False).input_ids[1]
        for word in ("joy", "fear")
    }
    stop = llava.tokenizer("a.", add_special_tokens=False).input_ids[1]
    best = max((*ids.values(), stop), key=lambda token: float(chances[0][token]))
    assert [item.label for item in items][:1] == [w for w, token in ids.items() if token == best]


def test_the_same_seed_says_the_same(made: Made) -> None:
    view = made.model.look(photo(40, 30))
    said = [
        [view.name([THINGS, FREE, FEELINGS], Sampling(1.0, seed)) for seed in range(5)]
        for _ in range(2)
    ]
    assert said[0] == said[1]
    assert len({str(answers) for answers in said[0]}) > 1


def test_an_answer_does_not_depend_on_what_is_asked_beside_it(made: Made) -> None:
    view = made.model.look(photo(40, 30))
    together = view.name([FREE, THINGS, FEELINGS], Sampling(1.0, 7))
    for naming, items in zip([FREE, THINGS, FEELINGS], together, strict=True):
        (alone,) = view.name([naming], Sampling(1.0, 7))
        assert [item.label for item in alone] == [item.label for item in items]


def test_free_words_are_plain_and_short(made: Made) -> None:
    view = made.model.look(photo(40, 30))
    for seed in range(10):
        (items,) = view.name([FREE], Sampling(1.0, seed))
        assert len(items) <= 1
        for item in items:
            assert item.label
            assert item.label == " ".join(item.label.split())
            assert (
                item.label.replace(" ", "")
                .replace("-", "")
                .replace(",", "")
                .replace("'", "")
                .isalnum()
            )
            assert 0 < item.confidence <= 1


def test_nothing_asked_nothing_said(llava: Made) -> None:
    view = llava.model.look(None)
    assert view.name([]) == []
    assert view.name([Naming("x", THINGS.question, LABELS, 0)]) == [()]
    assert view.name([Naming("x", THINGS.question, (), 0)]) == [()]


def test_without_a_picture_too(made: Made) -> None:
    (items, free) = made.model.look(None).name([THINGS, FREE], Sampling(1.0, 3))
    assert {item.label for item in items} <= set(LABELS)
    assert len(free) <= 1


def test_an_answer_may_begin_without_a_space(llava: Made) -> None:
    model = build_lvlm(
        llava.network, llava.tokenizer, llava.image_processor, "made", template=_AFTER_A_LINE
    )
    naming = Naming("thing", Question("What can be seen here?", ""), ("sea", "sea lion", "dog"))
    view = model.look(photo(30, 30))
    said = {
        item.label for seed in range(20) for item in view.name([naming], Sampling(9.0, seed))[0]
    }
    assert said == {"sea", "sea lion", "dog"}
    assert np.isfinite(view.log_likelihoods(naming.question, ("sea", "dog"))).all()


_AFTER_A_LINE = (
    "{% for message in messages %}{% for part in message['content'] %}"
    "{{ '<image>' if part['type'] == 'image' else part['text'] }}{% endfor %}\n{% endfor %}"
)
