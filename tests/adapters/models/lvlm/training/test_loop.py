"""Training that is stopped goes on as if it had never stopped."""

from pathlib import Path

import pytest
import torch
from accelerate import Accelerator  # type: ignore[import-untyped]
from torch import Tensor, nn

from emograph.adapters.models.lvlm.training.loop import Trained, fit

STEPS = 50


class Task:
    """A line to be found, from points that depend on the step alone."""

    def __init__(self, stop: int | None = None) -> None:
        torch.manual_seed(0)
        self.layer = nn.Linear(4, 1)
        self.trained = Trained(((dict(self.layer.named_parameters()), 0.05),))
        self.stop = stop
        self.asked: list[int] = []

    def losses(self, step: int) -> list[Tensor]:
        if step == self.stop:
            raise KeyboardInterrupt
        self.asked.append(step)
        generator = torch.Generator().manual_seed(step)
        x = torch.randn(8, 4, generator=generator)
        return [(self.layer(x) - x.sum(dim=1, keepdim=True)).pow(2).mean()]

    def run(self, folder: Path) -> list[float]:
        losses: list[float] = []
        fit(
            self.trained,
            STEPS,
            self.losses,
            folder,
            Accelerator(cpu=True),
            lambda _done, _planned, loss: losses.append(loss),
        )
        return losses


def test_the_loss_falls(tmp_path: Path) -> None:
    losses = Task().run(tmp_path)
    assert len(losses) == STEPS
    assert losses[-1] < losses[0] / 3


def test_it_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    whole = Task()
    whole.run(tmp_path / "whole")
    stopped = Task(stop=33)
    with pytest.raises(KeyboardInterrupt):
        stopped.run(tmp_path / "parts")
    again = Task()
    again.run(tmp_path / "parts")
    assert again.asked == list(range(20, STEPS))
    for name, parameter in whole.layer.named_parameters():
        assert torch.equal(parameter, dict(again.layer.named_parameters())[name])


def test_a_checkpoint_of_something_else_is_not_gone_on_with(tmp_path: Path) -> None:
    Task().run(tmp_path)
    other = Task()
    other.trained = Trained((({"another": nn.Parameter(torch.zeros(4))}, 0.05),))
    other.run(tmp_path)
    assert other.asked == list(range(STEPS))


def test_a_damaged_checkpoint_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "checkpoint.safetensors").write_bytes(b"no safetensors")
    task = Task()
    task.run(tmp_path)
    assert task.asked == list(range(STEPS))
