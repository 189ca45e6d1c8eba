"""Puts the embedded model together, once: a folder in the cache that any LLaVA loader reads."""

from __future__ import annotations

import hashlib
import shutil
import uuid
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path
from typing import cast

import torch
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    CLIPImageProcessorPil,
    GgufConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from emograph.adapters.models.assets import EFFICIENTNET_LITE2, SMOLLM2, locate
from emograph.adapters.models.efficientnet import EfficientNetLite
from emograph.adapters.models.grid import GRID, SIDE
from emograph.adapters.models.lvlm.embedded.trained import TrainedWeights
from emograph.adapters.models.lvlm.embedded.vision import (
    EfficientNetLiteConfig,
    EfficientNetLiteTower,
)
from emograph.adapters.models.progress import long_work
from emograph.errors import AssetError

NAME = "efficientnet-lite2+smollm2-135m"
IMAGE_TOKENS = GRID * GRID
LANGUAGE = "model.language_model."
_IMAGE = "<image>"
# A change of how the folder is written; folders of other versions are not read.
_VERSION = "1"
# SmolLM2's own turns, without its system prompt: the picture comes first, then the question.
CHAT = (
    "{% for message in messages %}{{ '<|im_start|>' + message.role + '\\n' }}"
    "{% if message.content is string %}{{ message.content }}{% else %}"
    "{% for part in message.content %}{% if part.type == 'image' %}<image>\n{% else %}"
    "{{ part.text }}{% endif %}{% endfor %}{% endif %}{{ '<|im_end|>\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)


def checkpoint(cache: Path, weights: Path | None) -> Path:
    """The folder of the embedded model with these trained weights; without, it is untrained.

    It is made where the cache has none, in half precision, from weights that are fetched where they
    are missing. Raises AssetError where they cannot be, or the folder cannot be written.
    """
    digest = hashlib.sha256(_VERSION.encode())
    for part in (EFFICIENTNET_LITE2.sha256.encode(), SMOLLM2.sha256.encode()):
        digest.update(part)
    digest.update(weights.read_bytes() if weights is not None else b"")
    folder = cache / "lvlm" / digest.hexdigest()[:16]
    if not (folder / "config.json").exists():
        sources = locate(EFFICIENTNET_LITE2, cache), locate(SMOLLM2, cache)
        with (
            long_work("Putting the embedded vision-language model together, once …"),
            # Its bars, which count tensors, cannot all be turned off.
            redirect_stderr(StringIO()),
        ):
            _write(folder, *sources, TrainedWeights.load(weights) if weights else None)
    return folder


def _write(folder: Path, vision: Path, language: Path, trained: TrainedWeights | None) -> None:
    # Written beside and renamed, so that no half of a folder is ever read.
    part = folder.with_name(f".{folder.name}.{uuid.uuid4().hex}.part")
    try:
        part.mkdir(parents=True)
        tokenizer, model = _assemble(vision, language)
        if trained is not None:
            trained.add_to(model.state_dict())
        model.half().save_pretrained(part)
        _processor(tokenizer).save_pretrained(part)
        try:
            part.rename(folder)
        except OSError:
            if not folder.exists():  # else another process was first
                raise
    except OSError as error:
        raise AssetError(
            f"The embedded vision-language model cannot be stored: {error}.",
            "Free 300 MB or set EMOGRAPH_CACHE to a folder you can write to.",
        ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _assemble(vision: Path, language: Path) -> tuple[PreTrainedTokenizerBase, PreTrainedModel]:
    tokenizer, llama = _language(language)
    tokenizer.add_special_tokens({"additional_special_tokens": [_IMAGE]})
    llama.resize_token_embeddings(len(tokenizer), mean_resizing=False)
    image_token = cast(int, tokenizer.convert_tokens_to_ids(_IMAGE))
    config = LlavaConfig(
        vision_config=EfficientNetLiteConfig(),
        text_config=llama.config,
        image_token_index=image_token,
        image_seq_length=IMAGE_TOKENS,
        vision_feature_layer=-1,
        vision_feature_select_strategy="full",
    )
    # What is not loaded is drawn: the projector, with which training begins the same everywhere.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = LlavaForConditionalGeneration(config)
    model.model.language_model.load_state_dict(llama.model.state_dict())
    model.tie_weights()
    tower = cast(EfficientNetLiteTower, model.model.vision_tower)
    tower.network.load_state_dict(EfficientNetLite.from_checkpoint(vision).fold().state_dict())
    return tokenizer, model.eval().requires_grad_(False)


def _language(path: Path) -> tuple[PreTrainedTokenizerBase, PreTrainedModel]:
    """SmolLM2 out of its GGUF file, its four-bit weights unpacked."""
    tokenizer = AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name)
    llama = AutoModelForCausalLM.from_pretrained(
        path.parent,
        gguf_file=path.name,
        dtype=torch.float32,
        quantization_config=GgufConfig(dequantize=True),
    )
    return tokenizer, llama


def _processor(tokenizer: PreTrainedTokenizerBase) -> LlavaProcessor:
    images = CLIPImageProcessorPil(
        size={"height": SIDE, "width": SIDE},
        crop_size={"height": SIDE, "width": SIDE},
        do_center_crop=False,
        image_mean=[0.5, 0.5, 0.5],
        image_std=[0.5, 0.5, 0.5],
    )
    return LlavaProcessor(
        images,
        tokenizer,
        patch_size=SIDE // GRID,
        vision_feature_select_strategy="full",
        chat_template=CHAT,
    )
