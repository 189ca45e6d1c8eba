"""A tiny model of each family, saved and loaded once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoImageProcessor, AutoModelForImageTextToText, AutoTokenizer

from emograph.adapters.models.lvlm.families import FAMILIES
from emograph.adapters.models.lvlm.loading import load_lvlm
from emograph.adapters.models.lvlm.model import TransformersLVLM
from emograph.engine.images import Photo, open_photo
from tests.adapters.models.lvlm.checkpoints import save


@dataclass(frozen=True)
class Made:
    """A family's model as emograph loads it, and its parts as transformers does."""

    family: str
    folder: Path
    model: TransformersLVLM
    network: Any
    tokenizer: Any
    image_processor: Any


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> Iterator[None]:
    """Networks this small are slower on several threads than on one."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session", params=list(FAMILIES))
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(request.param, tmp_path_factory.mktemp("checkpoint"))


@pytest.fixture(scope="session")
def llava(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make("llava", tmp_path_factory.mktemp("checkpoint"))


def make(family: str, folder: Path) -> Made:
    save(family, folder)
    return Made(
        family,
        folder,
        load_lvlm(family, folder, device="cpu", dtype="float32"),
        AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32).eval(),
        AutoTokenizer.from_pretrained(folder),
        AutoImageProcessor.from_pretrained(folder, backend="pil"),
    )


def photo(width: int, height: int, seed: int = 0) -> Photo:
    pixels = np.random.default_rng(seed).integers(0, 255, (height, width, 3), np.uint8)
    return open_photo(pixels)
