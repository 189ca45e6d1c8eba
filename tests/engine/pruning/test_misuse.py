"""What cannot be pruned is refused in plain words, and what need not be is left as it is."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
import torch
from transformers import (
    AutoModelForImageTextToText,
    DynamicCache,
    LlamaConfig,
    LlamaForCausalLM,
    StaticCache,
)
from transformers.cache_utils import (
    Cache,
    DynamicSlidingWindowLayer,
    EncoderDecoderCache,
    QuantizedCache,
)

from emograph.engine.pruning import (
    BTP,
    METHODS,
    FastV,
    PruningPlan,
    RandomTokens,
    Shape,
    Stage,
    VisionTokenPruner,
    VisionZip,
    WeightedBTP,
)
from emograph.errors import EmographError
from tests.adapters.models.lvlm.checkpoints import TEXT
from tests.engine.pruning.conftest import made
from tests.engine.pruning.models import LAYERS, Tiny

PROMPT = ([[64]], [6])
STAGES = (Stage(1, 0.5, 0.5),)


@pytest.fixture(autouse=True)
def _no_gradients() -> Iterator[None]:
    with torch.inference_mode():
        yield


@contextmanager
def refused(what: str, todo: str) -> Iterator[pytest.ExceptionInfo[EmographError]]:
    """The error that a person gets, which must say both in whole sentences."""
    with pytest.raises(EmographError, match=what) as caught:
        yield caught
    assert todo in caught.value.todo
    for said in (caught.value.what, caught.value.todo):
        assert said[0].isupper() or said.startswith("λ")
        assert said.endswith(".")


def works(network: Any, inputs: dict[str, Any]) -> bool:
    """Whether a pruner can be entered, and the model be read as ever once it is left."""
    whole = network(**inputs).logits
    with RandomTokens(0.4)(network):
        pruned = network(**inputs).logits
    return not torch.equal(pruned, whole) and torch.equal(network(**inputs).logits, whole)


@pytest.mark.parametrize("method", METHODS.values(), ids=list(METHODS))
def test_a_model_that_shows_no_images_is_refused(method: type[VisionTokenPruner]) -> None:
    text: dict[str, Any] = {**TEXT, "vocab_size": 64}
    model = LlamaForCausalLM(LlamaConfig(**text))
    with refused("LlamaForCausalLM has no image tokens", "LLaVA"), method(0.5)(model):
        pass


@pytest.mark.parametrize("budget", [0, -1, 1.5, math.nan, math.inf, "x", None, [0.5]])
def test_a_budget_out_of_range_is_refused(budget: Any) -> None:
    for method in METHODS.values():
        with refused("pruning budget cannot be", "above 0 and at most 1"):
            method(budget)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"layers": LAYERS + 2}, "of 8 layers"),
        ({"width": 64}, "width 64"),
        ({"model_type": "qwen3_vl"}, "a qwen3_vl"),
    ],
)
def test_a_plan_for_another_model_is_refused(
    llava: Tiny, changed: dict[str, Any], told: str
) -> None:
    shape = replace(Shape.of(llava.network), **changed)
    for method in ("btp", "btp-w"):
        pruner = BTP.of(PruningPlan(method, 0.5, shape, STAGES))
        with refused(f"{told}.*not for a llava", "calibrate"), pruner(llava.network):
            pass
    assert works(llava.network, llava.inputs(*PROMPT))


def test_a_model_is_pruned_in_one_way_at_a_time(llava: Tiny) -> None:
    network = llava.network

    def enter() -> None:
        with refused("pruned already", "second time"), RandomTokens(0.5)(network):
            pass

    with FastV(0.5)(network):
        enter()
        with ThreadPoolExecutor(1) as pool:
            pool.submit(enter).result()
        # Another model is another matter.
        with FastV(0.5)(made("internvl").network):
            pass
        enter()
    assert works(network, llava.inputs(*PROMPT))


def test_a_model_can_be_pruned_again_after_a_failure(llava: Tiny) -> None:
    network, inputs = llava.network, llava.inputs(*PROMPT)
    with pytest.raises(ZeroDivisionError), BTP(0.5)(network):
        raise ZeroDivisionError
    assert works(network, inputs)

    class Failing(RandomTokens):
        def select(self, *_: Any) -> Any:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), Failing(0.5)(network):
        network(**inputs)
    assert works(network, inputs)
    other = PruningPlan("btp", 0.5, Shape("x", 6, 32), STAGES)
    with pytest.raises(EmographError), BTP(0.5, plan=other)(network):
        pass
    assert works(network, inputs)


def test_a_reading_that_failed_leaves_nothing_for_the_next_one(llava: Tiny) -> None:
    network, inputs = llava.network, llava.inputs(*PROMPT)
    words = network.get_input_embeddings()(torch.arange(60, 70)[None])
    blind, whole = network(inputs_embeds=words).logits, network(**inputs).logits
    with BTP(0.4)(network):
        pruned = network(**inputs).logits
        # A picture for two, at which the vision half gives up.
        two = inputs | {"input_ids": inputs["input_ids"].repeat(1, 2), "attention_mask": None}
        with pytest.raises(ValueError, match="Image features"):
            network(**two)
        assert torch.equal(network(inputs_embeds=words).logits, blind)
        with pytest.raises(EmographError):
            network(**inputs, past_key_values=StaticCache(network.config, max_cache_len=99))
        assert torch.equal(network(inputs_embeds=words).logits, blind)
        assert torch.equal(network(**inputs).logits, pruned)
    assert torch.equal(network(**inputs).logits, whole)


def sliding(family: str) -> Tiny:
    """A network of which every other layer, or each, sees the last few tokens only."""
    tiny = made(family)
    config = copy.deepcopy(tiny.network.config)
    config.text_config.sliding_window = 8
    if family == "internvl":
        config.text_config.use_sliding_window = True
        config.text_config.layer_types = ["full_attention", "sliding_attention"] * (LAYERS // 2)
    network = AutoModelForImageTextToText.from_config(config, attn_implementation="sdpa")
    return replace(tiny, network=network.eval())


CACHES: dict[str, Callable[[Any], Cache]] = {
    "StaticCache": lambda config: StaticCache(config, max_cache_len=99),
    "QuantizedCache": lambda config: QuantizedCache("fp8", config),
    "DynamicCache": lambda config: DynamicCache(config=config, offloading=True),
    "Cache": lambda _: Cache(layers=[DynamicSlidingWindowLayer(8) for _ in range(LAYERS)]),
    "EncoderDecoderCache": lambda _: EncoderDecoderCache(DynamicCache(), DynamicCache()),
}


@pytest.mark.parametrize("name", list(CACHES))
def test_caches_whose_layers_are_of_one_length_are_refused(llava: Tiny, name: str) -> None:
    network, inputs = llava.network, llava.inputs(*PROMPT)
    cache = CACHES[name](network.config.get_text_config(decoder=True))
    with BTP(0.4)(network):
        with refused(f"the cache {name}", "dynamic"):
            network(**inputs, past_key_values=cache)
        assert torch.isfinite(network(**inputs).logits).all()
    assert works(network, inputs)


@pytest.mark.parametrize("implementation", ["static", "offloaded", "offloaded_static"])
def test_generation_with_such_a_cache_is_refused(llava: Tiny, implementation: str) -> None:
    inputs = llava.inputs(*PROMPT)
    with BTP(0.4)(llava.network), refused("the cache", "cache_implementation"):
        llava.network.generate(
            **inputs, max_new_tokens=2, cache_implementation=implementation, pad_token_id=0
        )
    assert works(llava.network, inputs)


@pytest.mark.parametrize("family", ["internvl", "llava-next"])
@pytest.mark.parametrize("how", ["generate", "with a cache", "without a cache"])
def test_layers_that_see_a_window_only_are_refused(family: str, how: str) -> None:
    tiny = sliding(family)
    inputs = tiny.inputs([[32], [32]], [6, 9])
    with refused("cannot be pruned", "") as caught, BTP(0.4)(tiny.network):
        if how == "generate":
            tiny.network.generate(**inputs, max_new_tokens=2, pad_token_id=0)
        else:
            tiny.network(**inputs, use_cache=how == "with a cache")
    # No choice of a cache would help.
    assert "cache_implementation" not in caught.value.todo


@pytest.mark.parametrize("attention", ["flex_attention", "paged|sdpa", "something_else"])
def test_attention_of_other_kinds_is_refused(
    monkeypatch: pytest.MonkeyPatch, llava: Tiny, attention: str
) -> None:
    text = llava.network.get_decoder().config
    monkeypatch.setattr(text, "_attn_implementation", attention)
    for method in (BTP, WeightedBTP, VisionZip):
        with refused("cannot be pruned with the attention", "sdpa"), method(0.5)(llava.network):
            pass
    monkeypatch.undo()
    assert works(llava.network, llava.inputs(*PROMPT))


@pytest.mark.parametrize("attention", ["flash_attention_2", "flash_attention_3"])
def test_weights_are_refused_where_flash_attention_would_lose_them(
    monkeypatch: pytest.MonkeyPatch, llava: Tiny, attention: str
) -> None:
    monkeypatch.setattr(llava.network.get_decoder().config, "_attn_implementation", attention)
    with refused(f"{attention} takes no weights", "btp"), WeightedBTP(0.5)(llava.network):
        pass
    for method in (BTP, VisionZip):
        with method(0.5)(llava.network):
            pass


def test_pictures_beside_embeddings_without_tokens_are_refused(llava: Tiny) -> None:
    network, inputs = llava.network, llava.inputs(*PROMPT)
    embeddings = network.get_input_embeddings()(inputs.pop("input_ids"))
    with BTP(0.5)(network), refused("cannot be told apart in embeddings", "input_ids"):
        network(**inputs, inputs_embeds=embeddings)


def test_a_cache_is_not_cropped_to_before_its_pictures(family: str) -> None:
    tiny = made(family)
    network, inputs = tiny.network, tiny.inputs([[32]], [4])
    cache = DynamicCache(config=network.config.get_text_config(decoder=True))
    with BTP(0.4)(network):
        network(**inputs, past_key_values=cache, use_cache=True)
        network(input_ids=torch.full((1, 2), 70), past_key_values=cache)
        cache.crop(-2)
        assert cache.get_seq_length() == inputs["input_ids"].shape[1]
        cache.crop(-4)
        with refused("cannot be cropped", "Read the prompt again"):
            cache.crop(2 - cache.get_seq_length())


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("method", METHODS.values(), ids=list(METHODS))
def test_a_prompt_without_pictures_is_read_bit_for_bit_as_ever(
    llava: Tiny, method: type[VisionTokenPruner], rows: int
) -> None:
    unchanged(llava, method(0.4), rows)


def test_every_family_reads_words_bit_for_bit_as_ever(family: str) -> None:
    for pruner in (BTP(0.3), WeightedBTP(0.3), VisionZip(0.3)):
        unchanged(made(family), pruner, 3)


def unchanged(tiny: Tiny, pruner: VisionTokenPruner, rows: int) -> None:
    network = tiny.network
    tokens = torch.randint(60, tiny.vocabulary, (rows, 9))
    mask = (torch.arange(9) >= 2 * torch.arange(rows)[:, None]).long()
    whole: list[Any] = []
    caches: list[Any] = []
    for context in (None, pruner):
        cache = DynamicCache(config=network.config.get_text_config(decoder=True))
        given = {"past_key_values": cache, "use_cache": True}
        if hasattr(network.model, "rope_deltas"):
            network.model.rope_deltas = None
        if context is None:
            whole.append(network(input_ids=tokens, attention_mask=mask, **given).logits)
        else:
            with context(network) as pruning:
                whole.append(network(input_ids=tokens, attention_mask=mask, **given).logits)
                assert pruning.last is None
        caches.append(cache)
    assert torch.equal(*whole)
    for one, other in zip(caches[0].layers, caches[1].layers, strict=True):
        assert type(one) is type(other)
        assert torch.equal(one.keys, other.keys)
