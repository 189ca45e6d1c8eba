"""Tiny random checkpoints of every family, saved as the real ones are."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import torch
from tokenizers import (
    AddedToken,
    Regex,
    Tokenizer,
    decoders,
    models,
    pre_tokenizers,
    processors,
    trainers,
)
from transformers import (
    AutoModelForImageTextToText,
    CLIPImageProcessorPil,
    GotOcr2ImageProcessorPil,
    Idefics3Config,
    Idefics3ImageProcessorPil,
    InternVLConfig,
    LlavaConfig,
    LlavaNextConfig,
    LlavaNextImageProcessorPil,
    PreTrainedTokenizerFast,
    Qwen2_5_VLConfig,
    Qwen2VLImageProcessorPil,
    Qwen3VLConfig,
    SmolVLMConfig,
    SmolVLMImageProcessorPil,
)

LABELS = (
    "sea",
    "sea lion",
    "sea lion cub",
    "dog",
    "old dog",
    "sunset over a quiet harbour",
    "St. Bernard",
)
EMOTIONS = ("joy", "fear", "sadness", "mixed feelings of awe")
TEXT = {
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 4096,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
CLIP = {"model_type": "clip_vision_model", "patch_size": 8}
TOWER = {
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
}
_CORPUS = [
    "What do you feel? The picture makes me feel joy, fear, sadness.",
    "What can be seen here? It shows a sea lion, a dog, a sunset over a quiet harbour.",
    "USER: Describe the picture. ASSISTANT: Assistant: user assistant",
    "an old dog and a cub, St. Bernard, mixed feelings of awe",
]
_SPECIAL = ["<pad>", "<s>", "</s>", "<image>"]
_CHAT = ["<|im_start|>", "<|im_end|>", "<|image_pad|>", "<|vision_start|>", "<|vision_end|>"]
_INTERN = ["<img>", "</img>", "<IMG_CONTEXT>"]
_TILES = ["<fake_token_around_image>", "<global-img>", "<end_of_utterance>"] + [
    f"<row_{row}_col_{column}>" for row in range(1, 5) for column in range(1, 5)
]
SPECIAL = _SPECIAL + _CHAT + _INTERN + _TILES

# As the checkpoints on the hub have them.
LLAVA_TEMPLATE = (
    "{% for message in messages %}{% if message['role'] != 'system' %}"
    "{{ message['role'].upper() + ': '}}{% endif %}"
    "{% for content in message['content'] | selectattr('type', 'equalto', 'image') %}"
    "{{ '<image>\n' }}{% endfor %}"
    "{% for content in message['content'] | selectattr('type', 'equalto', 'text') %}"
    "{{ content['text'] + ' '}}{% endfor %}{% endfor %}"
    "{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}"
)
QWEN_TEMPLATE = (
    "{% for message in messages %}{% if loop.first and message['role'] != 'system' %}"
    "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n{% endif %}"
    "<|im_start|>{{ message['role'] }}\n{% if message['content'] is string %}"
    "{{ message['content'] }}<|im_end|>\n{% else %}{% for content in message['content'] %}"
    "{% if content['type'] == 'image' %}<|vision_start|><|image_pad|><|vision_end|>"
    "{% elif 'text' in content %}{{ content['text'] }}{% endif %}{% endfor %}<|im_end|>\n"
    "{% endif %}{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
# That of a language model, which takes strings and knows no pictures.
PLAIN_TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + "
    "message['content'] + '<|im_end|>' + '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


@cache
def _byte_level() -> str:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=420,
        special_tokens=SPECIAL,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_CORPUS, trainer)
    return tokenizer.to_str()


@cache
def _sentence_piece() -> str:
    """As LLaMA's: words begin with a mark, what has no token is written in bytes."""
    tokenizer = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>", fuse_unk=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Metaspace(prepend_scheme="first", split=True),
            pre_tokenizers.Split(Regex(r"[,.:?\n]"), "isolated"),
        ]
    )
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=520,
        special_tokens=[*SPECIAL, "<unk>", *(f"<0x{byte:02X}>" for byte in range(256))],
        show_progress=False,
    )
    tokenizer.train_from_iterator(_CORPUS, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", 1)]
    )
    return tokenizer.to_str()


def tokenizer_of(kind: str, template: str | None) -> Any:
    text = _sentence_piece() if kind == "llava" else _byte_level()
    tokenizer = Tokenizer.from_str(text)
    tokenizer.add_special_tokens([AddedToken(word, normalized=False) for word in SPECIAL])
    made = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", bos_token="<s>", eos_token="</s>"
    )
    made.chat_template = template
    return made


