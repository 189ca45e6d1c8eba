"""What transformers itself says of a prompt: written out in full, in one forward, without a cache.

The prompts are literal, and a picture's tokens are counted by the processors of transformers.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from PIL import Image
from transformers import (
    Idefics3Processor,
    InternVLProcessor,
    LlavaNextProcessor,
    LlavaProcessor,
    Qwen2_5_VLProcessor,
    Qwen3VLProcessor,
    SmolVLMProcessor,
)

from emograph.engine.images import Photo
from emograph.engine.lvlm.model import Question
from tests.adapters.models.lvlm.conftest import Made

_CHATML = "<|im_start|>user\n{picture}{text}<|im_end|>\n<|im_start|>assistant\n{opening}"
_SYSTEM = "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n"
_SPOKEN = "User:{picture}{text}<end_of_utterance>\nAssistant: {opening}"
_QWEN = "<|vision_start|><|image_pad|><|vision_end|>"
_PROMPTS = {
    "llava": ("USER: {picture}{text} ASSISTANT: {opening}", "<image>\n"),
    "llava-next": (_CHATML, "<image>\n"),
    "qwen2.5-vl": (_SYSTEM + _CHATML, _QWEN),
    "qwen3-vl": (_CHATML, _QWEN),
    "smolvlm": ("<|im_start|>" + _SPOKEN, "<image>"),
    "idefics3": ("<|begin_of_text|>" + _SPOKEN, "<image>"),
    "internvl": (_CHATML, "<IMG_CONTEXT>\n"),
}
_OPTIONS = {
    "smolvlm": {"return_row_col_info": True},
    "idefics3": {"return_row_col_info": True},
    "internvl": {"crop_to_patches": True},
}


def prompt(family: str, question: Question, has_image: bool) -> str:
    """The prompt, a picture's one token in it."""
    text, picture = _PROMPTS[family]
    if not has_image:
        picture = ""
        text = text.replace("User:", "User: ")
    return text.format(picture=picture, text=question.text, opening=question.opening)


def log_likelihood(made: Made, photo: Photo | None, question: Question, answer: str) -> float:
    """Log P(answer), the answer being all that is written after the prompt."""
    chances, tokens = chances_of(made, photo, question, answer)
    return float(sum(step[token] for step, token in zip(chances, tokens, strict=True)))


def chances_of(
    made: Made, photo: Photo | None, question: Question, answer: str
) -> tuple[torch.Tensor, list[int]]:
    """The log-probabilities of all tokens where the answer's stand (n, vocabulary), and those."""
    text = prompt(made.family, question, photo is not None)
    inputs: dict[str, Any] = {}
    if photo is not None:
        image = made.tokenizer.convert_ids_to_tokens(made.network.config.image_token_id)
        text = text.replace(image, _expanded(made, photo))
        inputs = dict(_encoded(made, photo, "pt"))
    start = made.tokenizer(text).input_ids
    ids = made.tokenizer(text + answer).input_ids
    assert ids[: len(start)] == start
    inputs["input_ids"] = torch.tensor([ids])
    if made.family.startswith("qwen") and photo is not None:
        is_image = inputs["input_ids"] == made.network.config.image_token_id
        inputs["mm_token_type_ids"] = is_image.int()
    made.network.model.rope_deltas = None
    with torch.inference_mode():
        logits = made.network(**inputs, use_cache=False).logits[0]
    return logits.float().log_softmax(-1)[len(start) - 1 : -1], ids[len(start) :]


def _encoded(made: Made, photo: Photo, tensors: str) -> Any:
    encoded = made.image_processor(
        images=[Image.fromarray(photo.pixels)],
        return_tensors=tensors,
        **_OPTIONS.get(made.family, {}),
    )
    if tensors == "pt":
        for key in ("rows", "cols", "num_patches"):
            encoded.pop(key, None)
        if made.family == "llava":
            encoded.pop("image_sizes", None)
    return encoded


def _expanded(made: Made, photo: Photo) -> str:
    """The text of a picture, as the family's own processor writes it."""
    inputs = _encoded(made, photo, "np")
    config = made.network.config
    processor: Any = SimpleNamespace(
        image_token=made.tokenizer.convert_ids_to_tokens(config.image_token_id),
        image_processor=made.image_processor,
        image_seq_len=4,
        image_seq_length=4,
        start_image_token="<img>",
        end_image_token="</img>",
        fake_image_token="<fake_token_around_image>",
        global_image_token="<global-img>",
        global_image_tag="<global-img>",
    )
    clip: dict[str, Any] = {
        "image_processor": made.image_processor,
        "tokenizer": made.tokenizer,
        "patch_size": 8,
        "vision_feature_select_strategy": "default",
        "num_additional_image_tokens": 1,
    }
    kind: Any
    match made.family:
        case "llava":
            processor = kind = LlavaProcessor(**clip)
            return str(processor.replace_image_token(inputs, 0))
        case "llava-next":
            processor = LlavaNextProcessor(**clip)
            inputs["image_sizes"] = np.asarray(inputs["image_sizes"])
            return str(processor.replace_image_token(inputs, 0))
        case "qwen2.5-vl":
            kind = Qwen2_5_VLProcessor
        case "qwen3-vl":
            kind = Qwen3VLProcessor
        case "smolvlm":
            kind = SmolVLMProcessor
        case "idefics3":
            kind = Idefics3Processor
        case _:
            kind = InternVLProcessor
    # Most of these cannot be built without torchvision; what counts needs no more of them.
    return str(kind.replace_image_token(processor, inputs, 0))
