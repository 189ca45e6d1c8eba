"""Hooks that prune image tokens while a model of transformers reads a prompt."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

import torch
from torch import Tensor
from transformers import DynamicCache

from emograph.engine.pruning.cache import PrunedLayer, expect_prunable, pruned_layer
from emograph.engine.pruning.masks import LayerMasks
from emograph.engine.pruning.method import Method
from emograph.engine.pruning.places import places_of
from emograph.engine.pruning.plan import Stage, check_stages
from emograph.engine.pruning.reading import Pictures, Reading
from emograph.engine.pruning.tower import TowerAttention
from emograph.errors import EmographError

_ATTENTIONS = ("eager", "sdpa", "flash_attention_2", "flash_attention_3")


class Pruning:
    """One model while its image tokens are pruned.

    `last` is the reading of the latest pass that showed a picture in this thread: its `kept` says
    which tokens each stage kept.
    """

    def __init__(self, model: Any, pruner: Method) -> None:
        self._model = model
        self._pruner = pruner
        self._image_token = image_token(model)
        self._decoder = model.get_decoder()
        self._layers: Sequence[Any] = self._decoder.layers
        stages = pruner.stages(len(self._layers))
        check_stages(stages, len(self._layers))
        # A stage that keeps everything leaves the computation as it is, to the last bit.
        self.stages: Mapping[int, Stage] = {s.layer: s for s in stages if s.keep < 1}
        self._tower = TowerAttention(model) if pruner.reads_tower and self.stages else None
        self._state = threading.local()

    @property
    def reads_attention(self) -> bool:
        """Whether some stage goes by what the last token of the prompt attends to."""
        return any(self._pruner.reads_attention(stage) for stage in self.stages.values())

    @property
    def last(self) -> Reading | None:
        """What was kept of the pictures that were read last."""
        found: Reading | None = getattr(self._state, "last", None)
        return found

    @contextmanager
    def attached(self) -> Iterator[Pruning]:
        """Put the hooks in, and take them out again."""
        _expect_attention(self._decoder)
        _expect_no_window(self._decoder)
        hooks = []
        if self.stages:
            hooks = [
                self._model.register_forward_pre_hook(self._before_model, with_kwargs=True),
                self._decoder.register_forward_pre_hook(self._before_decoder, with_kwargs=True),
                self._decoder.register_forward_hook(self._after_decoder, always_call=True),
                self._layers[-1].register_forward_hook(self._after_layers),
                *(
                    layer.register_forward_pre_hook(
                        partial(self._before_layer, number), with_kwargs=True
                    )
                    for number, layer in enumerate(self._layers)
                    if number >= min(self.stages)
                ),
            ]
        with ExitStack() as stack:
            if self.stages and self._tower is not None:
                stack.enter_context(self._tower.attached())
            if self.stages and hasattr(self._decoder, "_deepstack_process"):
                stack.enter_context(self._deepstack())
            try:
                yield self
            finally:
                for hook in hooks:
                    hook.remove()

    @contextmanager
    def showing(self, is_image: Tensor) -> Iterator[None]:
        """Say which tokens (rows, n) are image tokens, for a decoder that is called by itself."""
        self._state.shown = is_image
        try:
            yield
        finally:
            self._state.shown = None

    def _before_model(self, _: Any, args: Any, kwargs: dict[str, Any]) -> None:
        tokens = kwargs.get("input_ids", args[0] if args else None)
        # What a reading that failed left behind is not of this one.
        self._state.shown = None if tokens is None else tokens == self._image_token
        if tokens is not None:
            return
        if kwargs.get("pixel_values") is not None:
            raise EmographError(
                "Image tokens cannot be told apart in embeddings.",
                "Give the model input_ids beside the pixel values.",
            )

    def _before_decoder(self, decoder: Any, args: Any, kwargs: dict[str, Any]) -> None:
        embeddings, cache = kwargs.get("inputs_embeds"), kwargs.get("past_key_values")
        tokens = kwargs.get("input_ids", args[0] if args else None)
        read: Any = embeddings if tokens is None else tokens
        rows, length = read.shape[:2]
        past = cache.get_seq_length() if cache is not None else 0
        is_flat = "flash" in (decoder.config._attn_implementation or "")
        state = self._state
        state.masks, state.reading = LayerMasks(rows, length, past, is_flat), None
        shown, state.shown = getattr(state, "shown", None), None
        # A token that is decoded is no picture; to ask would make a GPU wait each time.
        if shown is not None and embeddings is not None and length > 1 and bool(shown.any()):
            if cache is not None:
                expect_prunable(cache)
            pictures = self._pictures(shown.to(embeddings.device), embeddings, kwargs)
            state.last = state.reading = Reading(pictures, past)

    def _pictures(self, is_image: Tensor, embeddings: Tensor, kwargs: dict[str, Any]) -> Pictures:
        mask, positions = kwargs.get("attention_mask"), kwargs.get("position_ids")
        is_token = None
        if isinstance(mask, Tensor) and mask.ndim == 2 and not bool(mask.all()):
            is_token = mask[:, -is_image.shape[1] :].bool()
        grid = None
        if isinstance(positions, Tensor) and positions.ndim == 3:
            grid = positions[-2:].expand(-1, len(is_image), -1)
        tile = getattr(self._model.config, "image_seq_length", None)
        places = places_of(is_image, tile, grid)
        received = None
        if self._tower is not None:
            received = self._tower.received(is_image, embeddings)
        return Pictures(is_image, places, embeddings, is_token, received)

    def _before_layer(
        self, number: int, layer: Any, args: Any, kwargs: dict[str, Any]
    ) -> tuple[Any, dict[str, Any]] | None:
        masks: LayerMasks | None = getattr(self._state, "masks", None)
        if masks is None:
            return None
        reading, cache = self._reading, kwargs.get("past_key_values")
        hidden = args[0] if args else kwargs["hidden_states"]
        if reading is not None and number in self.stages:
            stage = self.stages[number]
            rotation = reading.rotation(kwargs["position_embeddings"])
            select = partial(self._select, stage)
            hidden = reading.prune(number, layer, stage.keep, hidden, rotation, select)
        given = kwargs.get("attention_mask")
        if reading is None or reading.going is None:
            # Nothing is dropped in this pass; what was dropped before is not to be seen.
            found = cache.layers[number] if cache and number < len(cache.layers) else None
            if not isinstance(found, PrunedLayer) or found.columns is None:
                return None
            return args, {**kwargs, "attention_mask": masks.of(given, None, found, hidden)}
        going, held = reading.going, None
        if cache is not None:
            held = pruned_layer(cache, number)
            held.note(going.columns, going.weights, reading.length)
        changed = {
            **kwargs,
            "attention_mask": masks.of(given, going, held, hidden),
            "position_embeddings": reading.rotation(kwargs["position_embeddings"]),
            # FlashAttention would take a gap in the positions for the seam of two packed prompts.
            "position_ids": None,
        }
        if args:
            return (hidden, *args[1:]), changed
        return args, {**changed, "hidden_states": hidden}

    @property
    def _reading(self) -> Reading | None:
        found: Reading | None = getattr(self._state, "reading", None)
        return found

    def _select(self, stage: Stage, seen: Any, keep: int) -> Any:
        return self._pruner.select(seen, keep, stage)

    def _after_layers(self, _layer: Any, _args: Any, hidden: Tensor) -> Tensor | None:
        reading = self._reading
        return None if reading is None or reading.going is None else reading.whole(hidden)

    def _after_decoder(self, _decoder: Any, _args: Any, _output: Any) -> None:
        self._state.reading = self._state.masks = None

    @contextmanager
    def _deepstack(self) -> Iterator[None]:
        """Qwen3-VL adds features to image tokens after its first layers: to those that are left."""
        original = self._decoder._deepstack_process

        def process(hidden: Tensor, is_image: Tensor, features: Tensor) -> Tensor:
            reading = self._reading
            # After the last layer all tokens are there again.
            is_short = hidden.shape[1] < is_image.shape[1]
            if reading is not None and reading.going is not None and is_short:
                index = reading.going.index
                alive = torch.zeros_like(is_image).scatter(1, index, True)
                features = features[alive[is_image]]
                is_image = is_image.gather(1, index)
            added: Tensor = original(hidden, is_image, features)
            return added

        self._decoder._deepstack_process = process
        try:
            yield
        finally:
            del self._decoder._deepstack_process


def image_token(model: Any) -> int:
    """The token that stands for pictures; raises EmographError for a model without one."""
    for name in ("image_token_id", "image_token_index"):
        token = getattr(model.config, name, None)
        if token is not None:
            return int(token)
    raise EmographError(
        f"{type(model).__name__} has no image tokens that could be pruned.",
        "Give a vision-language model, such as LLaVA, Qwen2.5-VL, SmolVLM or InternVL.",
    )


def _expect_attention(decoder: Any) -> None:
    found = decoder.config._attn_implementation
    if found not in _ATTENTIONS:
        raise EmographError(
            f"Image tokens cannot be pruned with the attention {found}.",
            f"Load the model with one of {', '.join(_ATTENTIONS[:3])}.",
        )


def _expect_no_window(decoder: Any) -> None:
    layers: Sequence[Any] = DynamicCache(config=decoder.config).layers
    if any(layer.is_sliding for layer in layers):
        raise EmographError(
            "Image tokens cannot be pruned where layers see a sliding window of tokens only.",
            "Take a model all of whose layers see all tokens.",
        )
