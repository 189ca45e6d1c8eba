"""Loading vision-language models of a hub or of a folder.

Only weights in safetensors are read, and no code of a model is ever run.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch

from emograph.adapters.models.lvlm.additions import add, base_of
from emograph.adapters.models.lvlm.families import FAMILIES, Family
from emograph.adapters.models.lvlm.faults import is_out_of_memory, told
from emograph.adapters.models.lvlm.hardware import Hardware, hardware
from emograph.adapters.models.lvlm.model import TransformersLVLM
from emograph.adapters.models.lvlm.places import chat_template, find
from emograph.adapters.models.progress import long_work, no_bars
from emograph.errors import AssetError, EmographError

_AGAIN = "Fetch or save the model again, or take another one."
_PINNED: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}


def load_lvlm(
    family: str,
    place: str | Path,
    *,
    device: str | torch.device | None = None,
    dtype: str | torch.dtype | None = None,
    attention: str | None = None,
    four_bit: bool = False,
) -> TransformersLVLM:
    """The model of a family, such as ``llava``, by its name on the hub or its folder.

    The folder may also hold additions to a model, as `emograph train lvlm` writes them.
    Device, number format and attention are chosen to suit the machine where they are not given;
    `four_bit` needs the package bitsandbytes. Raises AssetError for a model that cannot be read,
    EmographError for settings that cannot be had.
    """
    if base := base_of(place):
        model = load_lvlm(
            family, base, device=device, dtype=dtype, attention=attention, four_bit=four_bit
        )
        model.name += f"+{add(model.network, place)}"
        return model
    known = _family(family)
    if four_bit and (find_spec("bitsandbytes") is None or find_spec("accelerate") is None):
        raise EmographError(
            "Models in 4 bits need the packages bitsandbytes and accelerate.",
            "Run `pip install bitsandbytes accelerate`, or load the model without four_bit.",
        )
    chosen = hardware(device, dtype, attention)
    place = str(place)
    folder, name = find(known, place)
    try:
        with long_work(f"Loading {place} …"), no_bars():
            tokenizer, image_processor = _readers(folder, place)
            with told(f"The chat template of {place} cannot be read", _AGAIN):
                template = chat_template(folder, tokenizer)
            with told(f"The weights of {place} cannot be read", _AGAIN):
                network = _network(folder, place, chosen, four_bit)
    except Exception as error:
        if is_out_of_memory(error):
            raise _too_large(place, chosen, four_bit) from error
        raise
    return build_lvlm(
        network,
        tokenizer,
        image_processor,
        # What was calibrated on the whole numbers is not used with the rounded ones.
        f"{name}+4bit" if four_bit else name,
        family=family,
        template=template,
    )


def build_lvlm(
    network: Any,
    tokenizer: Any,
    image_processor: Any,
    name: str,
    *,
    family: str = "llava",
    template: str | None = None,
) -> TransformersLVLM:
    """The model made of a network with its head, a tokenizer and an image processor.

    `name` says exactly which one it is, with its version. `template` is its chat template; without
    it the tokenizer's is taken, or that of the family. Raises AssetError where they do not fit.
    """
    known = _family(family)
    template = template or tokenizer.chat_template
    if not isinstance(template, str):
        template = known.template_for(str(network.config.get_text_config().model_type))
    return TransformersLVLM(known, network, tokenizer, image_processor, name, template)


def _family(name: str) -> Family:
    if name not in FAMILIES:
        raise EmographError(
            f"There is no family of vision-language models called {name}.",
            f"Write one of {', '.join(FAMILIES)}.",
        )
    return FAMILIES[name]


def _network(folder: Path, place: str, chosen: Hardware, four_bit: bool) -> Any:
    from transformers import AutoModelForImageTextToText, BitsAndBytesConfig

    options: dict[str, Any] = {"attn_implementation": chosen.attention, "dtype": chosen.dtype}
    if four_bit:
        options["quantization_config"] = BitsAndBytesConfig(
            load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=chosen.dtype
        )
    # Straight onto the device, if the package for it is there, and not by way of main memory.
    direct = chosen.device.type != "cpu" and find_spec("accelerate") is not None
    if direct or four_bit:
        options["device_map"] = {"": chosen.device}
    loaded: Any = AutoModelForImageTextToText.from_pretrained(
        folder, use_safetensors=True, output_loading_info=True, **options, **_PINNED
    )
    network, loading = loaded
    # transformers would fill what is missing with random numbers.
    if missing := sorted(loading["missing_keys"]):
        raise AssetError(
            f"The weights of {place} are incomplete: {missing[0]} is missing.",
            "Fetch or save the model again.",
        )
    return network if "device_map" in options else network.to(chosen.device)


def _readers(folder: Path, place: str) -> tuple[Any, Any]:
    from transformers import AutoImageProcessor, AutoTokenizer

    with told(f"The tokenizer of {place} cannot be read", _AGAIN):
        tokenizer = AutoTokenizer.from_pretrained(folder, **_PINNED)
    with told(f"The image processor of {place} cannot be read", _AGAIN):
        # The other backend needs torchvision.
        image_processor = AutoImageProcessor.from_pretrained(folder, backend="pil", **_PINNED)
    return tokenizer, image_processor


def _too_large(place: str, chosen: Hardware, four_bit: bool) -> AssetError:
    ways = ["take a smaller model"]
    if chosen.dtype == torch.float32:
        ways.insert(0, "load it with dtype bfloat16")
    if not four_bit:
        ways.append("load it with four_bit")
    todo = " or ".join(ways)
    return AssetError(
        f"{place} does not fit into the memory of the device {chosen.device}.",
        f"{todo[0].upper()}{todo[1:]}.",
    )
