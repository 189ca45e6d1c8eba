"""Vision-language models that transformers reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from emograph.adapters.models.lvlm.branch import Branch, LanguageHalf
from emograph.adapters.models.lvlm.eyes import Eyes
from emograph.adapters.models.lvlm.families import Family
from emograph.adapters.models.lvlm.prompts import Prompts
from emograph.adapters.models.lvlm.view import PhotoView, Speaker, name_each
from emograph.adapters.models.lvlm.vocabulary import Vocabulary
from emograph.engine.images import Photo
from emograph.engine.lvlm.model import Naming, Told
from emograph.engine.pruning.pruner import VisionTokenPruner
from emograph.errors import AssetError


class TransformersLVLM:
    """A vision-language model of a family, such as LLaVA; safe to use from several threads.

    `network` is the model with its head, `template` its chat template. Raises AssetError where
    tokenizer or template cannot be used.
    """

    name: str

    def __init__(
        self,
        family: Family,
        network: Any,
        tokenizer: Any,
        image_processor: Any,
        name: str,
        template: str,
    ) -> None:
        self.name = name
        network.eval().requires_grad_(False)
        self.network = network
        self.half = half = LanguageHalf(network)
        token = int(network.config.image_token_id)
        image = tokenizer.convert_ids_to_tokens(token) if token < len(tokenizer) else None
        if image is None:
            raise AssetError(
                f"The tokenizer of {name} is not the one that its network was trained with.",
                "Fetch or save the model again, with all its files from one place.",
            )
        self.prompts = prompts = Prompts(tokenizer, template, image)
        ends = _turn_ends(network, tokenizer)
        vocabulary = Vocabulary(tokenizer, prompts, half.vocabulary_size, ends)
        self._speaker = Speaker(half, prompts, vocabulary)
        self.eyes = Eyes(family, network, image_processor, tokenizer, half, prompts)
        self.pruner: VisionTokenPruner | None = None

    def prune(self, pruner: VisionTokenPruner) -> None:
        """Drop image tokens from now on, as pictures are looked at.

        Raises EmographError where the pruner does not fit, or another one is at work already.
        """
        self.eyes.pruning = self._speaker.contexts.enter_context(pruner(self.network))
        self.pruner = pruner

    def look(self, photo: Photo | None) -> PhotoView:
        """Encode a photo, or nothing at all: what the model would answer without having seen it.

        Raises ImageError for a photo whose shape the model cannot take.
        """
        with self._speaker.at_work():
            if photo is None:
                return PhotoView(self._speaker, Branch(self._speaker.half), False)
            prefix, pooled = self.eyes.see(photo)
        return PhotoView(self._speaker, prefix, True, pooled)

    def look_each(self, photos: Sequence[Photo], namings: Sequence[Naming]) -> list[Told]:
        """Look at several photos and name what each shows, decoding for all of them together.

        Raises ImageError for a photo whose shape the model cannot take.
        """
        views = [self.look(photo) for photo in photos]
        return [Told(*told) for told in zip(views, name_each(views, namings), strict=True)]


def _turn_ends(network: Any, tokenizer: Any) -> list[int]:
    """The tokens that end a turn, by the model's own settings."""
    configured = getattr(getattr(network, "generation_config", None), "eos_token_id", None)
    ends = configured if isinstance(configured, list) else [configured]
    return [int(end) for end in (*ends, tokenizer.eos_token_id) if end is not None]
