"""How fast models are when image tokens are pruned, and how much memory they hold.

    python benchmarks/pruning_speed.py [--budget 0.22] [--methods btp-w,btp,fastv]

The embedded model, and one with random weights in the shapes of LLaVA-1.5 scaled to fit (576 image
tokens); with a GPU also random weights in the true shapes of LLaVA-1.5-7B and Qwen2.5-VL-7B, at
batches of 1, 4 and 16. Whole and pruned take turns, so that a machine whose speed drifts is fair to
both; figures are medians.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any
from unittest.mock import patch

import torch
from measuring import print_machine
from torch import Tensor
from torch.profiler import ProfilerActivity, profile
from transformers import (
    CLIPVisionConfig,
    DynamicCache,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
)

from emograph.config import load_settings
from emograph.engine.pruning import METHODS, VisionTokenPruner
from emograph.engine.pruning.costs import cache_bytes, counted_flops, flops
from emograph.engine.pruning.hooks import Pruning
from emograph.engine.pruning.plan import average_kept
from emograph.engine.pruning.prompts import DecoderPrompt
from emograph.engine.pruning.reading import Reading
from emograph.pruning import unpruned

TIMES = 9
DECODED = 24
BEFORE, AFTER = 35, 24
_VISION: dict[str, Any] = {
    "hidden_size": 64,
    "intermediate_size": 64,
    "num_hidden_layers": 1,
    "num_attention_heads": 1,
}
_LLAVA_7B: dict[str, Any] = {
    "hidden_size": 4096,
    "intermediate_size": 11008,
    "num_attention_heads": 32,
}
_SCALED: dict[str, Any] = {
    "hidden_size": 1024,
    "intermediate_size": 2752,
    "num_attention_heads": 16,
}


@dataclass(frozen=True)
class Case:
    """A model with a prompt of some rows."""

    name: str
    model: Any
    prompt: DecoderPrompt


def prompt(model: Any, tokens: int, rows: int, before: int, after: int) -> DecoderPrompt:
    """Random embeddings with `tokens` image tokens among words."""
    text = model.config.get_text_config(decoder=True)
    device, dtype = model.device, model.dtype
    length = before + tokens + after
    generator = torch.Generator().manual_seed(0)
    embeddings = torch.randn(rows, length, text.hidden_size, generator=generator)
    is_image = torch.zeros(rows, length, dtype=torch.bool, device=device)
    is_image[:, before : before + tokens] = True
    at = torch.arange(length, device=device).expand(rows, -1)
    if text.model_type.startswith("qwen2_5_vl"):
        at = at.expand(3, -1, -1)
    taken = {"inputs_embeds": (0.02 * embeddings).to(device, dtype), "position_ids": at}
    return DecoderPrompt(is_image, taken)


def cases() -> Iterator[Case]:
    """All models that this machine can hold."""
    embedded = unpruned(load_settings(lvlm="embedded"))
    before = len(embedded.prompts.before)
    asked = 28
    yield Case(
        "embedded, 196 image tokens",
        embedded.network,
        prompt(embedded.network, 196, 1, before, asked),
    )
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    scaled = llava(_SCALED, 24, device)
    yield Case("LLaVA-1.5 scaled, 576 image tokens", scaled, prompt(scaled, 576, 1, BEFORE, AFTER))
    if device.type == "cuda":
        del scaled
        for name, make, tokens in (
            ("LLaVA-1.5-7B", partial(llava, _LLAVA_7B, 32), 576),
            ("Qwen2.5-VL-7B", qwen, 1024),
        ):
            model = make(device)
            for rows in (1, 4, 16):
                read = prompt(model, tokens, rows, BEFORE, AFTER)
                yield Case(f"{name}, {tokens} image tokens, batch {rows}", model, read)
            del model


def llava(text: dict[str, Any], layers: int, device: torch.device) -> Any:
    """A LLaVA with random weights; its vision tower is small, and not measured."""
    config = LlavaConfig(
        text_config=LlamaConfig(**text, num_hidden_layers=layers, vocab_size=32064),
        vision_config=CLIPVisionConfig(**_VISION, image_size=336),
    )
    return _random(LlavaForConditionalGeneration, config, device)


def qwen(device: torch.device) -> Any:
    """A Qwen2.5-VL-7B with random weights."""
    config = Qwen2_5_VLConfig(
        text_config={
            "hidden_size": 3584, "intermediate_size": 18944, "num_hidden_layers": 28,
            "num_attention_heads": 28, "num_key_value_heads": 4, "vocab_size": 152064,
            "rope_parameters": {"rope_type": "default", "rope_theta": 1e6,
                                "mrope_section": [16, 24, 24]},
        },
        vision_config={"depth": 1, "hidden_size": 64, "intermediate_size": 64, "num_heads": 1,
                       "out_hidden_size": 3584},
    )  # fmt: skip
    return _random(Qwen2_5_VLForConditionalGeneration, config, device)


def _random(kind: Any, config: Any, device: torch.device) -> Any:
    torch.manual_seed(0)
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.bfloat16)
    try:
        with device:
            model = kind(config)
    finally:
        torch.set_default_dtype(before)
    return model.eval().requires_grad_(False)


@contextmanager
def own_work(spent: list[float]) -> Iterator[None]:
    """Note how long pruning's own work takes, within what it is part of, in milliseconds."""
    prune = Reading.prune

    def measured(*args: Any) -> Tensor:
        start = _now()
        hidden = prune(*args)
        spent.append(1000 * (_now() - start))
        return hidden

    with patch.object(Reading, "prune", measured):
        yield


