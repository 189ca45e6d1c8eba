"""Plans for a model: where its layers change image tokens, and what costs least to leave out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from emograph.engine.pruning.attention import attention_from
from emograph.engine.pruning.methods.btp import BTP, STAGES, published
from emograph.engine.pruning.methods.weighted import WeightedBTP
from emograph.engine.pruning.plan import PruningPlan, Shape, Stage, check_budget
from emograph.engine.pruning.prompts import DecoderPrompt
from emograph.engine.pruning.schedules import first_stage
from emograph.errors import EmographError

Report = Callable[[str, float], None]
"""Told of each trial and how far it is from the whole model, in nats."""

# Below this cosine of before and after, a layer has changed a token (section 3.3 of the paper).
_CHANGED = 0.93
# Shares of the budget that are kept first, and until which part of the layers.
_TAPERS = ((1.2, 1 / 3), (1.4, 1 / 3), (1.2, 2 / 3))
_LATER = (1, 2)
_TRIED = (0.25, 0.5)


@dataclass(frozen=True)
class Profile:
    """What layers do to image tokens, on average over some prompts, each with L entries.

    `changed` is the share of image tokens that a layer changes (cosine of before and after below
    0.93); `attended` the share of the last token's attention that image tokens get.
    """

    changed: tuple[float, ...]
    attended: tuple[float, ...]


def calibrate(
    model: Any,
    processor: Any,
    images: Iterable[Any],
    budget: float,
    *,
    method: str = "btp-w",
    questions: Sequence[str] = ("Describe the picture.", "What do people feel who see it?"),
    report: Report | None = None,
) -> PruningPlan:
    """A plan that keeps `budget` of a model's image tokens, found on images.

    `processor` is the model's own, of transformers, with a chat template. Some 64 images are
    enough. Raises EmographError for a budget outside (0, 1].
    """
    prompts = [
        DecoderPrompt.of(model, prompt_of(processor, image, question))
        for image in images
        for question in questions
    ]
    return calibrate_on(model, prompts, budget, method=method, report=report)


def prompt_of(processor: Any, image: Any, question: str) -> Mapping[str, Any]:
    """A model's inputs for a question about one image."""
    content = [{"type": "image"}, {"type": "text", "text": question}]
    text = processor.apply_chat_template(
        [{"role": "user", "content": content}], add_generation_prompt=True
    )
    inputs: Mapping[str, Any] = processor(text=text, images=[image], return_tensors="pt")
    return inputs


def calibrate_on(
    model: Any,
    prompts: Sequence[DecoderPrompt],
    budget: float,
    *,
    method: str = "btp-w",
    closed: bool = False,
    report: Report | None = None,
) -> PruningPlan:
    """A plan found on prompts that are as those to come.

    For `btp` its stages are those of the paper: just before and after the layers that change most
    image tokens, with λ rising; `closed` lets the last stage drop all of them. For `btp-w`
    schedules are compared by how far the token that follows each prompt is from what the whole
    model foretells, in nats (Kullback-Leibler), and λ is raised only where that brings it closer.
    """
    check_budget(budget)
    if not prompts:
        raise EmographError("There is nothing to calibrate on.", "Give some images.")
    shape = Shape.of(model)
    if method == BTP.name:
        stages = _stages_of_paper(profile(model, prompts), shape.layers, budget, closed)
        return PruningPlan(method, budget, shape, stages, {"closed": closed})
    if method != WeightedBTP.name:
        raise EmographError(
            f"The method {method} is not calibrated.",
            f"Calibrate {WeightedBTP.name} or {BTP.name}.",
        )
    return _searched(model, prompts, shape, budget, report)


