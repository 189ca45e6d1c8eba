"""Tiny models of every family with prompts of pictures and words, as their processors make them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from PIL import Image
from transformers import AutoModelForImageTextToText

from tests.adapters.models.lvlm import checkpoints

LAYERS = 6
FAMILIES = tuple(checkpoints._CONFIGS)
_OPTIONS: dict[str, dict[str, Any]] = {
    "smolvlm": {"return_row_col_info": True},
    "idefics3": {"return_row_col_info": True},
    "internvl": {"crop_to_patches": True},
    "llava-next": {"do_pad": True},
}
_OF_NETWORK = {
    "llava": ("pixel_values",),
    "llava-next": ("pixel_values", "image_sizes"),
    "qwen2.5-vl": ("pixel_values", "image_grid_thw"),
    "qwen3-vl": ("pixel_values", "image_grid_thw"),
    "smolvlm": ("pixel_values", "pixel_attention_mask"),
    "idefics3": ("pixel_values", "pixel_attention_mask"),
    "internvl": ("pixel_values",),
}


@dataclass(frozen=True)
class Tiny:
    """A network of a family with its image processor."""

    family: str
    network: Any
    image_processor: Any
    vocabulary: int

    def inputs(self, sizes: Sequence[Sequence[int]], words: Sequence[int]) -> dict[str, Any]:
        """A batch, padded on the left: pictures of these widths in each row, then so many words."""
        pictures = [[_picture(side) for side in of] for of in sizes]
        nested = self.family in ("smolvlm", "idefics3")
        flat = [picture for of in pictures for picture in of]
        encoded = self.image_processor(
            images=pictures if nested else flat,
            return_tensors="pt",
            **_OPTIONS.get(self.family, {}),
        )
        taken = {key: encoded[key] for key in _OF_NETWORK[self.family]}
        token = self.network.config.image_token_id
        rows = []
        for row, of in enumerate(pictures):
            ids = [1]
            for picture in of:
                ids += [7, *[token] * self._count(picture), 8]
            rng = np.random.default_rng(words[row])
            text = rng.integers(60, self.vocabulary, size=words[row])
            rows.append(ids + text.tolist())
        longest = max(map(len, rows))
        tokens = torch.tensor([[0] * (longest - len(row)) + row for row in rows])
        mask = torch.tensor([[0] * (longest - len(row)) + [1] * len(row) for row in rows])
        inputs = {"input_ids": tokens, "attention_mask": mask, **taken}
        if self.family.startswith("qwen"):
            inputs["mm_token_type_ids"] = (tokens == token).int()
        return inputs

    def _count(self, picture: Image.Image) -> int:
        encoded = self.image_processor(
            images=[[picture]] if self.family in ("smolvlm", "idefics3") else [picture],
            return_tensors="pt",
            **_OPTIONS.get(self.family, {}),
        )
        with torch.inference_mode():
            seen = self.network.get_image_features(
                **{key: encoded[key] for key in _OF_NETWORK[self.family]}
            )
        return sum(part.flatten(0, -2).shape[0] for part in seen.pooler_output)


def tiny(family: str, attention: str = "sdpa", layers: int = LAYERS) -> Tiny:
    """A random network of a family, in float32."""
    tokenizer = checkpoints.tokenizer_of(family, None)
    text = checkpoints.TEXT | {"vocab_size": len(tokenizer), "num_hidden_layers": layers}
    config, image_processor = checkpoints._CONFIGS[family](text, tokenizer.convert_tokens_to_ids)
    torch.manual_seed(0)
    network: Any = AutoModelForImageTextToText.from_config(config, attn_implementation=attention)
    for weights in network.parameters():
        if weights.ndim > 1:
            torch.nn.init.normal_(weights, std=0.15)
    return Tiny(family, network.eval().requires_grad_(False), image_processor, len(tokenizer))


def _picture(side: int) -> Image.Image:
    rng = np.random.default_rng(side)
    return Image.fromarray(rng.integers(0, 255, (32, side, 3), np.uint8))
