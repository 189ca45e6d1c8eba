"""Masks and positions as FlashAttention takes them, shown to an emulation that needs no GPU."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

from emograph.engine.pruning import BTP, DivPrune, PruningPlan, Shape, Stage, VisionTokenPruner
from tests.engine.pruning.conftest import made
from tests.engine.pruning.models import Tiny
from tests.engine.pruning.reference import read_on

TOLERANCE = 1e-4
BATCHES = {
    1: ([[64]], [6]),
    4: ([[32], [64, 32], [64], [32]], [5, 9, 3, 7]),
}
FLASH = "flash_attention_2"


def emulated(
    module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float,
    position_ids: Tensor | None = None,
    **_: Any,
) -> tuple[Tensor, None]:
    """Causal, the last query seeing all keys; a mask (rows, keys) says which of them are tokens."""
    rows, _heads, queries, _width = query.shape
    keys = key.shape[2]
    at = torch.arange(keys)
    hidden = at > at[keys - queries :, None]
    if attention_mask is None:
        # One row whose positions do not rise one by one is taken for several, packed.
        if rows == 1 and queries > 1 and position_ids is not None:
            assert bool((position_ids.diff(dim=-1) == 1).all())
    else:
        assert attention_mask.shape == (rows, keys)
        hidden = hidden | (attention_mask == 0)[:, None, None]
    groups = module.num_key_value_groups
    scores = scaling * query @ key.repeat_interleave(groups, dim=1).transpose(2, 3)
    paid = scores.masked_fill(hidden, torch.finfo(scores.dtype).min).softmax(dim=-1)
    read = paid @ value.repeat_interleave(groups, dim=1)
    if attention_mask is not None:
        # What pads a row is taken out, and nothing but zeros put in its place.
        read = read * attention_mask[:, None, keys - queries :, None]
    return read.transpose(1, 2).contiguous(), None


def pruners(network: Any) -> dict[str, VisionTokenPruner]:
    shape = Shape.of(network)
    early = (Stage(0, 0.7), Stage(2, 0.4, 0.5), Stage(4, 0.2, 1.0))
    closed = (Stage(1, 0.5, 0.5), Stage(3, 0.0, 1.0))
    return {
        "btp": BTP(0.35),
        "btp early": BTP(0.4, plan=PruningPlan("btp", 0.4, shape, early)),
        "btp closed": BTP(0.4, plan=PruningPlan("btp", 0.4, shape, closed)),
        "divprune": DivPrune(0.3),
    }


@pytest.fixture
def emulation(monkeypatch: pytest.MonkeyPatch, family: str) -> Tiny:
    """A tiny network whose language model believes that it has FlashAttention."""
    tiny = made(family)
    monkeypatch.setitem(ALL_ATTENTION_FUNCTIONS, FLASH, emulated)
    monkeypatch.setattr(tiny.network.get_decoder().config, "_attn_implementation", FLASH)
    return tiny


@pytest.mark.parametrize("rows", list(BATCHES))
@pytest.mark.parametrize("method", ["btp", "btp early", "btp closed", "divprune"])
def test_flash_attention_reads_what_others_read(
    monkeypatch: pytest.MonkeyPatch, emulation: Tiny, method: str, rows: int
) -> None:
    network, inputs = emulation.network, emulation.inputs(*BATCHES[rows])
    following = torch.full((rows, 3), 70) + torch.arange(3)
    is_image = inputs["input_ids"] == network.config.image_token_id
    found = []
    kept = is_image
    for attention in (FLASH, "sdpa"):
        monkeypatch.setattr(network.get_decoder().config, "_attn_implementation", attention)
        with torch.inference_mode(), pruners(network)[method](network) as pruning:
            found.append(read_on(network, inputs, following)[0])
            assert pruning.last is not None
            kept = pruning.last.kept[-1].is_image
    assert bool((kept.sum(dim=1) < is_image.sum(dim=1)).all())
    flash, other = found
    there = inputs["attention_mask"].bool() & (~is_image | kept)
    assert (flash[0] - other[0])[there].abs().max() < TOLERANCE
    for ours, theirs in zip(flash[1:], other[1:], strict=True):
        assert (ours - theirs).abs().max() < TOLERANCE


def test_several_tokens_may_follow_at_once(emulation: Tiny) -> None:
    network, inputs = emulation.network, emulation.inputs(*BATCHES[1])
    following = torch.full((1, 4), 70)
    last = []
    with torch.inference_mode(), BTP(0.35)(network):
        for parts in (1, 4):
            cache = network(**inputs, use_cache=True).past_key_values
            for ids in following.chunk(parts, dim=1):
                read = network(input_ids=ids, past_key_values=cache)
            last.append(read.logits[:, -1])
    assert (last[0] - last[1]).abs().max() < TOLERANCE


@pytest.mark.parametrize("beams", [1, 3])
def test_generation_says_the_same(
    monkeypatch: pytest.MonkeyPatch, emulation: Tiny, beams: int
) -> None:
    network, inputs = emulation.network, emulation.inputs(*BATCHES[4])
    options = {"max_new_tokens": 4, "num_beams": beams, "eos_token_id": None, "pad_token_id": 0}
    said = []
    for attention in (FLASH, "sdpa"):
        monkeypatch.setattr(network.get_decoder().config, "_attn_implementation", attention)
        with torch.inference_mode(), BTP(0.35)(network):
            said.append(network.generate(**inputs, **options, do_sample=False))
    assert torch.equal(*said)