def profile(model: Any, prompts: Sequence[DecoderPrompt]) -> Profile:
    """What each layer does to image tokens, measured on prompts."""
    layers = model.get_decoder().layers
    changed, attended = np.zeros(len(layers)), np.zeros(len(layers))
    shown: list[Tensor] = []

    def after(number: int, layer: Any, args: Any, kwargs: Any, output: Tensor) -> None:
        before = args[0] if args else kwargs["hidden_states"]
        is_image = shown[-1]
        likeness = torch.cosine_similarity(before.float(), output.float(), dim=-1)
        changed[number] += float((likeness[is_image] < _CHANGED).float().mean())
        last = torch.full((1, 1), before.shape[1] - 1, device=before.device)
        paid = attention_from(layer, before, kwargs["position_embeddings"], last, None)
        attended[number] += float(paid.mean(dim=1)[0, 0][is_image[0]].sum())

    hooks = [
        layer.register_forward_hook(
            lambda module, args, kwargs, output, i=i: after(i, module, args, kwargs, output),
            with_kwargs=True,
        )
        for i, layer in enumerate(layers)
    ]
    try:
        for prompt in prompts:
            shown.append(prompt.is_image)
            prompt.read(model)
    finally:
        for hook in hooks:
            hook.remove()
    n = len(prompts)
    return Profile(tuple((changed / n).tolist()), tuple((attended / n).tolist()))


def distance(model: Any, prompts: Sequence[DecoderPrompt], told: Tensor, pruner: BTP) -> float:
    """How far what a pruned model foretells is from `told` (prompts, vocabulary), in nats."""
    with pruner(model) as pruning:
        ours = torch.stack([prompt.foretell(model, pruning) for prompt in prompts])
    return float((told.exp() * (told - ours)).sum(dim=-1).mean())


def _stages_of_paper(found: Profile, layers: int, budget: float, closed: bool) -> tuple[Stage, ...]:
    """Stages just before and after the layers that change image tokens most."""
    latest = first_stage(layers, budget, layers)
    shifts = np.argsort(-np.array(found.changed), kind="stable")
    sides = [side for layer in shifts for side in (int(layer), int(layer) + 1)]
    # The first one cannot be later than the budget lasts.
    early = [side for side in sides if 0 < side <= latest] or [latest]
    starts = {early[0]}
    for side in sides:
        if len(starts) < STAGES and min(starts) < side < layers:
            starts.add(side)
    return published(layers, sorted(starts), budget, closed)


def _searched(
    model: Any, prompts: Sequence[DecoderPrompt], shape: Shape, budget: float, report: Report | None
) -> PruningPlan:
    told = torch.stack([prompt.foretell(model) for prompt in prompts])

    def tried(stages: tuple[Stage, ...]) -> tuple[float, PruningPlan]:
        plan = PruningPlan(WeightedBTP.name, budget, shape, stages)
        nats = distance(model, prompts, told, WeightedBTP(budget, plan=plan))
        if report is not None:
            report(_written(stages), nats)
        return nats, plan

    best = min((tried(stages) for stages in _schedules(shape.layers, budget)), key=lambda t: t[0])
    for at in range(len(best[1].stages)):
        for balance in _TRIED:
            changed = list(best[1].stages)
            changed[at] = Stage(changed[at].layer, changed[at].keep, balance)
            best = min(best, tried(tuple(changed)), key=lambda t: t[0])
    return best[1]


def _schedules(layers: int, budget: float) -> list[tuple[Stage, ...]]:
    """Schedules of one budget: all at once, a little later, or in two steps."""
    found: list[tuple[Stage, ...]] = [(Stage(0, budget),)]
    for start in _LATER:
        if start / layers < budget / 2:
            found.append((Stage(start, (budget * layers - start) / (layers - start)),))
    for more, part in _TAPERS:
        until = round(part * layers)
        first = more * budget
        rest = (budget * layers - first * until) / (layers - until)
        if 0 < until < layers and first < 1 and rest > 0:
            found.append((Stage(0, first), Stage(until, rest)))
    return found


def _written(stages: Sequence[Stage]) -> str:
    return ", ".join(
        f"{100 * stage.keep:.1f} % from layer {stage.layer}"
        + (f" (λ {stage.balance:g})" if stage.balance else "")
        for stage in stages
    )
