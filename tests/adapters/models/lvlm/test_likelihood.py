"""Likelihoods of every family, against one forward over the whole text."""

import threading

import numpy as np
import pytest
import torch

from emograph.adapters.models.lvlm.loading import build_lvlm, load_lvlm
from emograph.engine.lvlm.model import Naming, Question
from tests.adapters.models.lvlm.checkpoints import EMOTIONS
from tests.adapters.models.lvlm.conftest import Made, photo
from tests.adapters.models.lvlm.reference import log_likelihood

FEEL = Question("What do you feel?", "The picture makes me feel")


@pytest.mark.parametrize("size", [(64, 40), (30, 50), (48, 48)])
def test_equal_one_forward_over_everything(made: Made, size: tuple[int, int]) -> None:
    shown = photo(*size)
    found = made.model.look(shown).log_likelihoods(FEEL, EMOTIONS)
    expected = [log_likelihood(made, shown, FEEL, f" {answer}") for answer in EMOTIONS]
    np.testing.assert_allclose(found, expected, atol=1e-3)


def test_equal_one_forward_without_a_picture(made: Made) -> None:
    found = made.model.look(None).log_likelihoods(FEEL, EMOTIONS)
    expected = [log_likelihood(made, None, FEEL, f" {answer}") for answer in EMOTIONS]
    np.testing.assert_allclose(found, expected, atol=1e-3)


def test_questions_of_one_view_do_not_disturb_each_other(made: Made) -> None:
    view = made.model.look(photo(40, 30))
    first = view.log_likelihoods(FEEL, EMOTIONS)
    view.log_likelihoods(Question("What can be seen here?", "It shows"), ("a dog", "a sea lion"))
    view.name([Naming("thing", FEEL, ("dog", "sea"))])
    # Another picture before the same model's eyes must not move this one's positions.
    made.model.look(photo(20, 64)).log_likelihoods(FEEL, EMOTIONS)
    assert (view.log_likelihoods(FEEL, EMOTIONS) == first).all()


def test_the_picture_matters(made: Made) -> None:
    one, other = (made.model.look(photo(40, 40, seed)) for seed in (1, 2))
    found = [view.log_likelihoods(FEEL, EMOTIONS) for view in (one, other, made.model.look(None))]
    assert np.abs(found[0] - found[1]).max() > 1e-2
    assert np.abs(found[0] - found[2]).max() > 1e-2


def test_a_picture_is_encoded_once(made: Made) -> None:
    model = build_lvlm(
        made.network, made.tokenizer, made.image_processor, "made", family=made.family
    )
    inner = made.network.model
    eyes = next(
        getattr(inner, name)
        for name in ("vision_tower", "visual", "vision_model")
        if hasattr(inner, name)
    )
    seen: list[int] = []
    hook = eyes.register_forward_hook(lambda *_: seen.append(1))
    try:
        view = model.look(photo(64, 40))
        for _ in range(2):
            view.log_likelihoods(FEEL, EMOTIONS)
            view.name([Naming("thing", FEEL, ("dog", "sea")), Naming("free", FEEL, tokens=3)])
    finally:
        hook.remove()
    assert len(seen) == 1
    assert model.name == "made"


def test_an_answer_of_no_tokens_cannot_be_scored(llava: Made) -> None:
    view = llava.model.look(photo(30, 30))
    scores = view.log_likelihoods(Question("What do you feel?", "I feel "), ("", "joy"))
    assert scores[0] == -np.inf
    assert np.isfinite(scores[1])
    assert view.log_likelihoods(FEEL, ()).shape == (0,)


def test_many_answers_are_read_in_batches(llava: Made) -> None:
    view = llava.model.look(photo(30, 30))
    answers = [f"a dog of {i} years and {'more ' * (i % 5)}days" for i in range(150)]
    found = view.log_likelihoods(FEEL, answers)
    assert found[[3, 77, 149]] == pytest.approx(
        [view.log_likelihoods(FEEL, [answers[i]])[0] for i in (3, 77, 149)], abs=1e-3
    )


def test_attention_written_out_says_the_same(made: Made) -> None:
    eager = load_lvlm(made.family, made.folder, dtype=torch.float32, attention="eager")
    shown = photo(50, 30)
    np.testing.assert_allclose(
        eager.look(shown).log_likelihoods(FEEL, EMOTIONS),
        made.model.look(shown).log_likelihoods(FEEL, EMOTIONS),
        atol=1e-3,
    )


def test_half_precision_is_near(made: Made) -> None:
    half = load_lvlm(made.family, made.folder, dtype="bfloat16")
    shown = photo(50, 30)
    found = half.look(shown).log_likelihoods(FEEL, EMOTIONS)
    expected = made.model.look(shown).log_likelihoods(FEEL, EMOTIONS)
    assert np.abs(found - expected).max() < 3


def test_threads_get_what_one_gets(llava: Made) -> None:
    photos = [photo(40, 30, seed) for seed in range(4)]
    expected = [llava.model.look(shown).log_likelihoods(FEEL, EMOTIONS) for shown in photos]
    found: dict[int, object] = {}

    def ask(i: int) -> None:
        found[i] = llava.model.look(photos[i]).log_likelihoods(FEEL, EMOTIONS)

    threads = [threading.Thread(target=ask, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_array_equal([found[i] for i in range(4)], expected)
