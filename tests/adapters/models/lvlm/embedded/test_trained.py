"""Trained weights are few, in half precision, and added to the model where they belong."""

from pathlib import Path

import pytest
import torch

from emograph.adapters.models.lvlm.embedded.trained import TrainedWeights
from emograph.errors import EmographError


@pytest.fixture
def weights() -> TrainedWeights:
    torch.manual_seed(0)
    return TrainedWeights(
        {"projector.weight": torch.randn(3, 5)},
        {"layer.weight": (torch.randn(2, 6), torch.randn(4, 2))},
        2.0,
    )


def test_they_are_kept(weights: TrainedWeights, tmp_path: Path) -> None:
    weights.save(tmp_path / "weights.safetensors")
    read = TrainedWeights.load(tmp_path / "weights.safetensors")
    assert read.scaling == 2.0
    assert read.tensors.keys() == weights.tensors.keys()
    assert torch.allclose(
        read.tensors["projector.weight"], weights.tensors["projector.weight"], atol=2e-3
    )
    for kept, given in zip(
        read.additions["layer.weight"], weights.additions["layer.weight"], strict=True
    ):
        assert torch.allclose(kept, given, atol=2e-3)


def test_they_replace_and_add(weights: TrainedWeights) -> None:
    state = {"projector.weight": torch.zeros(3, 5), "layer.weight": torch.ones(4, 6)}
    weights.add_to(state)
    a, b = weights.additions["layer.weight"]
    assert torch.equal(state["projector.weight"], weights.tensors["projector.weight"])
    assert torch.allclose(state["layer.weight"], 1 + 2 * b @ a)


@pytest.mark.parametrize("content", [b"", b"no safetensors at all"])
def test_a_file_that_holds_none(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "weights.safetensors").write_bytes(content)
    with pytest.raises(EmographError, match="cannot be read"):
        TrainedWeights.load(tmp_path / "weights.safetensors")


def test_weights_of_something_else(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    save_file({"x": torch.zeros(1)}, tmp_path / "weights.safetensors")
    with pytest.raises(EmographError, match="does not hold weights of the embedded"):
        TrainedWeights.load(tmp_path / "weights.safetensors")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(EmographError, match="cannot be read"):
        TrainedWeights.load(tmp_path / "weights.safetensors")
