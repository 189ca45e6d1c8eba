"""Threads that read at the same time do not disturb one another."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
import torch
from torch import Tensor

from emograph.engine.pruning import (
    BTP,
    FasterVLM,
    FastV,
    VisionTokenPruner,
    VisionZip,
    WeightedBTP,
)
from tests.engine.pruning.conftest import made
from tests.engine.pruning.models import Tiny
from tests.engine.pruning.reference import read_on

TOLERANCE = 1e-4
SECONDS = 30
PROMPTS = (([[64]], [6]), ([[32, 64]], [9]))
# Qwen's models keep where they are in a prompt to themselves, so threads cannot share them.
SHARED = ("llava", "llava-next", "smolvlm", "idefics3", "internvl")


def answers(tiny: Tiny, inputs: dict[str, Any]) -> list[Tensor]:
    """The logits of a prompt and of what follows it, each read with a cache of its own."""
    following = torch.full((len(inputs["input_ids"]), 3), 70) + torch.arange(3)
    with torch.inference_mode():
        return [logits[:, -1] for logits in read_on(tiny.network, inputs, following)[0]]


def at_once(*works: Callable[[], list[Tensor]]) -> list[list[Tensor]]:
    start = threading.Barrier(len(works))

    def run(work: Callable[[], list[Tensor]]) -> list[Tensor]:
        start.wait(SECONDS)
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result(SECONDS) for future in [pool.submit(run, work) for work in works]]


def same(one: list[Tensor], other: list[Tensor]) -> bool:
    return all((a - b).abs().max() < TOLERANCE for a, b in zip(one, other, strict=True))


@contextmanager
def in_step(*modules: Any) -> Iterator[None]:
    """Two threads wait for one another before each of these modules, as often as they come there.

    A thread that is done, or that never comes, is not waited for long.
    """
    barrier = threading.Barrier(2)

    def wait(*_: Any) -> None:
        try:
            barrier.wait(0.5)
        except threading.BrokenBarrierError:
            barrier.abort()

    # First of all, so that whatever a pruner notes is noted after it.
    hooks = [module.register_forward_pre_hook(wait, prepend=True) for module in modules]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def test_two_models_are_pruned_at_once_each_in_its_way() -> None:
    models = [(made("llava"), BTP(0.4)), (made("qwen3-vl"), WeightedBTP(0.3))]
    inputs = [tiny.inputs(*PROMPTS[0]) for tiny, _ in models]

    def read(i: int) -> list[Tensor]:
        tiny, pruner = models[i]
        with pruner(tiny.network):
            return answers(tiny, inputs[i])

    alone = [read(0), read(1)]
    layers = [tiny.network.get_decoder().layers[3] for tiny, _ in models]
    with in_step(*layers):
        together = at_once(lambda: read(0), lambda: read(1))
    assert same(together[0], alone[0])
    assert same(together[1], alone[1])


@pytest.mark.parametrize("family", SHARED)
@pytest.mark.parametrize("method", [BTP, WeightedBTP, FastV, FasterVLM, VisionZip])
def test_one_pruned_model_gives_each_thread_its_own_answer(
    family: str, method: type[VisionTokenPruner]
) -> None:
    tiny = made(family)
    prompts = [tiny.inputs(*prompt) for prompt in PROMPTS]
    decoder = tiny.network.get_decoder()
    with method(0.4)(tiny.network) as pruning:
        alone = [answers(tiny, inputs) for inputs in prompts]
        with in_step(decoder, decoder.layers[1], decoder.layers[3]):
            together = at_once(lambda: answers(tiny, prompts[0]), lambda: answers(tiny, prompts[1]))
        assert same(together[0], alone[0])
        assert same(together[1], alone[1])
        # What this thread read last is still what it is told of.
        assert pruning.last is not None
        assert pruning.last.length == prompts[1]["input_ids"].shape[1]


def test_each_thread_is_told_what_was_kept_of_its_own_pictures(llava: Tiny) -> None:
    prompts = [llava.inputs(*prompt) for prompt in PROMPTS]
    with BTP(0.4)(llava.network) as pruning:

        def length(i: int) -> list[Tensor]:
            answers(llava, prompts[i])
            assert pruning.last is not None
            return [torch.tensor(pruning.last.length)]

        found = at_once(lambda: length(0), lambda: length(1))
        assert pruning.last is None
    assert [int(of[0]) for of in found] == [inputs["input_ids"].shape[1] for inputs in prompts]
