"""Loading: what can be wrong with a model's files, and how it is said."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import huggingface_hub
import numpy as np
import pytest
import torch
import transformers
from huggingface_hub.errors import LocalEntryNotFoundError, RepositoryNotFoundError
from safetensors.torch import load_file, save_file

from emograph.adapters.models.lvlm import loading
from emograph.adapters.models.lvlm.families import FAMILIES
from emograph.adapters.models.lvlm.loading import build_lvlm, load_lvlm
from emograph.engine.lvlm.model import Question
from emograph.errors import AssetError, EmographError
from tests.adapters.models.lvlm.checkpoints import EMOTIONS, LLAVA_TEMPLATE, save
from tests.adapters.models.lvlm.conftest import Made, photo

FEEL = Question("What do you feel?", "I feel")


@pytest.fixture
def folder(llava: Made, tmp_path: Path) -> Path:
    """A copy of a checkpoint, to be spoilt."""
    return shutil.copytree(llava.folder, tmp_path / "model")


def load(folder: Path | str, family: str = "llava", **options: Any) -> object:
    return load_lvlm(family, folder, device="cpu", dtype="float32", **options)


def cut(name: str, length: int) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:length])


def drop(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).unlink()


def configure(**changes: object) -> Callable[[Path], object]:
    def change(folder: Path) -> None:
        path = folder / "config.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | changes))

    return change


SPOILT: list[tuple[Callable[[Path], object], str, str]] = [
    (drop("config.json"), "has no config.json", "save_pretrained"),
    (cut("config.json", 100), "config.json of .* cannot be read", "again"),
    (drop("model.safetensors"), "has no weights in safetensors", "again"),
    (cut("model.safetensors", -7), "weights of .* cannot be read .*not fully covered", "again"),
    (cut("model.safetensors", 4), "weights of .* cannot be read", "again"),
    (drop("tokenizer.json"), "has no tokenizer", "again"),
    (cut("tokenizer.json", 900), "tokenizer of .* cannot be read", "again"),
    (drop("preprocessor_config.json"), "has no image processor", "again"),
    (cut("preprocessor_config.json", 9), "image processor of .* cannot be read", "again"),
    (configure(model_type="bert"), "of type bert, not llava", "llava, llava-next, qwen2.5-vl"),
    (configure(model_type="internvl_chat"), "of type internvl_chat", "ends in -hf"),
    (configure(model_type="qwen3_vl"), "of type qwen3_vl, not llava", "Write qwen3-vl:"),
    (configure(vision_config={"model_type": "pixtral"}), "of type pixtral", "families"),
    (configure(text_config={"model_type": "nonsense"}), "cannot be read", "again"),
    (configure(image_token_index=99_999), "tokenizer of .* is not the one", "one place"),
]


@pytest.mark.parametrize(("spoil", "what", "todo"), SPOILT)
def test_spoilt_folders(
    folder: Path, spoil: Callable[[Path], object], what: str, todo: str
) -> None:
    spoil(folder)
    with pytest.raises(AssetError, match=what) as caught:
        load(folder)
    assert todo in caught.value.todo


@pytest.mark.parametrize("place", ["/no/such/folder", "./nowhere", "~/no such", "nowhere"])
def test_a_folder_that_is_not_there(place: str) -> None:
    with pytest.raises(AssetError, match="There is no folder"):
        load(place)


def test_a_part_of_the_weights_that_is_missing(folder: Path) -> None:
    tensors = load_file(folder / "model.safetensors")
    parts = {"model-1.safetensors": dict(list(tensors.items())[:9])}
    parts["model-2.safetensors"] = dict(list(tensors.items())[9:])
    for name, part in parts.items():
        save_file(part, folder / name, metadata={"format": "pt"})
    (folder / "model.safetensors").unlink()
    index = {"metadata": {}, "weight_map": {key: n for n, part in parts.items() for key in part}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    load(folder)
    (folder / "model-2.safetensors").unlink()
    with pytest.raises(AssetError, match=r"The file model-2.safetensors with weights"):
        load(folder)


def test_a_weight_that_is_missing(folder: Path) -> None:
    tensors = load_file(folder / "model.safetensors")
    gone = next(name for name in tensors if "linear_1.weight" in name)
    del tensors[gone]
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(AssetError, match=r"incomplete: .*linear_1.weight is missing"):
        load(folder)


def test_a_template_that_is_broken(folder: Path) -> None:
    (folder / "chat_template.jinja").unlink()
    (folder / "chat_template.json").write_text("{")
    with pytest.raises(AssetError, match=r"chat template of .* cannot be read"):
        load(folder)


def test_a_template_without_a_place_for_pictures(folder: Path) -> None:
    (folder / "chat_template.jinja").write_text("nothing")
    with pytest.raises(AssetError, match="no place for a picture"):
        load(folder)


@pytest.mark.parametrize("name", ["chat_template.json", "processor_config.json"])
def test_templates_of_older_checkpoints(folder: Path, llava: Made, name: str) -> None:
    (folder / "chat_template.jinja").unlink()
    other = LLAVA_TEMPLATE.replace("upper", "lower")
    (folder / name).write_text(json.dumps({"chat_template": other}))
    old = load(folder)
    (folder / name).write_text(json.dumps({"chat_template": LLAVA_TEMPLATE}))
    new = load(folder)
    shown = photo(30, 30)
    scores = [
        model.look(shown).log_likelihoods(FEEL, EMOTIONS)  # type: ignore[attr-defined]
        for model in (llava.model, new, old)
    ]
    np.testing.assert_array_equal(scores[0], scores[1])
    assert np.abs(scores[0] - scores[2]).max() > 1e-3


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
        MemoryError(),
        RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory"),
    ],
)
def test_memory_that_runs_out(
    folder: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def from_pretrained(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(
        transformers.AutoModelForImageTextToText, "from_pretrained", from_pretrained
    )
    with pytest.raises(AssetError, match="does not fit into the memory") as caught:
        load(folder)
    assert caught.value.todo == (
        "Load it with dtype bfloat16 or take a smaller model or load it with four_bit."
    )


def test_memory_that_runs_out_at_work(llava: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    def forward(*_: object, **__: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    model = build_lvlm(llava.network, llava.tokenizer, llava.image_processor, "made")
    monkeypatch.setattr(llava.network.model.vision_tower, "forward", forward)
    with pytest.raises(AssetError, match="too small for this picture"):
        model.look(photo(30, 30))


def test_four_bits_need_a_package(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "find_spec", lambda _: None)
    with pytest.raises(EmographError, match="bitsandbytes") as caught:
        load(folder, four_bit=True)
    assert "pip install" in caught.value.todo


def test_four_bits_are_asked_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    def from_pretrained(*_: object, **options: Any) -> None:
        asked.update(options)
        raise MemoryError

    monkeypatch.setattr(
        transformers.AutoModelForImageTextToText, "from_pretrained", from_pretrained
    )
    monkeypatch.setattr(loading, "find_spec", lambda _: True)
    with pytest.raises(AssetError) as caught:
        load(folder, four_bit=True)
    assert "four_bit" not in caught.value.todo
    assert asked["quantization_config"].load_in_4bit
    assert asked["device_map"] == {"": torch.device("cpu")}
    assert asked["use_safetensors"] is True
    assert asked["trust_remote_code"] is False


def test_a_family_that_there_is_not(folder: Path) -> None:
    with pytest.raises(EmographError, match="called blip") as caught:
        load(folder, family="blip")
    assert all(family in caught.value.todo for family in FAMILIES)


def test_the_name_tells_weights_apart(llava: Made, folder: Path, tmp_path: Path) -> None:
    assert llava.model.name.startswith(f"llava:{llava.folder.name}@")
    version = llava.model.name.partition("@")[2]
    assert load(folder).name == f"llava:model@{version}"  # type: ignore[attr-defined]
    other = load(save("llava", tmp_path / "other" / "model", seed=1))
    assert other.name != f"llava:model@{version}"  # type: ignore[attr-defined]


def test_code_of_a_model_is_never_run(folder: Path, tmp_path: Path) -> None:
    configure(auto_map={"AutoConfig": "evil.Config", "AutoModelForImageTextToText": "evil.Net"})(
        folder
    )
    (folder / "evil.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    load(folder)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("error", [LocalEntryNotFoundError("no connection"), OSError("no route")])
def test_a_hub_out_of_reach(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def snapshot_download(*_: object, **__: object) -> str:
        raise error

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
    with pytest.raises(AssetError, match="cannot be fetched") as caught:
        load("llava-hf/llava-1.5-7b-hf")
    assert "name a folder" in caught.value.todo


def test_a_model_that_the_hub_has_not(monkeypatch: pytest.MonkeyPatch) -> None:
    def snapshot_download(*_: object, **__: object) -> str:
        answer: Any = SimpleNamespace(headers={}, request=None)
        raise RepositoryNotFoundError("404", response=answer)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
    with pytest.raises(AssetError, match="The hub has no model a/b"):
        load("a/b")


def test_a_fetched_model_is_named_by_its_commit(
    monkeypatch: pytest.MonkeyPatch, folder: Path, tmp_path: Path
) -> None:
    asked = {}

    def snapshot_download(repository: str, **given: object) -> str:
        asked[repository] = given["revision"]
        return str(shutil.copytree(folder, tmp_path / "0123abcd", dirs_exist_ok=True))

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
    assert load("a/b").name == "llava:a/b@0123abcd"  # type: ignore[attr-defined]
    assert load("c/d@v1").name == "llava:c/d@0123abcd"  # type: ignore[attr-defined]
    assert asked == {"a/b": None, "c/d": "v1"}
