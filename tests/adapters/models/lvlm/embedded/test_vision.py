"""The vision tower sees what EfficientNet-Lite2 sees, place by place."""

from pathlib import Path

import pytest
import torch

from emograph.adapters.models.assets import EFFICIENTNET_LITE2, locate
from emograph.adapters.models.efficientnet import FEATURES, EfficientNetLite
from emograph.adapters.models.grid import BODY, CHANNELS, GRID, SIDE
from emograph.adapters.models.lvlm.embedded.vision import (
    EfficientNetLiteConfig,
    EfficientNetLiteTower,
)
from emograph.config import load_settings

pytestmark = pytest.mark.weights


@pytest.fixture(scope="module")
def checkpoint() -> Path:
    return locate(EFFICIENTNET_LITE2, load_settings().cache)


@pytest.fixture(scope="module")
def tower(checkpoint: Path) -> EfficientNetLiteTower:
    tower = EfficientNetLiteTower(EfficientNetLiteConfig())
    folded = EfficientNetLite.from_checkpoint(checkpoint).fold()
    tower.network.load_state_dict(folded.state_dict())
    return tower.eval()  # type: ignore[no-untyped-call, no-any-return]


@pytest.fixture(scope="module")
def images() -> torch.Tensor:
    return torch.rand(2, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(0)) * 2 - 1


def test_folding_changes_nothing(checkpoint: Path, images: torch.Tensor) -> None:
    plain = EfficientNetLite.from_checkpoint(checkpoint)
    folded = EfficientNetLite.from_checkpoint(checkpoint).fold()
    with torch.inference_mode():
        assert torch.allclose(plain.grid(images), folded.grid(images), atol=1e-3)


@torch.inference_mode()
def test_a_place_has_the_features_of_the_network(
    checkpoint: Path, tower: EfficientNetLiteTower, images: torch.Tensor
) -> None:
    seen = tower(images).last_hidden_state
    assert seen.shape == (2, GRID * GRID, CHANNELS)
    grid = EfficientNetLite.from_checkpoint(checkpoint).grid(images)
    assert torch.allclose(seen[..., :FEATURES], grid.flatten(2).transpose(1, 2), atol=1e-3)


@torch.inference_mode()
def test_what_is_kept_of_a_picture_is_all_that_is_needed(
    tower: EfficientNetLiteTower, images: torch.Tensor
) -> None:
    body = tower.body(images)
    assert body.shape == (2, GRID * GRID, BODY)
    assert torch.allclose(tower.head(body), tower(images).last_hidden_state, atol=1e-5)


@torch.inference_mode()
def test_the_scale_is_that_of_every_feature(
    tower: EfficientNetLiteTower, images: torch.Tensor
) -> None:
    before = tower(images).last_hidden_state
    tower.scale.mul_(0.5)
    after = tower(images).last_hidden_state
    tower.scale.mul_(2.0)
    assert torch.allclose(after, before / 2, atol=1e-5)
