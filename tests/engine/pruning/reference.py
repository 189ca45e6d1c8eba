"""An unpruned model that is shown, layer by layer, a mask over what pruning drops."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from transformers import DynamicCache

from emograph.engine.pruning.reading import Kept


@contextmanager
def masked(
    network: Any, kept: Sequence[Kept], is_image: Tensor, is_token: Tensor
) -> Iterator[None]:
    """Hide from each layer the image tokens that were dropped before it; nothing is taken out.

    Weights of tokens that were kept are added to the scores of attention.
    """
    least = torch.finfo(torch.float32).min

    def before(number: int, _: Any, args: Any, kwargs: Any) -> Any:
        shown = [stage for stage in kept if stage.layer <= number]
        hidden = args[0] if args else kwargs["hidden_states"]
        held = kwargs["past_key_values"].layers
        past = held[number].get_seq_length() if number < len(held) else 0
        rows, queries = hidden.shape[:2]
        n = is_image.shape[1]
        columns = torch.zeros(rows, past + queries)
        columns[:, :n] = columns[:, :n].masked_fill(~is_token, least)
        if shown:
            dropped = is_image & ~shown[-1].is_image
            weights = shown[-1].weights.masked_fill(~shown[-1].is_image, 0)
            columns[:, :n] = torch.where(dropped, least, columns[:, :n] + weights)
        at = torch.arange(past, past + queries)
        later = torch.arange(past + queries) > at[:, None]
        mask = columns[:, None, None].expand(-1, 1, queries, -1).masked_fill(later, least)
        return args, {**kwargs, "attention_mask": mask}

    layers = network.get_decoder().layers
    hooks = [
        layer.register_forward_pre_hook(
            lambda module, args, kwargs, i=i: before(i, module, args, kwargs), with_kwargs=True
        )
        for i, layer in enumerate(layers)
    ]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def read_on(network: Any, inputs: dict[str, Any], tokens: Tensor) -> tuple[list[Tensor], Any]:
    """The logits of a prompt, and of tokens (rows, k) that are then read one by one."""
    text = network.config.get_text_config(decoder=True)
    cache = DynamicCache(config=text)
    if hasattr(network.model, "rope_deltas"):
        network.model.rope_deltas = None
    mask = inputs["attention_mask"]
    first = dict(inputs)
    if "mm_token_type_ids" not in inputs:
        first["position_ids"] = (mask.cumsum(dim=1) - 1).clamp_min(0)
    found = [network(**first, past_key_values=cache, use_cache=True).logits]
    for step in range(tokens.shape[1]):
        mask = torch.cat([mask, mask.new_ones(len(mask), 1)], dim=1)
        at = mask.sum(dim=1, keepdim=True) - 1
        if getattr(network.model, "rope_deltas", None) is not None:
            at = (at + network.model.rope_deltas).expand(3, -1, -1)
        more = {"attention_mask": mask, "position_ids": at, "past_key_values": cache}
        found.append(network(input_ids=tokens[:, step : step + 1], **more).logits)
    return found, cache
