"""How a picture is encoded, once: everything up to its last token is read into a branch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from PIL import Image

from emograph.adapters.models.lvlm.branch import Branch, LanguageHalf
from emograph.adapters.models.lvlm.families import Family, grid_positions, marks_of
from emograph.adapters.models.lvlm.prompts import Prompts
from emograph.engine.images import Photo
from emograph.engine.lvlm.questions import GLANCE
from emograph.engine.perception.detector import Array
from emograph.engine.pruning.hooks import Pruning
from emograph.engine.pruning.prompts import DecoderPrompt
from emograph.errors import ImageError


@dataclass(frozen=True, eq=False, slots=True)
class Picture:
    """The embeddings (1, n, width) of a prompt up to its picture's last token.

    Their positions are (n,), or (3, n) in a grid; `is_image` (1, n) are the picture's own tokens;
    `more` is what the decoder takes besides; `pooled` (f,) is what the tower saw, for a student.
    """

    embeddings: torch.Tensor
    positions: torch.Tensor
    is_image: torch.Tensor
    more: Mapping[str, Any]
    pooled: Array | None = None

    def prompt(self) -> DecoderPrompt:
        """What the decoder gets, to be read by itself."""
        at = self.positions[None] if self.positions.ndim == 1 else self.positions[:, None]
        taken = {"inputs_embeds": self.embeddings, "position_ids": at, **self.more}
        return DecoderPrompt(self.is_image, taken)

    def followed_by(self, embeddings: torch.Tensor) -> Picture:
        """The picture and words (1, m, width) after it, which see it."""
        following = embeddings.shape[1]
        start = int(self.positions.max()) + 1
        rest = torch.arange(start, start + following, device=self.positions.device)
        rest = rest.expand(*self.positions.shape[:-1], -1)
        is_image = torch.nn.functional.pad(self.is_image, (0, following))
        more = {**self.more}
        if "visual_pos_masks" in more:
            more["visual_pos_masks"] = is_image
        return Picture(
            torch.cat([self.embeddings, embeddings], dim=1),
            torch.cat([self.positions, rest], dim=-1),
            is_image,
            more,
        )


class Eyes:
    """The half of a network that sees, and what it says to the half that reads."""

    def __init__(
        self,
        family: Family,
        network: Any,
        image_processor: Any,
        tokenizer: Any,
        half: LanguageHalf,
        prompts: Prompts,
    ) -> None:
        self._family = family
        self._network = network
        self._image_processor = image_processor
        self._half = half
        self._prompts = prompts
        self._image_token = int(network.config.image_token_id)
        self._marks = marks_of(tokenizer, self._image_token)
        self.pruning: Pruning | None = None
        """Set while image tokens are pruned as they are read."""
        self.pool: Callable[[torch.Tensor], Array] | None = None
        """Makes of the tower's output (1, places, width) what a student reads (f,)."""

    def see(self, photo: Photo) -> tuple[Branch, Array | None]:
        """Read everything up to and including the picture; what was seen, pooled, comes with it.

        Raises ImageError for a photo whose shape the model cannot take.
        """
        picture = self.encode(photo)
        return self._read(picture), picture.pooled

    def _read(self, picture: Picture) -> Branch:
        branch = Branch(self._half)
        if self.pruning is None:
            branch.read_embeddings(picture.embeddings, picture.positions, **picture.more)
            return branch
        # A method that goes by attention must see somebody look: a question that is then forgotten.
        probe = self._glance if self.pruning.reads_attention else []
        if probe:
            words = self._half.embed(torch.tensor([probe], device=self._half.device))
            picture = picture.followed_by(words)
        with self.pruning.showing(picture.is_image):
            branch.read_embeddings(picture.embeddings, picture.positions, **picture.more)
        branch.forget(len(probe))
        return branch

    @cached_property
    def _glance(self) -> list[int]:
        return self._prompts.split(GLANCE, has_image=True)[1]

    def encode(self, photo: Photo) -> Picture:
        """Everything up to and including the picture, not read yet.

        Raises ImageError for a photo whose shape the model cannot take.
        """
        inputs = self._inputs(photo)
        encoded = self._network.get_image_features(**self._of_network(inputs))
        features = torch.cat([part.flatten(0, -2) for part in encoded.pooler_output])
        before = self._prompts.before
        picture = self._family.expand(self._marks, inputs, len(features))
        tokens = torch.tensor([before + self._prompts.tokens(picture)], device=self._half.device)
        is_image = tokens == self._image_token
        embeddings = self._half.embed(tokens).clone()
        embeddings[is_image] = features.to(embeddings)
        positions = torch.arange(tokens.shape[1])
        if self._family.is_placed_in_a_grid:
            merged = self._image_processor.merge_size
            grid = grid_positions(len(before), inputs["image_grid_thw"][0], merged)
            positions = torch.cat([positions[: len(before)].expand(3, -1), grid], dim=1)
        more: dict[str, Any] = {}
        if deep := getattr(encoded, "deepstack_features", None):
            # Qwen3-VL adds what lower layers of its eyes saw to the decoder's lower layers.
            more["visual_pos_masks"] = is_image
            more["deepstack_visual_embeds"] = [torch.cat(list(layer)) for layer in deep]
        seen = self.pool and self.pool(encoded.last_hidden_state)
        return Picture(embeddings, positions.to(self._half.device), is_image, more, seen)

    def _inputs(self, photo: Photo) -> Any:
        try:
            # Told which axis holds the colours, it need not guess: a picture may be 3 pixels high.
            return self._image_processor(
                images=[Image.fromarray(photo.pixels)],
                input_data_format="channels_last",
                return_tensors="pt",
                **self._family.image_options,
            )
        except ValueError as error:
            reason = str(error).strip().partition("\n")[0][:200].rstrip(". ")
            raise ImageError(
                f"The model cannot take the picture {photo.source} ({reason}).",
                "Crop it to a shape that is less extreme.",
            ) from error

    def _of_network(self, inputs: Any) -> dict[str, torch.Tensor]:
        """What the network takes of the image processor's output, where and as it computes."""
        taken = {}
        for key in self._family.image_inputs:
            value = inputs[key]
            dtype = self._half.dtype if value.is_floating_point() else value.dtype
            taken[key] = value.to(self._half.device, dtype)
        return taken
