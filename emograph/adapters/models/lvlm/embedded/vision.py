"""EfficientNet-Lite2 as a vision tower: a grid of features, one image token for each place."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoConfig, AutoModel, PreTrainedConfig, PreTrainedModel
from transformers.modeling_outputs import BaseModelOutput

from emograph.adapters.models.efficientnet import FEATURES, EfficientNetLite2

SIDE = 448
"""Pictures are squeezed to 448 x 448 pixels."""
GRID = SIDE // 32
"""Places along each side of the grid."""

# The stages that are read besides the head's features: what the last ones see, and textures. Linear
# classifiers told the emotions of Emotion6 from the head's means alone in 0.58, from these in 0.60.
_READ = (14, 19, 20)
_WIDTHS = (120, 208, 352)
BODY = sum(_WIDTHS)
"""Features per place before the head, from which all others follow."""
CHANNELS = FEATURES + BODY
"""Features per place."""


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
        self.network = EfficientNetLite2().fold()
        self.scale = nn.Parameter(torch.ones(CHANNELS), requires_grad=False)
        self.post_init()  # type: ignore[no-untyped-call]

    def body(self, pixel_values: Tensor) -> Tensor:
        """Features (n, 196, 680) before the head: what is worth keeping of an image."""
        images = pixel_values.to(memory_format=torch.channels_last)
        textures, *late = self.network.stages(images, _READ)
        grids = [functional.avg_pool2d(textures, 2), *late]
        return torch.cat(grids, dim=1).flatten(2).transpose(1, 2)

    def head(self, body: Tensor) -> Tensor:
        """Features (n, places, 1960) from those before the head, in any number of places."""
        last = body[..., -_WIDTHS[-1] :].transpose(1, 2)[..., None]
        seen = self.network.head(last)[..., 0].transpose(1, 2)
        return torch.cat([seen, body], dim=-1) * self.scale

    def forward(self, pixel_values: Tensor, **_: Any) -> BaseModelOutput:
        """The features, as the last and only hidden state."""
        grid = self.head(self.body(pixel_values))
        return BaseModelOutput(last_hidden_state=grid, hidden_states=(grid,))


AutoConfig.register(EfficientNetLiteConfig.model_type, EfficientNetLiteConfig, exist_ok=True)
AutoModel.register(EfficientNetLiteConfig, EfficientNetLiteTower, exist_ok=True)
