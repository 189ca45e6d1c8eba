"""The families of vision-language models: how each one's picture stands in the prompt.

The processors of transformers are not used: those of half the families cannot be built without
torchvision, for the sake of videos. A picture is encoded first, so that the number of its tokens is
counted and never computed from a configuration that may not be true.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch

from emograph.adapters.models.lvlm import templates

Inputs = Mapping[str, Any]
"""What an image processor gives for one picture."""
Expansion = Callable[["Marks", Inputs, int], str]
"""The text that stands for a picture: marks, what the image processor gave, number of features."""


@dataclass(frozen=True, slots=True)
class Marks:
    """The words of one tokenizer that are put around a picture.

    `image` is repeated once for each feature of the picture, and replaced by it.
    """

    image: str
    start: str = "<img>"
    end: str = "</img>"
    fake: str = "<fake_token_around_image>"
    whole: str = "<global-img>"


def marks_of(tokenizer: Any, image_token: int) -> Marks:
    """The marks of a tokenizer, whose own names for them come before the usual ones."""
    usual = Marks(tokenizer.convert_ids_to_tokens(image_token))
    return Marks(
        usual.image,
        getattr(tokenizer, "start_image_token", usual.start),
        getattr(tokenizer, "end_image_token", usual.end),
        getattr(tokenizer, "fake_image_token", usual.fake),
        getattr(tokenizer, "global_image_token", usual.whole),
    )


@dataclass(frozen=True, slots=True)
class Family:
    """A family of models: what transformers calls it, and how it is shown a picture."""

    name: str
    model_types: tuple[str, ...]
    expand: Expansion
    template: str
    """The chat template of a checkpoint that has none of its own."""
    image_inputs: tuple[str, ...] = ("pixel_values",)
    """What of the image processor's output the network takes."""
    image_options: Mapping[str, Any] = field(default_factory=dict)
    is_placed_in_a_grid: bool = False
    """Whether image tokens have positions in time, height and width (M-RoPE)."""

    def template_for(self, text_model_type: str) -> str:
        """The chat template for a checkpoint without one, by the type of its language model."""
        return templates.MISTRAL if text_model_type == "mistral" else self.template


def _plain(marks: Marks, inputs: Inputs, features: int) -> str:  # noqa: ARG001
    return marks.image * features


def _enclosed(marks: Marks, inputs: Inputs, features: int) -> str:  # noqa: ARG001
    return f"{marks.start}{marks.image * features}{marks.end}"


def _tiled(marks: Marks, inputs: Inputs, features: int) -> str:
    """Rows and columns of tiles, each with its name, and the whole picture after them."""
    rows, columns = int(inputs["rows"][0][0]), int(inputs["cols"][0][0])
    tile = marks.image * (features // (rows * columns + 1))
    text = ""
    for row in range(rows):
        for column in range(columns):
            text += f"{marks.fake}<row_{row + 1}_col_{column + 1}>{tile}"
        text += "\n"
    if rows:
        text += "\n"
    return f"{text}{marks.fake}{marks.whole}{tile}{marks.fake}"


_TILES: dict[str, Any] = {
    "image_inputs": ("pixel_values", "pixel_attention_mask"),
    "image_options": {"return_row_col_info": True},
}
_GRID: dict[str, Any] = {
    "image_inputs": ("pixel_values", "image_grid_thw"),
    "is_placed_in_a_grid": True,
}

FAMILIES = {
    family.name: family
    for family in (
        Family("llava", ("llava",), _plain, templates.VICUNA),
        Family(
            "llava-next",
            ("llava_next",),
            _plain,
            templates.VICUNA,
            image_inputs=("pixel_values", "image_sizes"),
            image_options={"do_pad": True},
        ),
        Family("qwen2.5-vl", ("qwen2_5_vl",), _plain, templates.QWEN, **_GRID),
        Family("qwen3-vl", ("qwen3_vl",), _plain, templates.QWEN, **_GRID),
        # The first generation of SmolVLM says that it is an Idefics3.
        Family("smolvlm", ("smolvlm", "idefics3"), _tiled, templates.SMOLVLM, **_TILES),
        Family("idefics3", ("idefics3",), _tiled, templates.IDEFICS3, **_TILES),
        Family(
            "internvl",
            ("internvl",),
            _enclosed,
            templates.INTERNVL,
            image_options={"crop_to_patches": True},
        ),
    )
}
"""The families that are read, by name."""


def grid_positions(start: int, grid: torch.Tensor, merged: int) -> torch.Tensor:
    """Positions of a picture's tokens in time, height and width, shape (3, tokens).

    `grid` (3,) counts the patches before `merged` x `merged` of them become one token; the picture
    begins at the position `start`, and what follows it goes on after the largest.
    """
    _, height, width = (grid.tolist()[0], *(int(side) // merged for side in grid.tolist()[1:]))
    rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    return torch.stack([torch.zeros_like(rows), rows, columns]).flatten(1) + start
