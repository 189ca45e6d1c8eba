"""Questions that share a picture are answered as if each were asked alone."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import LlamaConfig, LlamaModel

from emograph.adapters.models.lvlm.embedded.checkpoint import CHAT
from emograph.adapters.models.lvlm.prompts import Prompts
from emograph.adapters.models.lvlm.training.packing import Packer, Rows, cross_entropy
from emograph.engine.lvlm.model import Question
from emograph.engine.training.lessons import Answer
from tests.adapters.models.lvlm.checkpoints import tokenizer_of

TOKENS = 5
LABELS = ("awe", "fear", "far", "joy")


TOKENIZER = tokenizer_of("qwen", None)
IMAGE = TOKENIZER.convert_tokens_to_ids("<image>")
PACKER = Packer(Prompts(TOKENIZER, CHAT, "<image>"), IMAGE)
torch.manual_seed(0)
NETWORK = LlamaModel(
    LlamaConfig(
        vocab_size=len(TOKENIZER),
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
    start = PACKER.start
    assert rows.tokens[0, start : start + TOKENS].tolist() == [IMAGE] * TOKENS
    assert (rows.tokens[0] == IMAGE).sum() == TOKENS


def test_a_row_without_its_picture_has_none_of_its_tokens() -> None:
    rows = PACKER.pack([[PACKER.branch(answer("awe"))]], [False], TOKENS)
    assert not (rows.tokens == IMAGE).any()
    assert rows.pictured.tolist() == [False]


def answer(label: str, **shares: float) -> Answer:
    return Answer(Question("Which?", "It is"), (f" {label}", "."), shares or {label: 1.0})


def test_the_first_token_is_learned_by_its_shares() -> None:
    shares = {"awe": 0.25, "joy": 0.5, "joyful": 0.25}
    rows = PACKER.pack([[PACKER.branch(answer("joy", **shares))]], [True], TOKENS)
    found: dict[int, float] = {}
    for label, share in shares.items():
        token = TOKENIZER("a " + label, add_special_tokens=False).input_ids[1]
        found[token] = found.get(token, 0.0) + share
    assert dict(zip(rows.shares[1].tolist(), rows.shares[2].tolist(), strict=True)) == found
    flat = torch.zeros(len(rows.token), len(TOKENIZER))
    assert cross_entropy(flat, rows) == pytest.approx(
        float(np.log(len(TOKENIZER)) * rows.weight.sum()), rel=1e-5
    )


def test_what_is_surely_right_costs_nothing() -> None:
    rows = PACKER.pack([[PACKER.branch(answer("joy"))]], [True], TOKENS)
    sharp = torch.full((len(rows.token), len(TOKENIZER)), -20.0)
    sharp[range(len(rows.token)), rows.token] = 20.0
    assert cross_entropy(sharp, rows) == pytest.approx(0.0, abs=1e-6)


def test_a_text_is_learned_token_by_token_alike() -> None:
    text = Answer(Question("Which?", ""), (" A dog.",), None)
    rows = PACKER.pack([[PACKER.branch(text)]], [True], TOKENS)
    assert rows.soft.tolist() == []
    assert rows.weight.sum() == pytest.approx(1.0)
    assert len(set(rows.weight.tolist())) == 1
