"""What is chosen on which machine; machines that are not here are pretended."""

import pytest
import torch

from emograph.adapters.models.lvlm import hardware as module
from emograph.adapters.models.lvlm.hardware import Hardware, hardware
from emograph.errors import EmographError


def pretend(
    monkeypatch: pytest.MonkeyPatch,
    *,
    cuda: bool = False,
    mps: bool = False,
    bfloat16: bool = True,
    flash: bool = False,
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: int(cuda))
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda **_: bfloat16)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    monkeypatch.setattr(module, "find_spec", lambda _: object() if flash else None)


@pytest.mark.parametrize(("bfloat16", "dtype"), [(True, torch.bfloat16), (False, torch.float16)])
def test_an_nvidia_gpu(monkeypatch: pytest.MonkeyPatch, bfloat16: bool, dtype: torch.dtype) -> None:
    pretend(monkeypatch, cuda=True, bfloat16=bfloat16)
    assert hardware() == Hardware(torch.device("cuda"), dtype, None)


def test_flash_attention_is_taken_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, cuda=True, flash=True)
    flash = "flash_attention_2"
    assert hardware().attention == {"text_config": flash}
    assert hardware(attention=flash).attention == flash
    assert hardware(dtype="float32").attention is None
    assert hardware("cpu").attention is None


def test_an_apple_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, mps=True)
    assert hardware() == Hardware(torch.device("mps"), torch.float16, None)


@pytest.mark.parametrize(
    ("capabilities", "dtype"),
    [
        ({"avx512_bf16": True}, torch.bfloat16),
        ({"amx_bf16": True, "avx512_bf16": False}, torch.bfloat16),
        ({"avx512_bf16": False, "avx2": True}, torch.float32),
        ({}, torch.float32),
    ],
)
def test_a_processor(
    monkeypatch: pytest.MonkeyPatch, capabilities: dict[str, bool], dtype: torch.dtype
) -> None:
    pretend(monkeypatch)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities, raising=False)
    assert hardware() == Hardware(torch.device("cpu"), dtype, None)


def test_a_pytorch_that_cannot_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch)
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    assert hardware().dtype == torch.float32


def test_what_is_given_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch)
    assert hardware("cpu", torch.float16, "eager") == Hardware(
        torch.device("cpu"), torch.float16, "eager"
    )
    assert hardware(torch.device("cpu"), "float32", "sdpa").dtype == torch.float32


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"device": "gpu"}, "no kind of device called gpu"),
        ({"device": "cuda"}, "no device cuda"),
        ({"device": "mps"}, "no device mps"),
        ({"dtype": "int3"}, "no number format int3"),
        ({"attention": "fast"}, "no attention called fast"),
        ({"attention": "flash_attention_2"}, "needs an NVIDIA GPU"),
    ],
)
def test_what_there_is_not(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], what: str
) -> None:
    pretend(monkeypatch)
    with pytest.raises(EmographError, match=what) as caught:
        hardware(**given)
    assert caught.value.todo


def test_a_gpu_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, cuda=True)
    with pytest.raises(EmographError, match="no device cuda:1"):
        hardware("cuda:1")
