"""EfficientNet-Lite2 as a vision tower: a grid of features, one image token for each place."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, PreTrainedConfig, PreTrainedModel
from transformers.modeling_outputs import BaseModelOutput

from emograph.adapters.models import grid
from emograph.adapters.models.efficientnet import EfficientNetLite
from emograph.adapters.models.grid import CHANNELS, SIDE


class EfficientNetLiteConfig(PreTrainedConfig):
    """The tower's configuration, under the name that LLaVA's loads it by."""

    model_type = "emograph_efficientnet_lite"

    hidden_size: int = CHANNELS
    image_size: int = SIDE
    patch_size: int = 32
    num_hidden_layers: int = 1
    initializer_range: float = 0.02


class EfficientNetLiteTower(PreTrainedModel):
    """Images (n, 3, 448, 448) in -1..1 to features (n, 196, 1960), each scaled to unit spread."""

    config_class = EfficientNetLiteConfig
    base_model_prefix = "vision"
    main_input_name = "pixel_values"
    _supports_sdpa = True  # it has no attention, so any will do

    def __init__(self, config: EfficientNetLiteConfig) -> None:
        super().__init__(config)
        self.network = EfficientNetLite().fold()
        self.scale = nn.Parameter(torch.ones(CHANNELS), requires_grad=False)
        self.post_init()  # type: ignore[no-untyped-call]

    def body(self, pixel_values: Tensor) -> Tensor:
        """Features (n, 196, 680) before the head: what is worth keeping of an image."""
        return grid.body(self.network, pixel_values)

    def head(self, body: Tensor) -> Tensor:
        """Features (n, places, 1960) from those before the head, in any number of places."""
        return grid.grid(self.network, body) * self.scale

    def pooled(self, places: Tensor) -> Tensor:
        """A whole picture (n, 2640) of its features (n, places, 1960): what a student reads."""
        return grid.pooled(places.float() / self.scale.float())

    def forward(self, pixel_values: Tensor, **_: Any) -> BaseModelOutput:
        """The features, as the last and only hidden state."""
        places = self.head(self.body(pixel_values))
        return BaseModelOutput(last_hidden_state=places, hidden_states=(places,))


AutoConfig.register(EfficientNetLiteConfig.model_type, EfficientNetLiteConfig, exist_ok=True)
AutoModel.register(EfficientNetLiteConfig, EfficientNetLiteTower, exist_ok=True)
