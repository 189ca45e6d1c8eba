"""The training loop: AdamW with warm-up and a cosine, checkpoints, and going on from one."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from accelerate import Accelerator  # type: ignore[import-untyped]
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

_WARM_UP = 20
_LEAST = 0.05
_CLIP = 1.0
_KEPT_EVERY = 20
_FILE = "checkpoint.safetensors"
_STEP = "step"

Report = Callable[[int, int, float], None]
"""Told the steps done, the steps planned and the loss."""


@dataclass(frozen=True, eq=False)
class Trained:
    """Parameters by name, and the learning rate at which each group of them is trained."""

    groups: tuple[tuple[Mapping[str, nn.Parameter], float], ...]
    decay: float = 0.05

    @property
    def named(self) -> dict[str, nn.Parameter]:
        """All parameters."""
        return {name: p for group, _ in self.groups for name, p in group.items()}


def fit(
    trained: Trained,
    steps: int,
    losses: Callable[[int], Iterable[Tensor]],
    folder: Path,
    accelerator: Accelerator,
    report: Report,
) -> None:
    """Take `steps` steps down the losses; `losses` gives those of a step, by its number alone.

    They are added up, one after the other, so that only one needs its memory at a time.

    The state is kept in `folder` as it goes. Where one is found there, training goes on from it, as
    if it had never stopped.
    """
    optimizer = torch.optim.AdamW(
        [{"params": list(group.values()), "lr": rate} for group, rate in trained.groups],
        betas=(0.9, 0.99),
        weight_decay=trained.decay,
    )
    rates = [rate for _, rate in trained.groups]
    done = _restore(folder / _FILE, trained, optimizer)
    for step in range(done, steps):
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * _schedule(step, steps)
        total = 0.0
        for loss in losses(step):
            accelerator.backward(loss)
            total += float(loss.detach())
        accelerator.clip_grad_norm_(list(trained.named.values()), _CLIP)
        optimizer.step()
        optimizer.zero_grad()
        report(step + 1, steps, total)
        if (step + 1) % _KEPT_EVERY == 0 or step + 1 == steps:
            _keep(folder / _FILE, trained, optimizer, step + 1)


def _schedule(step: int, steps: int) -> float:
    rising = min(1.0, (step + 1) / _WARM_UP)
    falling = 0.5 * (1 + math.cos(math.pi * step / steps))
    return rising * (_LEAST + (1 - _LEAST) * falling)


def _keep(path: Path, trained: Trained, optimizer: torch.optim.Optimizer, step: int) -> None:
    tensors: dict[str, Tensor] = {_STEP: torch.tensor(step)}
    for name, parameter in trained.named.items():
        tensors[f"value:{name}"] = parameter.detach()
        for key, value in optimizer.state[parameter].items():
            tensors[f"{key}:{name}"] = torch.as_tensor(value)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    save_file({name: t.cpu().contiguous().clone() for name, t in tensors.items()}, part)
    part.replace(path)


def _restore(path: Path, trained: Trained, optimizer: torch.optim.Optimizer) -> int:
    """Go back to what was kept; the number of steps that were done, 0 where nothing was kept."""
    try:
        tensors = load_file(path)
    except (OSError, SafetensorError):
        return 0
    step = int(tensors.pop(_STEP))
    states: dict[str, dict[str, Tensor]] = {}
    for key, tensor in tensors.items():
        kind, _, name = key.partition(":")
        states.setdefault(name, {})[kind] = tensor
    if states.keys() != trained.named.keys():
        return 0
    with torch.no_grad():
        for name, parameter in trained.named.items():
            state = states[name]
            parameter.copy_(state.pop("value").to(parameter))
            optimizer.state[parameter] = {
                key: value if key == "step" else value.to(parameter.device)
                for key, value in state.items()
            }
    return step
