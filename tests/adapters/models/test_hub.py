"""Encoders of a hub, as tiny random checkpoints that the real code saves and reads."""

import json
import shutil
from pathlib import Path

import huggingface_hub
import numpy as np
import pytest
import torch
from huggingface_hub.errors import LocalEntryNotFoundError
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import (
    BertConfig,
    BertModel,
    CLIPConfig,
    CLIPImageProcessorPil,
    CLIPModel,
    PreTrainedTokenizerFast,
    Siglip2Config,
    Siglip2ImageProcessorPil,
    Siglip2Model,
    SiglipConfig,
    SiglipImageProcessorPil,
    SiglipModel,
)

import emograph
from emograph.adapters.models.hub import HubEncoder
from emograph.engine.images import Photo, open_photo
from emograph.errors import AssetError, EmographError

TOWER = {
    "hidden_size": 24,
    "intermediate_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
}
WORDS = ["<pad>", "</s>", "<unk>", "a", "cat", "dog", "house", "Cat", ":", "."]
TEXT = TOWER | {"vocab_size": len(WORDS), "pad_token_id": 0, "eos_token_id": 1, "bos_token_id": 1}
VISION = TOWER | {"image_size": 16, "patch_size": 8}


def save_tokenizer(folder: Path) -> None:
    tokenizer = Tokenizer(models.WordLevel({w: i for i, w in enumerate(WORDS)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A </s>", special_tokens=[("</s>", 1)]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
    ).save_pretrained(folder)


def save_clip(folder: Path, seed: int = 0) -> Path:
    torch.manual_seed(seed)
    text = TEXT | {"max_position_embeddings": 12}
    CLIPModel(
        CLIPConfig(text_config=text, vision_config=VISION, projection_dim=20)
    ).save_pretrained(folder)
    CLIPImageProcessorPil(
        size={"shortest_edge": 16}, crop_size={"height": 16, "width": 16}
    ).save_pretrained(folder)
    save_tokenizer(folder)
    return folder


def save_siglip(folder: Path) -> Path:
    torch.manual_seed(1)
    text = TEXT | {"max_position_embeddings": 10, "projection_size": 24}
    SiglipModel(SiglipConfig(text_config=text, vision_config=VISION)).save_pretrained(folder)
    SiglipImageProcessorPil(size={"height": 16, "width": 16}).save_pretrained(folder)
    save_tokenizer(folder)
    return folder


def save_siglip2(folder: Path) -> Path:
    """The kind that keeps an image's shape and cuts it into patches beforehand."""
    torch.manual_seed(2)
    text = TEXT | {"max_position_embeddings": 10, "projection_size": 24}
    vision = TOWER | {"patch_size": 8, "num_patches": 16}
    Siglip2Model(Siglip2Config(text_config=text, vision_config=vision)).save_pretrained(folder)
    Siglip2ImageProcessorPil(patch_size=8, max_num_patches=16).save_pretrained(folder)
    save_tokenizer(folder)
    return folder


SAVED = {
    "clip": ("clip", save_clip, 20),
    "siglip": ("siglip", save_siglip, 24),
    "siglip2": ("siglip", save_siglip2, 24),
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("hub")
    return {name: save(root / name) for name, (_, save, _) in SAVED.items()}


@pytest.fixture(scope="module", params=SAVED)
def encoder(request: pytest.FixtureRequest, folders: dict[str, Path]) -> HubEncoder:
    return HubEncoder(SAVED[request.param][0], str(folders[request.param]))


@pytest.fixture
def clip(folders: dict[str, Path], tmp_path: Path) -> Path:
    """A copy of the CLIP folder, to spoil."""
    return Path(shutil.copytree(folders["clip"], tmp_path / "clip"))


def photo(height: int, width: int, seed: int = 0) -> Photo:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    return open_photo(pixels)


def width(encoder: HubEncoder) -> int:
    return 20 if encoder.name.startswith("clip:") else 24


def test_images_have_features_and_unit_vectors(encoder: HubEncoder) -> None:
    encoding = encoder.encode_images([photo(40, 30, seed) for seed in range(3)])
    assert encoding.vectors.shape == encoding.features.shape == (3, width(encoder))
    assert encoding.vectors.dtype == encoding.features.dtype == np.float32
    assert np.linalg.norm(encoding.vectors, axis=1) == pytest.approx(np.ones(3), abs=1e-5)
    lengths = np.linalg.norm(encoding.features, axis=1, keepdims=True)
    assert np.allclose(encoding.features / lengths, encoding.vectors, atol=1e-5)
    assert not np.allclose(lengths, 1.0)


def test_images_keep_their_order_over_batches(encoder: HubEncoder) -> None:
    photos = [photo(20 + seed, 25, seed) for seed in range(19)]
    together = encoder.encode_images(photos).vectors
    assert np.array_equal(together, encoder.encode_images(photos).vectors)
    alone = np.concatenate([encoder.encode_images([one]).vectors for one in photos])
    assert np.allclose(together, alone, atol=1e-4)
    assert np.abs(together[:, None] - together[None]).max(axis=2)[~np.eye(19, dtype=bool)].min() > 0


@pytest.mark.parametrize("shape", [(1, 1), (3, 3), (3, 200), (200, 1)])
def test_small_and_narrow_images(encoder: HubEncoder, shape: tuple[int, int]) -> None:
    assert np.isfinite(encoder.encode_images([photo(*shape)]).vectors).all()


def test_texts_have_unit_vectors_in_their_order(encoder: HubEncoder) -> None:
    texts = ["a dog . a house", "cat", "", "a cat : " * 30, "a dog"] * 7
    vectors = encoder.encode_texts(texts)
    assert vectors.shape == (35, width(encoder))
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(35), abs=1e-5)
    assert np.array_equal(vectors, encoder.encode_texts(texts))
    alone = np.concatenate([encoder.encode_texts([text]) for text in texts])
    assert np.allclose(vectors, alone, atol=1e-4)
    assert not np.allclose(vectors[1], vectors[4], atol=1e-3)


def test_nothing_gives_nothing(encoder: HubEncoder) -> None:
    assert encoder.encode_texts([]).shape == (0, width(encoder))
    assert encoder.encode_images([]).features.shape == (0, width(encoder))


def test_clip_is_what_transformers_makes_of_it(folders: dict[str, Path]) -> None:
    encoder = HubEncoder("clip", str(folders["clip"]))
    model = CLIPModel.from_pretrained(folders["clip"])
    one = photo(16, 16)
    pixels = torch.tensor(
        CLIPImageProcessorPil.from_pretrained(folders["clip"])(one.pixels)["pixel_values"][0]
    )[None]
    ids = torch.tensor([[3, 4, 1]])
    with torch.inference_mode():
        output = model(pixel_values=pixels, input_ids=ids, attention_mask=torch.ones_like(ids))
    assert np.allclose(encoder.encode_images([one]).vectors, output.image_embeds, atol=1e-5)
    assert np.allclose(encoder.encode_texts(["a cat"]), output.text_embeds, atol=1e-5)


def test_siglip_reads_lower_case_padded_to_full_length(folders: dict[str, Path]) -> None:
    encoder = HubEncoder("siglip", str(folders["siglip"]))
    model = SiglipModel.from_pretrained(folders["siglip"])
    ids = torch.tensor([[3, 4, 1, 0, 0, 0, 0, 0, 0, 0]])
    with torch.inference_mode():
        expected = model.get_text_features(input_ids=ids).pooler_output.numpy()
    vectors = encoder.encode_texts(["a cat", "a Cat"])
    assert np.allclose(vectors, expected / np.linalg.norm(expected), atol=1e-5)


def test_the_name_tells_weights_apart(folders: dict[str, Path], clip: Path, tmp_path: Path) -> None:
    name = HubEncoder("clip", str(folders["clip"])).name
    assert name.startswith("clip:clip@")
    assert HubEncoder("clip", str(clip)).name == name
    assert HubEncoder("clip", str(save_clip(tmp_path / "other" / "clip", seed=5))).name != name


@pytest.mark.parametrize("model", ["/no/such/folder", "./nowhere", "~/no such folder", "nowhere"])
def test_a_folder_that_is_not_there(model: str) -> None:
    with pytest.raises(AssetError, match="There is no folder"):
        HubEncoder("clip", model)


def test_a_folder_without_a_model(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match="no clip model that can be read"):
        HubEncoder("clip", str(tmp_path))


def test_the_other_kind_is_named(folders: dict[str, Path]) -> None:
    with pytest.raises(AssetError, match="of type siglip, not clip") as caught:
        HubEncoder("clip", str(folders["siglip"]))
    assert caught.value.todo == f"Write siglip:{folders['siglip']}."


def test_a_language_model_is_refused(tmp_path: Path) -> None:
    BertModel(
        BertConfig(hidden_size=24, num_hidden_layers=1, num_attention_heads=2)
    ).save_pretrained(tmp_path)
    with pytest.raises(AssetError, match="of type bert, not clip"):
        HubEncoder("clip", str(tmp_path))


def test_pickled_weights_are_refused(clip: Path) -> None:
    (clip / "model.safetensors").unlink()
    torch.save({}, clip / "pytorch_model.bin")
    with pytest.raises(AssetError, match="no weights in safetensors"):
        HubEncoder("clip", str(clip))


def test_incomplete_weights_are_refused(clip: Path) -> None:
    tensors = load_file(clip / "model.safetensors")
    del tensors["visual_projection.weight"]
    save_file(tensors, clip / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(AssetError, match=r"incomplete: visual_projection\.weight is missing"):
        HubEncoder("clip", str(clip))


def test_broken_weights_are_refused(clip: Path) -> None:
    (clip / "model.safetensors").write_bytes(b"nothing of use")
    with pytest.raises(AssetError, match="no clip model that can be read"):
        HubEncoder("clip", str(clip))


@pytest.mark.parametrize("gone", ["tokenizer.json", "preprocessor_config.json"])
def test_a_model_without_its_tokenizer_or_processor(clip: Path, gone: str) -> None:
    (clip / gone).unlink()
    with pytest.raises(AssetError, match="no clip model that can be read"):
        HubEncoder("clip", str(clip))


def test_code_of_a_model_is_never_run(clip: Path, tmp_path: Path) -> None:
    config = json.loads((clip / "config.json").read_text())
    config |= {
        "model_type": "evil",
        "auto_map": {"AutoConfig": "evil.Config", "AutoModel": "evil.Model"},
    }
    (clip / "config.json").write_text(json.dumps(config))
    (clip / "evil.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    with pytest.raises(AssetError):
        HubEncoder("clip", str(clip))
    assert not (tmp_path / "ran").exists()


def test_a_model_that_cannot_be_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def snapshot_download(*_: object, **__: object) -> str:
        raise LocalEntryNotFoundError("no connection")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
    with pytest.raises(AssetError, match="cannot be fetched") as caught:
        HubEncoder("clip", "openai/clip-vit-base-patch32")
    assert "name a folder" in caught.value.todo


def test_a_fetched_model_is_named_by_its_commit(
    monkeypatch: pytest.MonkeyPatch, folders: dict[str, Path], tmp_path: Path
) -> None:
    asked = {}

    def snapshot_download(repository: str, **given: object) -> str:
        asked[repository] = given["revision"]
        return str(shutil.copytree(folders["clip"], tmp_path / "0123abcd", dirs_exist_ok=True))

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
    assert HubEncoder("clip", "a/b").name == "clip:a/b@0123abcd"
    assert HubEncoder("clip", "c/d@refs/pr/7").name == "clip:c/d@0123abcd"
    assert asked == {"a/b": None, "c/d": "refs/pr/7"}


@pytest.mark.parametrize("encoder", ["clap:a/b", "clip", "clip:", "CLIP:a/b"])
def test_an_unknown_kind_is_told_with_the_known_ones(encoder: str) -> None:
    with pytest.raises(EmographError, match="There is no encoder") as caught:
        emograph.load(encoder=encoder)
    assert all(kind in caught.value.todo for kind in ("embedded", "clip:", "siglip:"))


@pytest.mark.weights
def test_a_photograph_is_explained(
    folders: dict[str, Path], photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = emograph.load(encoder=f"clip:{folders['clip']}")
    explanation = engine.explain(photos / "astronaut.png")
    assert any("fitted on another encoder" in note for note in explanation.notes)
    assert {cue.detector for cue in explanation.cues} == {"photometry", "concepts", "faces"}
    assert sum(explanation.emotions.values()) == pytest.approx(1)
    assert explanation.versions["encoder"].startswith("clip:clip@")
    assert set(explanation.posterior.prior.values()) == {0.0}
    monkeypatch.setenv("EMOGRAPH_ENCODER", f"clip:{folders['clip']}")
    again = emograph.explain(photos / "astronaut.png")
    assert again.to_dict()["emotions"] == explanation.to_dict()["emotions"]


@pytest.mark.weights
def test_the_embedded_encoder_has_no_such_note(photos: Path) -> None:
    notes = emograph.explain(photos / "chelsea.png").notes
    assert not any("another encoder" in note for note in notes)
