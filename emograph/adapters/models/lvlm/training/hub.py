"""Fine-tunes a model of a hub: low-rank additions to its attention, over 4-bit weights on a GPU.

QLoRA (Dettmers et al. 2023, arXiv 2305.14314), r = 8 on q, k, v and o, as EmoVLM-KD has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate import Accelerator  # type: ignore[import-untyped]
from peft import LoraConfig, get_peft_model
from torch import Tensor

from emograph.adapters.models.lvlm.model import TransformersLVLM
from emograph.adapters.models.lvlm.training.loop import Report, Trained, fit
from emograph.adapters.models.lvlm.training.writing import written
from emograph.engine.images import open_photo
from emograph.engine.training.lessons import Taught, answer, showings

_MODULES = ("q_proj", "k_proj", "v_proj", "o_proj")


@dataclass(frozen=True, slots=True)
class HubPlan:
    """How a model of a hub is fine-tuned: `batch` pictures a step, one question about each."""

    steps: int = 600
    batch: int = 8
    rank: int = 8
    rate: float = 1e-4
    seed: int = 0


def tune(
    model: TransformersLVLM,
    base: str,
    taught: Sequence[Taught],
    folder: Path,
    plan: HubPlan,
    report: Report,
) -> Path:
    """Train the additions to `model`, loaded from `base`, and write them to ``folder/adapter``.

    They are in peft's format, beside the name of `base`, so that the folder can be loaded as a
    model. Training goes on from what `folder` holds.
    """
    torch.manual_seed(plan.seed)
    language = model.network.get_decoder()
    config = LoraConfig(
        r=plan.rank,
        lora_alpha=2 * plan.rank,
        # The eyes may have modules of these names, too; they stay as they are.
        target_modules=[
            f"{_path_of(model.network, language)}.{name}"
            for name, _ in language.named_modules()
            if name.rsplit(".", 1)[-1] in _MODULES
        ],
        base_model_name_or_path=base,
    )
    tuned = get_peft_model(model.network, config)
    additions = {name: p for name, p in tuned.named_parameters() if p.requires_grad}
    for parameter in additions.values():
        parameter.data = parameter.data.float()
    order = showings(taught, plan.steps, plan.batch, plan.seed)

    def losses(step: int) -> Iterator[Tensor]:
        for i, row in enumerate(order[step]):
            yield _loss(model, taught[row], plan, step * plan.batch + i) / plan.batch

    fit(
        Trained(((additions, plan.rate),), decay=0.0),
        plan.steps,
        losses,
        folder,
        Accelerator(),
        report,
    )
    tuned.save_pretrained(str(folder / "adapter"))
    return folder / "adapter"


def _path_of(network: Any, part: Any) -> str:
    names: list[str] = [name for name, module in network.named_modules() if module is part]
    return names[0]


def _loss(model: TransformersLVLM, item: Taught, plan: HubPlan, number: int) -> Tensor:
    """How badly one answer about one picture is foretold, per token of the answer."""
    rng = np.random.default_rng((plan.seed, number))
    lessons = item.lessons(rng)
    given = answer(lessons[int(rng.integers(len(lessons)))], rng)
    with torch.no_grad():
        picture = model.eyes.encode(open_photo(item.path))
    asked = model.prompts.split(given.question, has_image=True)[1]
    said = written(model.prompts, given)
    half = model.half
    tokens = torch.tensor([[*asked, *said.tokens]], device=half.device)
    start = picture.embeddings.shape[1]
    asked_of = picture.followed_by(half.embed(tokens))
    positions = asked_of.positions
    hidden = half.decode(
        asked_of.embeddings,
        None,
        position_ids=positions[None] if positions.ndim == 1 else positions[:, None],
        **asked_of.more,
    )
    first = start + len(asked) - 1
    logits = half.logits(hidden[0, first : first + len(said.tokens)])
    told = logits.log_softmax(dim=-1)
    costs = -told[range(len(said.tokens)), said.tokens]
    if said.first is not None:
        shares = torch.tensor(list(said.first.values()), device=told.device)
        right = (shares * told[0, list(said.first)]).sum()
        costs = torch.cat([-right[None], costs[1:]])
    return costs.mean()
