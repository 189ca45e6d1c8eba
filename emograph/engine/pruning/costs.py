"""What image tokens cost: by the paper's formula, and as counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode
from transformers import DynamicCache

from emograph.engine.pruning.hooks import Pruning
from emograph.engine.pruning.plan import Stage, kept_by_layer
from emograph.engine.pruning.prompts import DecoderPrompt


def flops(model: Any, tokens: int, stages: Sequence[Stage] = ()) -> float:
    """Operations for so many image tokens: the sum over layers of 4nd² + 2n²d + 3ndm.

    n is how many of them the layer reads, d its width and m that of its feed-forward network, as
    FastV and BTP count them.
    """
    text = model.config.get_text_config(decoder=True)
    d, m = text.hidden_size, text.intermediate_size
    kept = (share * tokens for share in kept_by_layer(stages, text.num_hidden_layers))
    counted: float = sum(4 * n * d**2 + 2 * n**2 * d + 3 * n * d * m for n in kept)
    return counted


def counted_flops(work: Callable[[], object]) -> int:
    """Operations that some work takes, counted by torch as it runs (a multiply-add is two)."""
    counter = FlopCounterMode(display=False)
    # The fused kernels of a processor are not counted; the plain one is made of what is.
    with torch.inference_mode(), counter, sdpa_kernel(SDPBackend.MATH):
        work()
    return counter.get_total_flops()


def cache_bytes(model: Any, prompt: DecoderPrompt, pruning: Pruning | None = None) -> int:
    """The bytes of keys and values that are held after a prompt was read."""
    cache = DynamicCache(config=model.config.get_text_config(decoder=True))
    prompt.read(model, pruning, past_key_values=cache, use_cache=True)
    return sum(keys.nbytes + values.nbytes for keys, values, _ in cache)
