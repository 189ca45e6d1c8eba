"""Prompts with pictures, kept as the decoder of a model gets them, to be read again and again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from emograph.engine.pruning.hooks import Pruning, image_token
from emograph.errors import EmographError


@dataclass(frozen=True, eq=False)
class DecoderPrompt:
    """One prompt: its image tokens (1, n), and what the decoder takes.

    Pictures are encoded once, so that whatever is compared differs in the decoder alone.
    """

    is_image: Tensor
    taken: Mapping[str, Any]

    @classmethod
    def of(cls, model: Any, inputs: Mapping[str, Any]) -> DecoderPrompt:
        """What a model's decoder takes of inputs as its processor makes them.

        Raises EmographError where they show no picture.
        """
        is_image = inputs["input_ids"] == image_token(model)
        if not bool(is_image.any()):
            raise EmographError(
                "A prompt for calibration shows no picture.",
                "Let each of them have one, with its image tokens in the input_ids.",
            )
        taken: list[dict[str, Any]] = []

        def before(_module: Any, _args: Any, kwargs: dict[str, Any]) -> None:
            taken.append(dict(kwargs))

        hook = model.get_decoder().register_forward_pre_hook(before, with_kwargs=True)
        try:
            with torch.inference_mode():
                model(**inputs, use_cache=False, logits_to_keep=1)
        finally:
            hook.remove()
        return cls(is_image, taken[-1])

    def read(self, model: Any, pruning: Pruning | None = None, **more: Any) -> Tensor:
        """The last hidden states (1, n, width), by a decoder that prunes or does not."""
        decoder = model.get_decoder()
        with torch.inference_mode():
            if pruning is None:
                hidden: Tensor = decoder(**{**self.taken, **more}).last_hidden_state
                return hidden
            with pruning.showing(self.is_image):
                hidden = decoder(**{**self.taken, **more}).last_hidden_state
        return hidden

    def foretell(self, model: Any, pruning: Pruning | None = None) -> Tensor:
        """The log-probabilities (vocabulary,) of the token that follows the prompt."""
        last = self.read(model, pruning)[0, -1]
        scores: Tensor = model.get_output_embeddings()(last)
        return scores.float().log_softmax(-1)
