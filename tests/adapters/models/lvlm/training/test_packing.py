"""Questions that share a picture are answered as if each were asked alone."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import LlamaConfig, LlamaModel

from emograph.adapters.models.lvlm.training.packing import Packer, Rows, cross_entropy
from emograph.engine.lvlm.model import Question
from emograph.engine.training.lessons import Answer

IMAGE = 0
TOKENS = 5
LABELS = ("awe", "fear", "far", "joy")


class Letters:
    """A token for each character."""

    def __call__(self, text: str, add_special_tokens: bool) -> Any:
        assert not add_special_tokens
        return SimpleNamespace(input_ids=[1 + ord(letter) % 120 for letter in text])


PACKER = Packer(Letters(), IMAGE)  # type: ignore[arg-type]
torch.manual_seed(0)
NETWORK = LlamaModel(
    LlamaConfig(
        vocab_size=128,
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
    )
).eval()

ANSWERS = st.builds(
    lambda text, label: Answer(Question(text, "It is"), (f" {label}", "."), {label: 1.0}),
    st.text("abc ?", min_size=1, max_size=6),
    st.sampled_from(LABELS),
)


def hidden(tokens: torch.Tensor, positions: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
    mask = torch.zeros(seen.shape).masked_fill_(~seen, torch.finfo(torch.float32).min)
    with torch.inference_mode():
        states: torch.Tensor = NETWORK(
            inputs_embeds=NETWORK.embed_tokens(tokens),
            attention_mask=mask[:, None],
            position_ids=positions,
            use_cache=False,
        ).last_hidden_state
    return states


def of(rows: Rows) -> torch.Tensor:
    return hidden(rows.tokens, rows.positions, rows.seen)[rows.row, rows.column]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(ANSWERS, min_size=1, max_size=3), min_size=1, max_size=3), st.data())
def test_a_branch_sees_the_picture_and_itself(
    answers: list[list[Answer]], data: st.DataObject
) -> None:
    pictured = [data.draw(st.booleans()) for _ in answers]
    branches = [[PACKER.branch(answer) for answer in row] for row in answers]
    together = of(PACKER.pack(branches, pictured, TOKENS))
    alone = [
        of(PACKER.pack([[branch]], [shown], TOKENS))
        for row, shown in zip(branches, pictured, strict=True)
        for branch in row
    ]
    assert torch.allclose(together, torch.cat(alone), atol=1e-5)


def test_alone_it_is_an_ordinary_prompt() -> None:
    rows = PACKER.pack([[PACKER.branch(answer("awe"))]], [True], TOKENS)
    n = rows.tokens.shape[1]
    assert rows.positions[0].tolist() == list(range(n))
    assert torch.equal(rows.seen[0], torch.ones(n, n, dtype=torch.bool).tril())
    start = PACKER.picture.start
    assert rows.tokens[0, start : start + TOKENS].tolist() == [IMAGE] * TOKENS
    assert (rows.tokens[0] == IMAGE).sum() == TOKENS


def test_a_row_without_its_picture_has_none_of_its_tokens() -> None:
    rows = PACKER.pack([[PACKER.branch(answer("awe"))]], [False], TOKENS)
    assert not (rows.tokens == IMAGE).any()
    assert rows.pictured.tolist() == [False]


def answer(label: str, **shares: float) -> Answer:
    return Answer(Question("Which?", "It is"), (f" {label}", "."), shares or {label: 1.0})


def test_the_first_token_is_learned_by_its_shares() -> None:
    rows = PACKER.pack([[PACKER.branch(answer("joy", awe=0.25, joy=0.75))]], [True], TOKENS)
    space = Letters()(" ", add_special_tokens=False).input_ids[0]
    assert rows.shares[1].tolist() == [space]  # letter by letter, all labels begin with a space
    assert rows.shares[2].tolist() == pytest.approx([1.0])
    sharp = torch.full((len(rows.token), 128), -20.0)
    sharp[range(len(rows.token)), rows.token] = 20.0
    assert cross_entropy(sharp, rows) == pytest.approx(0.0, abs=1e-6)
    flat = torch.zeros(len(rows.token), 128)
    assert cross_entropy(flat, rows) == pytest.approx(
        float(np.log(128) * rows.weight.sum()), rel=1e-5
    )


def test_a_text_is_learned_token_by_token_alike() -> None:
    text = Answer(Question("Which?", ""), (" A dog.",), None)
    rows = PACKER.pack([[PACKER.branch(text)]], [True], TOKENS)
    assert rows.soft.tolist() == []
    assert rows.weight.sum() == pytest.approx(1.0)
    assert len(set(rows.weight.tolist())) == 1
