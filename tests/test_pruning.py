"""Pruning as people set it, and `emograph prune`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from emograph.adapters.models.lvlm.loading import load_lvlm as load_family
from emograph.assembly import load_lvlm
from emograph.assembly.pruning import FAMILIES as STAGES
from emograph.assembly.pruning import pruner_of
from emograph.config import load_settings
from emograph.engine.pruning import BTP, FastV, PruningPlan, Shape, Stage, WeightedBTP
from emograph.engine.pruning.plan import average_kept
from emograph.errors import EmographError
from tests.adapters.models.lvlm.checkpoints import save
from tests.conftest import Run


@pytest.fixture(scope="module")
def llava(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save("llava", tmp_path_factory.mktemp("llava"))


@pytest.mark.weights
def test_the_embedded_model_is_pruned_by_the_plan_that_is_shipped() -> None:
    model = load_lvlm(load_settings(lvlm="embedded"))
    pruner = model.pruner  # type: ignore[attr-defined]
    assert isinstance(pruner, WeightedBTP)
    assert pruner.plan is not None
    assert average_kept(pruner.plan.stages, 30) == pytest.approx(0.22)


@pytest.mark.weights
def test_it_may_be_left_whole() -> None:
    model = load_lvlm(load_settings(lvlm="embedded", pruning="none"))
    assert model.pruner is None  # type: ignore[attr-defined]


def test_every_family_has_stages(llava: Path) -> None:
    known = json.loads(STAGES.read_text("utf-8"))["families"]
    assert known.keys() == {
        "llava", "llava_next", "qwen2_5_vl", "qwen3_vl", "smolvlm", "idefics3", "internvl"
    }  # fmt: skip
    for family in known.values():
        stages = tuple(
            Stage(round(320 * stage["depth"]), stage["keep"], stage["balance"])
            for stage in family["stages"]
        )
        assert average_kept(stages, 320) == pytest.approx(family["budget"], abs=0.005)
    network = load_family("llava", llava, device="cpu").network
    pruner = pruner_of(load_settings(lvlm=f"llava:{llava}"), network)
    assert isinstance(pruner, BTP)
    assert pruner.stages(2)


def test_a_method_with_a_budget_or_a_plan_may_be_named(llava: Path, tmp_path: Path) -> None:
    network = load_family("llava", llava, device="cpu").network
    settings = load_settings(lvlm=f"llava:{llava}", pruning="fastv:0.4")
    assert pruner_of(settings, network) == FastV(0.4)
    plan = tmp_path / "plan.json"
    PruningPlan("btp-w", 0.5, Shape.of(network), (Stage(0, 0.5),)).save(plan)
    found = pruner_of(settings.model_copy(update={"pruning": str(plan)}), network)
    assert isinstance(found, WeightedBTP)


@pytest.mark.parametrize(
    ("pruning", "words"),
    [
        ("btb", "There is no pruning 'btb'"),
        ("fastv:much", "budget cannot be 'much'"),
        ("fastv:7", "budget cannot be 7"),
        ("nowhere.json", "There is no pruning 'nowhere.json'"),
    ],
)
def test_what_there_is_not_is_told(
    pruning: str,
    words: str,
    llava: Path,
    run: Run,
    photos: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("EMOGRAPH_PRUNING", pruning)
    assert run("explain", photos / "rocket.jpg", "--lvlm", f"llava:{llava}") == 2
    told = capsys.readouterr().err
    assert words in told
    assert len(told.strip().splitlines()) == 2


def test_a_plan_is_calibrated_used_and_measured(
    llava: Path,
    run: Run,
    photos: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for name in ("rocket.jpg", "coffee.png"):
        (pictures / name).write_bytes((photos / name).read_bytes())
    plan = tmp_path / "plan.json"
    lvlm = f"llava:{llava}"
    assert not run("prune", "calibrate", "--images", pictures, "--out", plan, "--budget", "0.6",
                   "--lvlm", lvlm)  # fmt: skip
    assert "nats" in capsys.readouterr().out
    assert PruningPlan.load(plan).budget == 0.6
    monkeypatch.setenv("EMOGRAPH_PRUNING", str(plan))
    assert not run("prune", "bench", "--images", pictures, "--budget", "0.6", "--lvlm", lvlm,
                   "--methods", "plan,btp-w,visionzip,cdpruner")  # fmt: skip
    told = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in told[1:]] == [
        "none", "plan", "btp-w", "visionzip", "cdpruner"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--budget", "2"), "budget cannot be 2.0"),
        (("--method", "fastv"), "fastv is not calibrated"),
        (("--ask", "nonsense"), "Nothing is known to ask by “nonsense”"),
        (("--lvlm", "openai:http://127.0.0.1:9"), "127.0.0.1:9"),
    ],
)
def test_what_cannot_be_calibrated_is_told(
    words: tuple[str, ...],
    told: str,
    llava: Path,
    run: Run,
    photos: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    given = ("--images", photos, "--out", tmp_path / "plan.json", "--count", "1")
    named = () if "--lvlm" in words else ("--lvlm", f"llava:{llava}")
    assert run("prune", "calibrate", *given, *named, *words) == 2
    assert told in capsys.readouterr().err


def test_a_folder_without_pictures_is_told(
    llava: Path, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("prune", "bench", "--images", tmp_path, "--lvlm", f"llava:{llava}") == 2
    assert "no images" in capsys.readouterr().err


def test_a_plan_for_another_model_is_refused(llava: Path) -> None:
    plan = PruningPlan("btp-w", 0.5, Shape("llava", 32, 4096), (Stage(0, 0.5),))
    model = load_family("llava", llava, device="cpu")
    with pytest.raises(EmographError, match="for a llava of 32 layers"):
        model.prune(BTP.of(plan))
