"""How pictures stand in the prompt, where the general tests do not reach."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from emograph.adapters.models.lvlm.families import FAMILIES, Marks, grid_positions, marks_of
from emograph.adapters.models.lvlm.loading import build_lvlm
from emograph.engine.lvlm.model import Question
from emograph.errors import ImageError
from tests.adapters.models.lvlm.checkpoints import EMOTIONS, SPECIAL
from tests.adapters.models.lvlm.conftest import Made, photo
from tests.adapters.models.lvlm.reference import log_likelihood

FEEL = Question("What do you feel?", "I feel")


def test_tiles_are_named_row_by_row() -> None:
    marks = Marks("I", fake="F", whole="G")
    text = FAMILIES["smolvlm"].expand(marks, {"rows": [[1]], "cols": [[2]]}, 6)
    assert text == "F<row_1_col_1>IIF<row_1_col_2>II\n\nFGIIF"
    assert FAMILIES["idefics3"].expand(marks, {"rows": [[0]], "cols": [[0]]}, 3) == "FGIIIF"


def test_marks_are_the_tokenizers_own_where_it_has_them(llava: Made) -> None:
    class Named:
        start_image_token = "<start>"

        def convert_ids_to_tokens(self, token: int) -> str:
            return f"<{token}>"

    assert marks_of(Named(), 7) == Marks("<7>", start="<start>")
    assert marks_of(llava.tokenizer, SPECIAL.index("<image>")) == Marks("<image>")


def test_positions_of_a_picture_are_those_of_a_grid() -> None:
    found = grid_positions(5, torch.tensor([1, 4, 6]), 2)
    assert found.tolist() == [[5] * 6, [5, 5, 5, 6, 6, 6], [5, 6, 7, 5, 6, 7]]


@pytest.mark.parametrize("made", ["smolvlm", "idefics3"], indirect=True)
def test_a_picture_that_is_not_cut_into_tiles(made: Made) -> None:
    made.image_processor.do_image_splitting = False
    try:
        model = build_lvlm(
            made.network, made.tokenizer, made.image_processor, "whole", family=made.family
        )
        shown = photo(64, 40)
        expected = [log_likelihood(made, shown, FEEL, f" {answer}") for answer in EMOTIONS]
        found = model.look(shown).log_likelihoods(FEEL, EMOTIONS)
        np.testing.assert_allclose(found, expected, atol=1e-3)
    finally:
        made.image_processor.do_image_splitting = True


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (200, 3), (2, 2)])
def test_pictures_of_any_shape_are_seen(made: Made, size: tuple[int, int]) -> None:
    shown = photo(*size)
    assert np.isfinite(made.model.look(shown).log_likelihoods(FEEL, EMOTIONS)).all()


@pytest.mark.parametrize("made", ["qwen2.5-vl", "qwen3-vl"], indirect=True)
def test_a_picture_too_narrow_is_refused(made: Made) -> None:
    with pytest.raises(ImageError, match="cannot take the picture array") as caught:
        made.model.look(photo(2, 500))
    assert "less extreme" in caught.value.todo


@pytest.mark.parametrize("made", ["idefics3"], indirect=True)
def test_the_first_smolvlm_says_that_it_is_an_idefics3(made: Made) -> None:
    model = build_lvlm(made.network, made.tokenizer, made.image_processor, "smol", family="smolvlm")
    shown = photo(40, 64)
    first = replace(made, family="smolvlm")
    expected = [log_likelihood(first, shown, FEEL, f" {answer}") for answer in EMOTIONS]
    found = model.look(shown).log_likelihoods(FEEL, EMOTIONS)
    np.testing.assert_allclose(found, expected, atol=1e-3)


@pytest.mark.parametrize("made", ["qwen2.5-vl", "internvl", "llava-next"], indirect=True)
def test_an_answer_without_an_opening_begins_the_line(made: Made) -> None:
    question = Question("What do you feel?", "")
    shown = photo(40, 64)
    expected = [log_likelihood(made, shown, question, answer) for answer in EMOTIONS]
    found = made.model.look(shown).log_likelihoods(question, EMOTIONS)
    np.testing.assert_allclose(found, expected, atol=1e-3)
