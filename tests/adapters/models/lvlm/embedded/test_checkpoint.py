"""The embedded model is an ordinary LLaVA: transformers reads the folder, and so does emograph."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoProcessor, LlavaForConditionalGeneration

from emograph.adapters.models.lvlm.embedded.checkpoint import IMAGE_TOKENS, checkpoint
from emograph.adapters.models.lvlm.embedded.loading import embedded_name, load_embedded
from emograph.adapters.models.lvlm.loading import load_lvlm
from emograph.assembly import LVLM_WEIGHTS, profile_folder
from emograph.config import load_settings
from emograph.engine.images import open_photo
from emograph.engine.lvlm.questions import feeling
from emograph.errors import AssetError

pytestmark = pytest.mark.weights

MIKELS = feeling(("amusement", "awe", "contentment", "excitement", "fear", "sadness"))


@pytest.fixture(scope="module")
def weights() -> Path:
    return profile_folder(load_settings()) / LVLM_WEIGHTS


@pytest.fixture(scope="module")
def folder(weights: Path) -> Path:
    return checkpoint(load_settings().cache, weights)


def test_transformers_reads_it(folder: Path, photos: Path) -> None:
    processor = AutoProcessor.from_pretrained(folder)
    model: Any = LlavaForConditionalGeneration.from_pretrained(folder, dtype=torch.float32)
    photo = open_photo(photos / "chelsea.png")
    chat = [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "What?"}]}]
    prompt = processor.apply_chat_template(chat, add_generation_prompt=True)
    inputs = processor(text=prompt, images=photo.pixels, return_tensors="pt")
    image_token = model.config.image_token_id
    assert (inputs["input_ids"] == image_token).sum() == IMAGE_TOKENS
    said = model.generate(**inputs, max_new_tokens=5)
    assert said.shape[1] > inputs["input_ids"].shape[1]


def test_the_trained_weights_are_in_it(folder: Path) -> None:
    trained = LlavaForConditionalGeneration.from_pretrained(folder, dtype=torch.float32)
    plain = LlavaForConditionalGeneration.from_pretrained(
        checkpoint(load_settings().cache, None), dtype=torch.float32
    )
    changed = {
        name
        for (name, a), (_, b) in zip(
            trained.state_dict().items(), plain.state_dict().items(), strict=True
        )
        if not torch.equal(a, b)
    }
    assert any("multi_modal_projector" in name for name in changed)
    assert any("q_proj" in name for name in changed)
    assert not any("mlp" in name or "network" in name for name in changed)


def test_it_votes_alike_however_it_is_loaded(folder: Path, weights: Path, photos: Path) -> None:
    photo = open_photo(photos / "rocket.jpg")
    own = load_embedded(load_settings().cache, weights, dtype="float32")
    other = load_lvlm("llava", folder, device="cpu", dtype="float32")
    told = [
        model.look(photo).log_likelihoods(MIKELS.question, MIKELS.labels) for model in (own, other)
    ]
    assert np.allclose(told[0], told[1])
    assert own.name == embedded_name(weights) != other.name


def test_half_precision_votes_nearly_alike(weights: Path, photos: Path) -> None:
    photo = open_photo(photos / "rocket.jpg")
    told = []
    for dtype in ("float32", "bfloat16"):
        model = load_embedded(load_settings().cache, weights, dtype=dtype)
        odds = model.look(photo).log_likelihoods(MIKELS.question, MIKELS.labels)
        told.append(np.exp(odds) / np.exp(odds).sum())
    assert np.abs(told[0] - told[1]).max() < 0.05


def test_a_cache_that_cannot_be_written(weights: Path, tmp_path: Path) -> None:
    settings = load_settings()
    (tmp_path / "models").symlink_to(settings.cache / "models")
    (tmp_path / "lvlm").write_text("no folder")
    with pytest.raises(AssetError, match="cannot be stored"):
        checkpoint(tmp_path, weights)


def test_the_package_ships_little(weights: Path) -> None:
    assert weights.stat().st_size <= 12_000_000
