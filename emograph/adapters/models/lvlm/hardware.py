"""Where and how a model computes: device, number format and attention, chosen if not given."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import torch

from emograph.errors import EmographError

_DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
_ATTENTIONS = ("sdpa", "eager", "flash_attention_2")


@dataclass(frozen=True, slots=True)
class Hardware:
    """The device a model is on, the type of its numbers, and its implementation of attention."""

    device: torch.device
    dtype: torch.dtype
    attention: str | dict[str, str] | None
    """For all of a model, or by its parts; None is SDPA wherever a part has it."""


def hardware(
    device: str | torch.device | None = None,
    dtype: str | torch.dtype | None = None,
    attention: str | None = None,
) -> Hardware:
    """What is given, and for the rest what suits the machine.

    Raises EmographError for what there is not.
    """
    there = _device(device)
    numbers = _dtype(dtype, there)
    return Hardware(there, numbers, _attention(attention, there, numbers))


def _device(given: str | torch.device | None) -> torch.device:
    cuda, mps = torch.cuda.is_available(), torch.backends.mps.is_available()
    if given is None:
        return torch.device("cuda" if cuda else "mps" if mps else "cpu")
    try:
        device = torch.device(given)
    except RuntimeError:
        raise EmographError(
            f"There is no kind of device called {given}.", "Write cpu, cuda, cuda:1 or mps."
        ) from None
    missing = (device.type == "cuda" and not cuda) or (device.type == "mps" and not mps)
    if missing or (device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count()):
        raise EmographError(
            f"This machine has no device {device} that PyTorch can use.",
            "Write cpu, or install the PyTorch that was built for the accelerator.",
        )
    return device


def _dtype(given: str | torch.dtype | None, device: torch.device) -> torch.dtype:
    if isinstance(given, torch.dtype):
        return given
    if given is not None:
        if given not in _DTYPES:
            raise EmographError(
                f"There is no number format {given}.", f"Write one of {', '.join(_DTYPES)}."
            )
        return _DTYPES[given]
    if device.type == "cuda":
        native = torch.cuda.is_bf16_supported(including_emulation=False)
        return torch.bfloat16 if native else torch.float16
    if device.type == "mps":
        return torch.float16
    return torch.bfloat16 if _cpu_has_bfloat16() else torch.float32


def _cpu_has_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 by itself; where PyTorch cannot tell, it is not."""
    ask: Any = getattr(torch.cpu, "get_capabilities", dict)
    return any(has and name.endswith("bf16") for name, has in ask().items())


def _attention(
    given: str | None, device: torch.device, dtype: torch.dtype
) -> str | dict[str, str] | None:
    halves = dtype in (torch.float16, torch.bfloat16)
    flash = device.type == "cuda" and halves and find_spec("flash_attn") is not None
    if given is None:
        # Not every vision tower knows it, and the tokens are in the language model.
        return {"text_config": "flash_attention_2"} if flash else None
    if given not in _ATTENTIONS:
        raise EmographError(
            f"There is no attention called {given}.", f"Write one of {', '.join(_ATTENTIONS)}."
        )
    if given == "flash_attention_2" and not flash:
        raise EmographError(
            "flash_attention_2 needs an NVIDIA GPU, numbers of 16 bits and the package flash-attn.",
            "Write sdpa, or leave the choice out.",
        )
    return given
