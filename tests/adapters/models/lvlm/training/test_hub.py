"""Any family can be fine-tuned, and what was learned is loaded like a model."""

from pathlib import Path

import pytest
import skimage
import torch

from emograph.adapters.models.lvlm.loading import load_lvlm
from emograph.adapters.models.lvlm.training.hub import HubPlan, tune
from emograph.engine.images import open_photo
from emograph.engine.lvlm.questions import NAMING, Ballot, feeling
from emograph.engine.training.lessons import Choice, Listing, Taught
from emograph.errors import AssetError
from tests.adapters.models.lvlm.checkpoints import EMOTIONS, LABELS, save

PHOTO = Path(skimage.__file__).parent / "data" / "coffee.png"
BALLOT = feeling(EMOTIONS)
PLAN = HubPlan(steps=12, batch=2, rate=0.03)
FAMILIES = ("llava", "llava-next", "qwen2.5-vl", "qwen3-vl", "smolvlm", "idefics3", "internvl")


def taught() -> list[Taught]:
    felt = Choice(BALLOT.question, {"sadness": 1.0})
    named = Listing(NAMING["object"], {"sea lion": 1.0})
    return [Taught(PHOTO, (felt,), (named,), asked=0)]


def likes(model: object, ballot: Ballot) -> dict[str, float]:
    view = model.look(open_photo(PHOTO))  # type: ignore[attr-defined]
    told = view.log_likelihoods(ballot.question, ballot.labels)
    return dict(zip(ballot.labels, told.tolist(), strict=True))


@pytest.mark.parametrize("family", FAMILIES)
def test_it_learns_and_is_loaded_again(family: str, tmp_path: Path) -> None:
    folder = save(family, tmp_path / "model")
    model = load_lvlm(family, folder, device="cpu", dtype="float32")
    before = likes(model, BALLOT)
    losses: list[float] = []
    adapter = tune(
        model,
        str(folder),
        taught(),
        tmp_path / "work",
        PLAN,
        lambda _done, _planned, loss: losses.append(loss),
    )
    assert losses[-1] < losses[0]
    again = load_lvlm(family, adapter, device="cpu", dtype="float32")
    after = likes(again, BALLOT)
    assert after["sadness"] > before["sadness"] + 0.1
    assert again.name.startswith(model.name)
    assert again.name != model.name


def test_lists_are_learned_as_they_are_decoded(tmp_path: Path) -> None:
    folder = save("llava", tmp_path / "model")
    model = load_lvlm("llava", folder, device="cpu", dtype="float32")
    lessons = [Taught(PHOTO, (Listing(NAMING["object"], {LABELS[0]: 1.0}),))]
    ballot = Ballot(NAMING["object"], LABELS)
    before = likes(model, ballot)
    adapter = tune(
        model, str(folder), lessons, tmp_path / "work", PLAN, lambda _done, _planned, _loss: None
    )
    after = likes(load_lvlm("llava", adapter, device="cpu", dtype="float32"), ballot)
    assert after[LABELS[0]] > before[LABELS[0]] + 0.1


def test_additions_that_are_incomplete(tmp_path: Path) -> None:
    (tmp_path / "adapter_config.json").write_text('{"base_model_name_or_path": "a/b"}')
    with pytest.raises(AssetError, match=r"no adapter_model\.safetensors"):
        load_lvlm("llava", tmp_path)
    (tmp_path / "adapter_model.safetensors").write_bytes(b"")
    (tmp_path / "adapter_config.json").write_text("{}")
    with pytest.raises(AssetError, match="cannot be read"):
        load_lvlm("llava", tmp_path)


def test_the_weights_it_was_given_stay_as_they_are(tmp_path: Path) -> None:
    folder = save("llava", tmp_path / "model")
    model = load_lvlm("llava", folder, device="cpu", dtype="float32")
    kept = {name: p.clone() for name, p in model.network.named_parameters()}
    tune(model, str(folder), taught(), tmp_path / "work", PLAN, lambda _done, _planned, _loss: None)
    plain = load_lvlm("llava", folder, device="cpu", dtype="float32")
    for name, parameter in plain.network.named_parameters():
        assert torch.equal(parameter, kept[name])