def save(family: str, folder: Path, seed: int = 0) -> Path:
    """Write the checkpoint of a family into a folder."""
    template = {"llava": LLAVA_TEMPLATE, "qwen2.5-vl": QWEN_TEMPLATE, "llava-next": PLAIN_TEMPLATE}
    tokenizer = tokenizer_of(family, template.get(family))
    text = TEXT | {"vocab_size": len(tokenizer)}
    config, image_processor = _CONFIGS[family](text, tokenizer.convert_tokens_to_ids)
    torch.manual_seed(seed)
    network: Any = AutoModelForImageTextToText.from_config(config)
    # Weights large enough for every position and every pixel to tell.
    for weights in network.parameters():
        if weights.ndim > 1:
            torch.nn.init.normal_(weights, std=0.25)
    network.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    image_processor.save_pretrained(folder)
    return folder


def _llava(text: dict[str, Any], ids: Any) -> tuple[Any, Any]:
    config = LlavaConfig(
        text_config=text | {"model_type": "llama"},
        vision_config=TOWER | CLIP | {"image_size": 24},
        image_token_index=ids("<image>"),
        vision_feature_layer=-2,
    )
    size = {"height": 24, "width": 24}
    return config, CLIPImageProcessorPil(size={"shortest_edge": 24}, crop_size=size)


def _llava_next(text: dict[str, Any], ids: Any) -> tuple[Any, Any]:
    grids = [[16, 32], [32, 16], [32, 32], [16, 48]]
    config = LlavaNextConfig(
        text_config=text | {"model_type": "mistral", "sliding_window": None},
        vision_config=TOWER | CLIP | {"image_size": 16},
        image_token_index=ids("<image>"),
        image_grid_pinpoints=grids,
    )
    return config, LlavaNextImageProcessorPil(
        size={"shortest_edge": 16},
        crop_size={"height": 16, "width": 16},
        image_grid_pinpoints=grids,
    )


def _qwen(text: dict[str, Any], ids: Any) -> dict[str, Any]:
    rope = {"rope_type": "default", "rope_theta": 10000.0, "mrope_section": [1, 1, 2]}
    return {
        "text_config": text | {"rope_parameters": rope},
        "image_token_id": ids("<|image_pad|>"),
        "vision_start_token_id": ids("<|vision_start|>"),
        "vision_end_token_id": ids("<|vision_end|>"),
    }


def _qwen2_5(text: dict[str, Any], ids: Any) -> tuple[Any, Any]:
    vision = {
        "depth": 2,
        "hidden_size": 32,
        "intermediate_size": 48,
        "num_heads": 2,
        "patch_size": 8,
        "window_size": 32,
        "out_hidden_size": 32,
        "fullatt_block_indexes": [1],
    }
    config = Qwen2_5_VLConfig(vision_config=vision, **_qwen(text, ids))
    size = {"shortest_edge": 16 * 16, "longest_edge": 64 * 64}
    return config, Qwen2VLImageProcessorPil(patch_size=8, size=size)


def _qwen3(text: dict[str, Any], ids: Any) -> tuple[Any, Any]:
    vision = {
        "depth": 3,
        "hidden_size": 32,
        "intermediate_size": 48,
        "num_heads": 2,
        "patch_size": 8,
        "out_hidden_size": 32,
        "num_position_embeddings": 16,
        "deepstack_visual_indexes": [0, 1],
    }
    text = text | {"head_dim": 8}
    config = Qwen3VLConfig(vision_config=vision, **_qwen(text, ids))
    size = {"shortest_edge": 16 * 16, "longest_edge": 64 * 64}
    return config, Qwen2VLImageProcessorPil(patch_size=8, size=size)


def _smolvlm(text: dict[str, Any], ids: Any) -> tuple[Any, Any]:
    vision = TOWER | {"image_size": 32, "patch_size": 8}
    config = SmolVLMConfig(
        text_config=text | {"model_type": "llama"},
        vision_config=vision,
        image_token_id=ids("<image>"),
        scale_factor=2,
    )
    return config, SmolVLMImageProcessorPil(
        size={"longest_edge": 64}, max_image_size={"longest_edge": 32}
    )


def _idefics3(text: dict[str, Any], ids: Any) -> tuple[Any, Any]:
    vision = TOWER | {"image_size": 32, "patch_size": 8}
    config = Idefics3Config(
        text_config=text | {"model_type": "llama"},
        vision_config=vision,
        image_token_id=ids("<image>"),
        scale_factor=2,
    )
    return config, Idefics3ImageProcessorPil(
        size={"longest_edge": 64}, max_image_size={"longest_edge": 32}
    )


def _internvl(text: dict[str, Any], ids: Any) -> tuple[Any, Any]:
    config = InternVLConfig(
        text_config=text | {"model_type": "qwen2"},
        vision_config=TOWER | {"image_size": [32, 32], "patch_size": [8, 8]},
        image_token_id=ids("<IMG_CONTEXT>"),
        image_seq_length=4,
    )
    size = {"height": 32, "width": 32}
    return config, GotOcr2ImageProcessorPil(size=size, max_patches=4)


_CONFIGS = {
    "llava": _llava,
    "llava-next": _llava_next,
    "qwen2.5-vl": _qwen2_5,
    "qwen3-vl": _qwen3,
    "smolvlm": _smolvlm,
    "idefics3": _idefics3,
    "internvl": _internvl,
}