def _now() -> float:
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter()


def decode(case: Case, pruning: Pruning | None) -> float:
    """Milliseconds for each token that is read after the prompt."""
    text = case.model.config.get_text_config(decoder=True)
    cache = DynamicCache(config=text)
    case.prompt.read(case.model, pruning, past_key_values=cache, use_cache=True)
    decoder = case.model.get_decoder()
    at = case.prompt.taken["position_ids"][..., -1:]
    step = case.prompt.taken["inputs_embeds"][:, -1:]
    start = _now()
    with torch.inference_mode():
        for i in range(DECODED):
            decoder(inputs_embeds=step, past_key_values=cache, position_ids=at + 1 + i)
    return 1000 * (_now() - start) / DECODED


def timed(work: Callable[[], object]) -> float:
    """Milliseconds."""
    start = _now()
    work()
    return 1000 * (_now() - start)


def measure(case: Case, pruner: VisionTokenPruner) -> None:
    """Print a row: whole beside pruned."""
    model, read = case.model, case.prompt
    layers = len(model.get_decoder().layers)
    stages = pruner.stages(layers)
    image = int(read.is_image[0].sum())
    words = {key: value[..., ~read.is_image[0], :] if value.ndim == 3 and key == "inputs_embeds"
             else value[..., ~read.is_image[0]] for key, value in read.taken.items()}  # fmt: skip
    alone = DecoderPrompt(read.is_image[:, ~read.is_image[0]], words)
    times: dict[str, list[float]] = {"whole": [], "pruned": [], "own": []}
    steps: dict[str, list[float]] = {"whole": [], "pruned": []}
    for turn in range(TIMES + 1):
        whole_ms, whole_step = timed(lambda: read.read(model, use_cache=True)), decode(case, None)
        with pruner(model) as pruning:
            pruned_ms = timed(lambda p=pruning: read.read(model, p, use_cache=True))  # type: ignore[misc]
            pruned_step = decode(case, pruning)
            spent: list[float] = []
            with own_work(spent):
                read.read(model, pruning, use_cache=True)
        if turn:  # the first one warms up
            times["whole"].append(whole_ms)
            times["pruned"].append(pruned_ms)
            times["own"].append(sum(spent))
            steps["whole"].append(whole_step)
            steps["pruned"].append(pruned_step)
    text_flops = counted_flops(lambda: alone.read(model))
    whole_flops = counted_flops(lambda: read.read(model))
    with pruner(model) as pruning:
        pruned_flops = counted_flops(lambda: read.read(model, pruning))
        held = cache_bytes(model, read, pruning)
    full = cache_bytes(model, read)
    own, pruned = statistics.median(times["own"]), statistics.median(times["pruned"])
    whole = statistics.median(times["whole"])
    saved = 1 - (pruned_flops - text_flops) / (whole_flops - text_flops)
    formula = 1 - flops(model, image, stages) / flops(model, image)
    step, whole_step = statistics.median(steps["pruned"]), statistics.median(steps["whole"])
    ratios = [p / w for p, w in zip(steps["pruned"], steps["whole"], strict=True)]
    turns = statistics.median(ratios)
    print(f"\n{case.name}: {pruner.name}")
    for what, figure in {
        "image tokens by layer, on average": f"{average_kept(stages, layers):.1%}",
        "FLOPs of them saved, paper's formula": f"{formula:.1%}",
        "FLOPs of them saved, counted": f"{saved:.1%}",
        "FLOPs saved of the whole prompt": f"{1 - pruned_flops / whole_flops:.1%}",
        "keys and values held": f"{held / 1e6:.1f} of {full / 1e6:.1f} MB",
        "memory at its peak": peaks(case, pruner),
        "prefill": f"{pruned:.0f} of {whole:.0f} ms, {whole / pruned:.2f} times as fast",
        "of it pruning's own work": f"{own:.1f} ms, {own / pruned:.1%}",
        "a decoded token": f"{step:.1f} of {whole_step:.1f} ms, in turns {turns:.3f}",
    }.items():
        print(f"  {what:38} {figure}", flush=True)


def peaks(case: Case, pruner: VisionTokenPruner) -> str:
    """The most memory that reading the prompt takes beside the weights, pruned and whole."""
    found = []
    for chosen in (pruner, None):
        with chosen(case.model) if chosen else nullcontext() as pruning:
            found.append(_peak(lambda p=pruning: case.prompt.read(case.model, p, use_cache=True)))  # type: ignore[misc]
    return f"{found[0] / 1e6:.0f} of {found[1] / 1e6:.0f} MB"


def _peak(work: Callable[[], object]) -> float:
    if torch.cuda.is_available():
        before = torch.cuda.memory_allocated()
        torch.cuda.reset_peak_memory_stats()
        work()
        return torch.cuda.max_memory_allocated() - before
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as found:
        work()
    held = most = 0
    for event in found.profiler.kineto_results.events():
        if event.name() == "[memory]":
            held += event.nbytes()
            most = max(most, held)
    return most


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--budget", type=float, default=0.22)
    parser.add_argument("--methods", default="btp-w,btp,fastv")
    given = parser.parse_args()
    print_machine()
    for case in cases():
        for name in given.methods.split(","):
            measure(case, METHODS[name](given.budget))


if __name__ == "__main__":
    main()
