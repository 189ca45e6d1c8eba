"""Pruning computes what the whole model would, if it could not see what is dropped."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from transformers import DynamicCache

from emograph.engine.pruning import BTP, FastV, PruningPlan, Shape, Stage, WeightedBTP
from emograph.engine.pruning.pruner import VisionTokenPruner
from tests.engine.pruning.conftest import made
from tests.engine.pruning.models import LAYERS, Tiny
from tests.engine.pruning.reference import masked, read_on

TOLERANCE = 1e-4
BATCHES = {
    1: ([[64]], [6]),
    4: ([[32], [64, 32], [64], [32]], [5, 9, 3, 7]),
}
DECODED = 8


def pruners(network: Any) -> dict[str, VisionTokenPruner]:
    stages = (Stage(0, 0.7), Stage(2, 0.4, 0.5), Stage(4, 0.2, 1.0))
    plan = PruningPlan("btp-w", 0.4, Shape.of(network), stages)
    closed = (Stage(1, 0.5, 0.5), Stage(3, 0.0, 1.0))
    return {
        "btp": BTP(0.35),
        "btp closed": BTP(0.4, plan=PruningPlan("btp", 0.4, Shape.of(network), closed)),
        "btp-w": WeightedBTP(0.4, plan=plan),
        "fastv": FastV(0.3),
    }


def compare(tiny: Tiny, pruner: VisionTokenPruner, rows: int) -> Any:
    """Check a prompt and what follows it; gives the cache that was pruned."""
    inputs = tiny.inputs(*BATCHES[rows])
    network = tiny.network
    is_image = inputs["input_ids"] == network.config.image_token_id
    is_token = inputs["attention_mask"].bool()
    following = torch.randint(
        60, tiny.vocabulary, (rows, DECODED), generator=torch.Generator().manual_seed(1)
    )
    with torch.inference_mode():
        with pruner(network) as pruning:
            pruned, cache = read_on(network, inputs, following)
            assert pruning.last is not None
            kept = pruning.last.kept
        with masked(network, kept, is_image, is_token):
            whole, _ = read_on(network, inputs, following)
    assert kept[-1].is_image.sum() < is_image.sum()
    there = is_token & (~is_image | kept[-1].is_image)
    assert (pruned[0] - whole[0])[there].abs().max() < TOLERANCE
    for ours, theirs in zip(pruned[1:], whole[1:], strict=True):
        assert (ours - theirs).abs().max() < TOLERANCE
    return cache


@pytest.mark.parametrize("rows", list(BATCHES))
@pytest.mark.parametrize("method", ["btp", "btp closed", "btp-w", "fastv"])
@pytest.mark.parametrize("attention", ["eager", "sdpa"])
def test_is_the_whole_model_with_what_is_dropped_hidden(
    family: str, attention: str, method: str, rows: int
) -> None:
    tiny = made(family, attention)
    compare(tiny, pruners(tiny.network)[method], rows)


def test_the_cache_of_later_layers_is_shorter(family: str) -> None:
    tiny = made(family)
    cache = compare(tiny, pruners(tiny.network)["btp-w"], 1)
    lengths = [layer.keys.shape[-2] for layer in cache.layers]
    assert lengths[0] == lengths[1] > lengths[2] == lengths[3] > lengths[4] == lengths[5]
    assert cache.get_seq_length() > lengths[0]


@pytest.mark.parametrize("rows", list(BATCHES))
def test_a_budget_of_one_changes_nothing(family: str, rows: int) -> None:
    tiny = made(family)
    inputs = tiny.inputs(*BATCHES[rows])
    with torch.inference_mode():
        whole = tiny.network(**inputs).logits
        for method in (BTP, FastV, WeightedBTP):
            with method(1.0)(tiny.network):
                assert torch.equal(tiny.network(**inputs).logits, whole)
        with BTP(0.5)(tiny.network):
            assert not torch.equal(tiny.network(**inputs).logits, whole)
        assert torch.equal(tiny.network(**inputs).logits, whole)


def test_rows_of_a_batch_are_as_if_alone(family: str) -> None:
    tiny = made(family)
    sizes, words = BATCHES[4]
    plan = PruningPlan("btp-w", 0.4, Shape.of(tiny.network), (Stage(0, 0.5), Stage(3, 0.3, 0.5)))
    with torch.inference_mode(), WeightedBTP(0.4, plan=plan)(tiny.network):
        together = tiny.network(**tiny.inputs(sizes, words)).logits[:, -1]
        for row in range(4):
            alone = tiny.network(**tiny.inputs([sizes[row]], [words[row]])).logits[0, -1]
            assert (together[row] - alone).abs().max() < TOLERANCE


@pytest.mark.parametrize("beams", [1, 3])
def test_generate_gives_what_reading_step_by_step_gives(family: str, beams: int) -> None:
    tiny = made(family)
    inputs = tiny.inputs(*BATCHES[4])
    network = tiny.network
    with torch.inference_mode(), WeightedBTP(0.3)(network):
        made_up = network.generate(
            **inputs, max_new_tokens=5, num_beams=beams, do_sample=False, eos_token_id=None,
            pad_token_id=0, return_dict_in_generate=True, output_scores=True,
        )  # fmt: skip
        new = made_up.sequences[:, inputs["input_ids"].shape[1] :]
        steps, _ = read_on(network, inputs, new[:, :-1])
    chances = torch.stack([step[:, -1].log_softmax(-1) for step in steps], dim=1)
    if beams == 1:
        assert torch.equal(chances.argmax(-1), new)
    else:
        total = chances.gather(2, new[..., None])[..., 0].sum(dim=1)
        assert torch.allclose(total / new.shape[1], made_up.sequences_scores, atol=1e-4)


def test_labels_are_scored_in_one_forward(family: str) -> None:
    tiny = made(family)
    inputs = tiny.inputs(*BATCHES[1])
    labels = inputs["input_ids"].masked_fill(
        inputs["input_ids"] == tiny.network.config.image_token_id, -100
    )
    with torch.inference_mode(), WeightedBTP(0.5)(tiny.network):
        assert torch.isfinite(tiny.network(**inputs, labels=labels, use_cache=False).loss)


def test_a_second_picture_may_follow_in_the_same_cache(llava: Tiny) -> None:
    network = llava.network
    inputs = llava.inputs([[32, 64]], [4])
    tokens, pixels = inputs["input_ids"], inputs["pixel_values"]
    # Up to the end of the first picture, and from there on.
    at = int((tokens[0] == network.config.image_token_id).nonzero()[8]) + 2
    parts = [(tokens[:, :at], pixels[:1]), (tokens[:, at:], pixels[1:])]
    kept = []
    with torch.inference_mode():
        with BTP(0.35)(network) as pruning:
            cache = DynamicCache(config=network.config.get_text_config(decoder=True))
            for ids, seen in parts:
                ours = network(
                    input_ids=ids, pixel_values=seen, past_key_values=cache, use_cache=True
                ).logits
                assert pruning.last is not None
                kept.append(pruning.last.kept)
        joined = [
            type(first)(
                first.layer,
                torch.cat([first.is_image, second.is_image], dim=1),
                torch.cat([first.weights, second.weights], dim=1),
            )
            for first, second in zip(*kept, strict=True)
        ]
        is_image = tokens == network.config.image_token_id
        with masked(network, joined, is_image, torch.ones_like(is_image)):
            whole = network(**inputs, past_key_values=DynamicCache()).logits
    assert (ours[:, -1] - whole[:, -1]).abs().max() < TOLERANCE
    assert len(cache.layers) == LAYERS
